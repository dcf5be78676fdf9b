import { describe, expect, test } from 'vitest';
import { ECG_CHARACTERISTIC, encodeSamples } from '../../src/formats/healthypi-move.ts';
import { HealthyPiMoveDriver } from '../../src/sensors/healthypi-move.ts';
import { blocksIn, heard, hex } from './heard.ts';

describe('HealthyPiMoveDriver', () => {
  test('bare samples become a block without time, and the info says that losses cannot be seen', () => {
    const items = new HealthyPiMoveDriver().push(heard(ECG_CHARACTERISTIC, hex('01 00 00 00 ff ff ff ff')));
    expect(items).toMatchObject([
      { kind: 'sensor-info', rate: 128, lossEvidence: 'none' },
      { kind: 'block', firstIndex: 0, deviceTime: undefined, rate: 128, samples: Int32Array.of(1, -1) },
    ]);
  });

  test('counts what arrives', () => {
    const driver = new HealthyPiMoveDriver();
    const eight = heard(ECG_CHARACTERISTIC, encodeSamples(new Int32Array(8)));
    const indices = [1, 2, 3].flatMap(() => blocksIn(driver.push(eight))).map(({ firstIndex }) => firstIndex);
    expect(indices).toEqual([0, 8, 16]);
  });

  test.each([
    ['', 'ecg: too-short'],
    ['01 00 00', 'ecg: cut-off'],
    [new Array(132).fill('00').join(' '), 'ecg: bad-length'],
  ])('bytes that are no samples are reported: %s', (text, reason) => {
    const bytes = text === '' ? new Uint8Array(0) : hex(text);
    expect(new HealthyPiMoveDriver().push(heard(ECG_CHARACTERISTIC, bytes))).toMatchObject([{ reason }]);
  });
});
