import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ECG_CHARACTERISTIC } from '../../src/formats/healthypi-move.ts';
import { encodeEcg, GSP_DATA } from '../../src/formats/movesense-gsp.ts';
import { encodeEcgFrame, PMD_CONTROL, PMD_DATA } from '../../src/formats/polar-pmd.ts';
import { BATTERY_LEVEL, HEART_RATE_MEASUREMENT, MODEL_NUMBER } from '../../src/formats/standard-services.ts';
import { AnySensor, SENSORS } from '../../src/sensors/any-sensor.ts';
import { blocksIn, heard, hex } from './heard.ts';

const h10Frame = (seconds: number) =>
  heard(
    PMD_DATA,
    encodeEcgFrame({ nanoseconds: BigInt(seconds * 1e9), samples: new Int32Array(73) }),
    seconds * 1_000,
  );

describe('AnySensor', () => {
  test('each sensor is known by its characteristics', () => {
    const samples = new Int32Array(16);
    const frames = [
      h10Frame(1),
      heard(ECG_CHARACTERISTIC, new Uint8Array(32)),
      ...[0, 128, 256, 384].map((milliseconds) => heard(GSP_DATA, encodeEcg(1, { milliseconds, samples }))),
    ];
    const decoder = new AnySensor();
    expect(blocksIn(frames.flatMap((frame) => decoder.push(frame))).map(({ rate }) => rate)).toEqual([
      130, 128, 125, 125, 125, 125,
    ]);
    expect(decoder.push(heard('00002a00-0000-1000-8000-00805f9b34fb', [1]))).toEqual([]);
  });

  test('a strap that says beside its frames that it came off marks them', () => {
    const decoder = new AnySensor();
    const leadOff = (seconds: number) => blocksIn(decoder.push(h10Frame(seconds)))[0].leadOff;
    expect(leadOff(1)).toBe(false);
    decoder.push(heard(HEART_RATE_MEASUREMENT, hex('04 00')));
    expect(leadOff(1.5)).toBe(true);
    decoder.push(heard(BATTERY_LEVEL, [80]));
    expect(leadOff(2)).toBe(true);
    decoder.push(heard(HEART_RATE_MEASUREMENT, hex('06 50')));
    expect(leadOff(2.5)).toBe(false);
  });

  test('profiles have names and services of their own', () => {
    expect(new Set(SENSORS.map(({ name }) => name)).size).toBe(SENSORS.length);
    expect(new Set(SENSORS.map(({ service }) => service)).size).toBe(SENSORS.length);
  });

  test('100,000 random and mutated notifications: nothing throws, and blocks are sane', () => {
    const samples = Int32Array.from({ length: 16 }, (_, n) => n);
    const originals: readonly (readonly [string, Uint8Array])[] = [
      [PMD_DATA, encodeEcgFrame({ nanoseconds: 1n << 59n, samples: new Int32Array(73) })],
      [PMD_CONTROL, hex('f0 02 00 00 00 00')],
      [GSP_DATA, encodeEcg(1, { milliseconds: 1_000, samples })],
      [GSP_DATA, hex('01 01 c8 00')],
      [ECG_CHARACTERISTIC, new Uint8Array(32)],
      [HEART_RATE_MEASUREMENT, hex('16 48 00 04')],
      [BATTERY_LEVEL, hex('50')],
      [MODEL_NUMBER, hex('48 31 30')],
    ];
    const decoder = new AnySensor();
    let blocks = 0;
    fc.assert(
      fc.property(
        fc.nat({ max: originals.length - 1 }),
        fc.array(fc.tuple(fc.nat(300), fc.nat(255)), { maxLength: 4 }),
        fc.option(fc.nat({ max: 260 })),
        fc.nat(2 ** 31),
        (which, mutations, cut, atMs) => {
          const [characteristic, bytes] = originals[which];
          const value = bytes.slice();
          for (const [at, byte] of mutations) value[at % value.length] = byte;
          for (const item of decoder.push(
            heard(characteristic, value.subarray(0, cut ?? value.length), atMs),
          )) {
            if (item.kind !== 'block') continue;
            blocks++;
            const { firstIndex, deviceTime = 0, samples } = item;
            if (!Number.isSafeInteger(firstIndex) || !Number.isFinite(deviceTime)) return false;
            if (samples.length > 100) return false;
          }
          return true;
        },
      ),
      { numRuns: 100_000 },
    );
    expect(blocks).toBeGreaterThan(20_000);
  });
});
