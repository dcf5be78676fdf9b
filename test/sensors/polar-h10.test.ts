import { describe, expect, test } from 'vitest';
import { encodeEcgFrame, PMD_CONTROL, PMD_DATA } from '../../src/formats/polar-pmd.ts';
import { POLAR_H10, PolarH10Driver } from '../../src/sensors/polar-h10.ts';
import { blocksIn, heard, hex } from './heard.ts';

/** 2019-01-01, where a clock begins that was never set: nanoseconds since 2000. */
const IN_2019 = 599_616_000_000_000_000n;

describe('PolarH10Driver', () => {
  test('a frame becomes a block: the time of its last sample, microvolts of 24 bits', () => {
    const bytes = hex('00 00 00 00 00 00 00 00 00 00 01 00 00 ff ff ff 60 79 fe 00 00 80');
    const [info, block] = new PolarH10Driver().push(heard(PMD_DATA, bytes));
    expect(info).toMatchObject({ kind: 'sensor-info', rate: 130, lossEvidence: 'time' });
    expect(block).toMatchObject({
      kind: 'block',
      session: 1,
      firstIndex: -3,
      rate: 130,
      samples: Int32Array.of(1, -1, -100_000, -8_388_608),
      millivoltsPerUnit: 0.001,
      saturated: true,
      leadOff: false,
    });
  });

  test('time is exact although nanoseconds since 2000 are more than a double holds', () => {
    const driver = new PolarH10Driver();
    const at = (ns: bigint) =>
      heard(PMD_DATA, encodeEcgFrame({ nanoseconds: ns, samples: new Int32Array(73) }));
    blocksIn(driver.push(at(IN_2019 + 7n)));
    const [second] = blocksIn(driver.push(at(IN_2019 + 561_345_684n)));
    expect(second.firstIndex).toBe(1);
    expect(second.deviceTime).toBeCloseTo(0.561345677 - 72 / 130, 9);
  });

  test('acceleration on the same characteristic is left alone', () => {
    expect(new PolarH10Driver().push(heard(PMD_DATA, hex('02 00 00 00 00 00 00 00 00 01 05 05 05')))).toEqual(
      [],
    );
  });

  test.each([
    ['cut off', '00 00 00 00 00 00 00 00 00 00 01 00 00 ff', 'ecg: cut-off'],
    ['too short', '00 00 00', 'ecg: too-short'],
    ['empty', '', 'ecg: too-short'],
    ['compressed', '00 00 00 00 00 00 00 00 00 80 01 00 00', 'ecg: unknown-frame-type'],
  ])('a frame that is %s is reported', (_, text, reason) => {
    const bytes = text === '' ? new Uint8Array(0) : hex(text);
    expect(new PolarH10Driver().push(heard(PMD_DATA, bytes))).toMatchObject([{ kind: 'bad-frame', reason }]);
  });

  test('the control point: what is granted is silent, what is refused says why', () => {
    const said = (text: string) => new PolarH10Driver().push(heard(PMD_CONTROL, hex(text)));
    expect(said('0f 05 00')).toEqual([]);
    expect(said('f0 01 00 00 00 00 01 82 00 01 01 0e 00')).toEqual([]);
    expect(said('f0 02 00 00 00 00')).toEqual([]);
    expect(said('f0 02 00 0a')).toMatchObject([{ reason: 'control point: start refused: MTU too small' }]);
    expect(said('f0 02 00 06')).toMatchObject([{ reason: 'control point: start refused: already in state' }]);
    expect(said('f0 09 00 63')).toMatchObject([{ reason: 'control point: opcode 9 refused: status 99' }]);
    expect(said('0f 04')).toMatchObject([{ reason: 'control point: the sensor offers no ECG' }]);
    expect(said('aa')).toMatchObject([{ kind: 'bad-frame' }]);
  });

  test('is started and stopped with the bytes of the specification', () => {
    expect(POLAR_H10.start(7).map(({ value }) => value)).toEqual([
      hex('01 00'),
      hex('02 00 00 01 82 00 01 01 0e 00'),
    ]);
    expect(POLAR_H10.stop(7).map(({ value }) => value)).toEqual([hex('03 00')]);
  });
});
