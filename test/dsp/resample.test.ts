import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Resampler, rationalRatio } from '../../src/dsp/resample.ts';

const rates: [number, number][] = [
  [360, 250],
  [128, 250],
  [130, 250],
  [130.045, 250],
  [257, 250],
  [1000, 250],
  [250, 360],
  [250, 130],
];

function wave(frequency: number, rate: number, seconds: number): Float64Array {
  return Float64Array.from({ length: Math.round(rate * seconds) }, (_, n) =>
    Math.sin((2 * Math.PI * frequency * n) / rate + 0.3),
  );
}

function resampled(input: Float64Array, inRate: number, outRate: number): Float32Array {
  const resampler = new Resampler(inRate, outRate);
  return Float32Array.of(...resampler.push(input), ...resampler.flush());
}

/** Largest deviation, the first and the last second left out. */
function worst(output: Float32Array, expected: (n: number) => number, margin: number): number {
  let error = 0;
  for (let n = margin; n < output.length - margin; n++)
    error = Math.max(error, Math.abs(output[n] - expected(n)));
  return error;
}

describe('rationalRatio', () => {
  test.each([
    [360, 250, 25, 36],
    [128, 250, 125, 64],
    [250, 250, 1, 1],
    [130.5, 250, 500, 261],
  ])('%d Hz to %d Hz', (inRate, outRate, up, down) => {
    expect(rationalRatio(inRate, outRate)).toEqual({ up, down });
  });

  test('any pair of rates in whole hertz is met exactly', () => {
    const rate = fc.integer({ min: 1, max: 32_768 });
    fc.assert(
      fc.property(rate, rate, (inRate, outRate) => {
        const { up, down } = rationalRatio(inRate, outRate);
        expect(up * inRate).toBe(down * outRate);
      }),
      { numRuns: 5_000 },
    );
  });

  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, 0.5, 1e6])('a rate of %d Hz is refused', (rate) => {
    expect(() => rationalRatio(rate, 250)).toThrow(RangeError);
    expect(() => rationalRatio(250, rate)).toThrow(RangeError);
  });
});

describe.each(rates)('%d Hz to %d Hz', (inRate, outRate) => {
  const lower = Math.min(inRate, outRate);

  test.each([0, 0.5, 10, 40, 0.4 * lower])('a sine of %d Hz keeps shape and place to 80 dB', (frequency) => {
    const output = resampled(wave(frequency, inRate, 12), inRate, outRate);
    const expected = (n: number) => Math.sin((2 * Math.PI * frequency * n) / outRate + 0.3);
    expect(worst(output, expected, outRate)).toBeLessThan(2e-4);
  });

  test('what does not fit under the lower rate is 75 dB down', () => {
    for (let frequency = 0.6 * lower; frequency < inRate / 2; frequency += inRate / 37) {
      expect(worst(resampled(wave(frequency, inRate, 4), inRate, outRate), () => 0, outRate)).toBeLessThan(
        1.8e-4,
      );
    }
  });

  test('an impulse stays at its time', () => {
    const at = Math.round(2 * inRate);
    const input = new Float64Array(4 * Math.ceil(inRate));
    input[at] = 1;
    const output = resampled(input, inRate, outRate);
    let sum = 0;
    let moment = 0;
    output.forEach((value, n) => {
      sum += value;
      moment += (value * n) / outRate;
    });
    expect(moment / sum).toBeCloseTo(at / inRate, 4);
  });

  test('every output up to the end of the last input interval comes out', () => {
    const { up, down } = rationalRatio(inRate, outRate);
    for (const length of [1, 2, 7, 50, 1001]) {
      expect(resampled(new Float64Array(length), inRate, outRate)).toHaveLength(
        Math.ceil((length * up) / down),
      );
    }
  });

  test('block sizes make no difference to any bit', () => {
    const input = wave(7, inRate, 3).map((value, n) => value + Math.cos(n * n));
    const whole = resampled(input, inRate, outRate);
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 300 }), { minLength: 1 }), (sizes) => {
        const resampler = new Resampler(inRate, outRate);
        const parts: number[] = [];
        let at = 0;
        for (const size of [...sizes, input.length]) {
          parts.push(...resampler.push(input.subarray(at, at + size)));
          at += size;
        }
        expect(Float32Array.of(...parts, ...resampler.flush())).toEqual(whole);
      }),
      { numRuns: 20 },
    );
  });
});

test('a run may begin anywhere without a step', () => {
  expect(new Set(resampled(new Float64Array(500).fill(3), 360, 250))).toEqual(new Set([3]));
});

test('after a restart the output begins where it is told to, and nothing of the past is left', () => {
  const resampler = new Resampler(128, 250);
  resampler.push(new Float64Array(99).fill(1e6));
  resampler.restart(100); // 100 / 125 of an input interval: output 0 lies at 0.8 / 128 s
  const output = [...resampler.push(wave(5, 128, 4)), ...resampler.flush()];
  const expected = (n: number) => Math.sin(2 * Math.PI * 5 * (n / 250 + 0.8 / 128) + 0.3);
  expect(worst(Float32Array.from(output), expected, 100)).toBeLessThan(2e-4);
  expect(output).toHaveLength(Math.ceil((4 * 128 * 125 - 100) / 64));
});

test('no input, no output', () => {
  const resampler = new Resampler(360, 250);
  expect(resampler.push(new Float32Array(0))).toHaveLength(0);
  expect(resampler.flush()).toHaveLength(0);
});

test('the look-ahead is some 50 ms at 360 Hz', () => {
  const resampler = new Resampler(360, 250);
  expect(250 - resampler.push(new Float32Array(360)).length).toBeLessThanOrEqual(14);
});
