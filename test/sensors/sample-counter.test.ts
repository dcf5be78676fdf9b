import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SampleCounter } from '../../src/sensors/sample-counter.ts';

interface Stream {
  readonly nominal: number;
  readonly rate: number;
  readonly size: number;
  /** The clock's tick, seconds. */
  readonly tick: number;
  /** Indices of frames that do not come. */
  readonly lost: (frame: number) => boolean;
  readonly frames: number;
}

/** Counts a stream; expects every index to be right. */
function expectExact({ nominal, rate, size, tick, lost, frames }: Stream): SampleCounter {
  const counter = new SampleCounter(nominal);
  for (let n = 0; n < frames; n++) {
    if (n > 0 && lost(n)) continue;
    const time = Math.floor((n * size) / rate / tick) * tick;
    expect(counter.count(time, size, 1_000 * ((n * size) / rate))).toEqual({ session: 1, index: n * size });
  }
  return counter;
}

describe('SampleCounter', () => {
  test('finds the true rate, up to five percent off the nominal one', () => {
    for (const off of [-0.05, -0.01, 0, 0.000346, 0.05]) {
      const rate = 130 * (1 + off);
      const stream = { nominal: 130, rate, size: 73, tick: 1e-9, lost: () => false, frames: 500 };
      expect(expectExact(stream).rate).toBeCloseTo(rate, 4);
      expect(expectExact({ ...stream, size: 16, tick: 1e-3 }).rate).toBeCloseTo(rate, 1);
    }
  });

  test('counts what is missing to the sample, from the first frames on', () => {
    const shape = fc.constantFrom(
      { nominal: 130, size: 73, tick: 1e-9 },
      { nominal: 125, size: 16, tick: 1e-3 },
      { nominal: 512, size: 16, tick: 1e-3 },
    );
    const bursts = fc.array(
      fc.record({ at: fc.integer({ min: 1, max: 900 }), frames: fc.integer({ min: 1, max: 5 }) }),
      {
        maxLength: 12,
      },
    );
    fc.assert(
      fc.property(
        shape,
        fc.double({ min: -0.045, max: 0.045, noNaN: true }),
        bursts,
        (sensor, off, holes) => {
          const lost = (n: number) => holes.some(({ at, frames }) => n >= at && n < at + frames);
          const rate = sensor.nominal * (1 + off);
          expectExact({ ...sensor, rate, lost, frames: 1_000 });
        },
      ),
      { numRuns: 60 },
    );
  });

  test('counts half a minute of silence to the sample', () => {
    const lost = (n: number) => n >= 40 && n < 94;
    expectExact({ nominal: 130, rate: 130.045, size: 73, tick: 1e-9, lost, frames: 200 });
  });

  test('after a pause that is no whole number of frames it goes by time', () => {
    const counter = new SampleCounter(130);
    let index = 0;
    for (let n = 0; n < 50; n++) ({ index } = counter.count((n * 73) / 130.045, 73, n * 560));
    const restarted = counter.count((49 * 73 + 1_000) / 130.045, 73, 49 * 560 + 8_000);
    expect(restarted.index - index).toBe(1_000);
  });

  test('a frame that comes twice, or late, has the index that it had', () => {
    const counter = new SampleCounter(125);
    const index = (n: number) => counter.count((16 * n) / 125, 16, 128 * n).index;
    expect([0, 1, 1, 3, 2, 4].map(index)).toEqual([0, 16, 16, 48, 32, 64]);
  });

  test('a clock that was set, or began anew, begins a new session', () => {
    for (const jump of [220e6, -3_600, 12]) {
      const counter = new SampleCounter(130);
      for (let n = 0; n < 20; n++) counter.count(n * 0.56, 73, n * 560);
      expect(counter.count(20 * 0.56 + jump, 73, 20 * 560)).toEqual({ session: 2, index: 0 });
      expect(counter.count(21 * 0.56 + jump, 73, 21 * 560)).toEqual({ session: 2, index: 73 });
    }
  });

  test('whatever comes, indices are whole numbers', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.double({ noNaN: true, min: -1e9, max: 1e9 }),
            fc.integer({ min: 1, max: 200 }),
            fc.nat(1e9),
          ),
          { maxLength: 50 },
        ),
        (frames) => {
          const counter = new SampleCounter(130);
          for (const [time, step, atMs] of frames) {
            expect(Number.isSafeInteger(counter.count(time, step, atMs).index)).toBe(true);
          }
        },
      ),
    );
  });
});
