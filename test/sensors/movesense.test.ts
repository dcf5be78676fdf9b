import { describe, expect, test } from 'vitest';
import { encodeEcg, GSP_COMMAND, GSP_DATA } from '../../src/formats/movesense-gsp.ts';
import { MOVESENSE, MovesenseDriver } from '../../src/sensors/movesense.ts';
import type { SensorItem } from '../../src/sensors/sensor.ts';
import { blocksIn, heard, hex } from './heard.ts';

const samples = Int32Array.from({ length: 16 }, (_, n) => 1_000 * n - 8_000);

/** Frames at some milliseconds, each heard 40 ms after its end. */
function play(
  milliseconds: readonly number[],
  reference = 1,
): { driver: MovesenseDriver; items: SensorItem[] } {
  const driver = new MovesenseDriver();
  const items = milliseconds.flatMap((at, n) =>
    driver.push(heard(GSP_DATA, encodeEcg(reference, { milliseconds: at % 2 ** 32, samples }), 128 * n)),
  );
  return { driver, items: [...items, ...driver.flush()] };
}

describe('MovesenseDriver', () => {
  test('a frame becomes a block: the time of its first sample, in steps of 0.38147 µV', () => {
    const { items } = play([5_000, 5_128, 5_256, 5_384]);
    expect(items[0]).toMatchObject({ kind: 'sensor-info', rate: 125, lossEvidence: 'time' });
    expect(blocksIn(items).map(({ firstIndex, deviceTime }) => [firstIndex, deviceTime])).toEqual([
      [0, 5],
      [16, 5.128],
      [32, 5.256],
      [48, 5.384],
    ]);
    expect(blocksIn(items)[0].samples).toEqual(samples);
    expect(blocksIn(items)[0].millivoltsPerUnit).toBeCloseTo(0.00038147, 9);
  });

  test.each([125, 128, 200, 250, 256, 500, 512])('finds that somebody subscribed to %d Hz', (rate) => {
    const milliseconds = [0, 1, 2, 4, 5, 6].map((n) => 777 + Math.floor((16_000 * n) / rate));
    const blocks = blocksIn(play(milliseconds).items);
    expect(blocks[0].rate).toBe(rate);
    expect(blocks.map(({ firstIndex }) => firstIndex)).toEqual([0, 16, 32, 64, 80, 96]);
  });

  test('milliseconds run on when they wrap, after seven weeks', () => {
    const blocks = blocksIn(play([0, 128, 256, 384, 512].map((at) => 2 ** 32 - 200 + at)).items);
    expect(blocks.map(({ firstIndex }) => firstIndex)).toEqual([0, 16, 32, 48, 64]);
    expect(blocks[4].deviceTime).toBeCloseTo((2 ** 32 + 312) / 1_000, 6);
  });

  test('a frame that came in two notifications is put together', () => {
    const driver = new MovesenseDriver();
    for (const at of [0, 128, 256]) driver.push(heard(GSP_DATA, encodeEcg(1, { milliseconds: at, samples })));
    const whole = encodeEcg(1, { milliseconds: 384, samples });
    expect(driver.push(heard(GSP_DATA, whole.subarray(0, 20)))).toEqual([]);
    const [, ...blocks] = driver.push(heard(GSP_DATA, [3, 1, ...whole.subarray(20)]));
    expect(blocks).toHaveLength(4);
    expect(blocksIn(blocks)[3].samples).toEqual(samples);
  });

  test('a frame that was cut off, a refusal and nonsense are reported', () => {
    const { driver } = play([0, 128, 256, 384]);
    const frame = encodeEcg(1, { milliseconds: 512, samples });
    expect(driver.push(heard(GSP_DATA, frame.subarray(0, 50)))).toEqual([]);
    expect(driver.push(heard(GSP_DATA, frame))).toMatchObject([
      { reason: 'ecg: cut-off' },
      { kind: 'block' },
    ]);
    expect(driver.push(heard(GSP_DATA, hex('03 01 00')))).toMatchObject([
      { reason: 'ecg: continues nothing' },
    ]);
    expect(driver.push(heard(GSP_DATA, hex('01 01 c8 00')))).toEqual([]);
    expect(driver.push(heard(GSP_DATA, hex('01 01 94 01')))).toMatchObject([
      { reason: 'gsp: refused with status 404' },
    ]);
    expect(driver.push(heard(GSP_DATA, hex('09 01 00')))).toMatchObject([{ reason: 'gsp: unknown-reply' }]);
    expect(driver.push(heard(GSP_DATA, hex('02')))).toMatchObject([{ reason: 'gsp: too-short' }]);
  });

  test('what is held back of a short stream is not lost', () => {
    expect(blocksIn(play([900]).items)).toHaveLength(1);
  });

  test('is started and stopped by path and reference', () => {
    const [start] = MOVESENSE.start(7);
    expect(start.characteristic).toBe(GSP_COMMAND);
    expect(Buffer.from(start.value).toString('latin1')).toBe('\x01\x07/Meas/ECG/125');
    expect(MOVESENSE.stop(7)[0].value).toEqual(hex('02 07'));
  });
});
