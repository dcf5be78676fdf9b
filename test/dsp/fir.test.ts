import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Fir } from '../../src/dsp/fir.ts';

test('convolves with its taps, however the signal is cut into blocks', () => {
  const lengths = fc.array(fc.nat({ max: 90 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 6 }), lengths, (delay, blocks) => {
      const taps = Float64Array.from({ length: 2 * delay + 1 }, (_, k) => 1 / (1 + Math.abs(k - delay)));
      const fir = new Fir(taps);
      const signal = Array.from({ length: blocks.reduce((sum, length) => sum + length) }, (_, n) =>
        Math.sin(n * n),
      );
      const filtered: number[] = [];
      for (const length of blocks) {
        const block = Float64Array.from(signal.slice(filtered.length, filtered.length + length));
        fir.process(block);
        filtered.push(...block);
      }
      for (const [n, value] of filtered.entries()) {
        const expected = taps.reduce((sum, tap, k) => sum + tap * (signal[n - k] ?? 0), 0);
        expect(value).toBeCloseTo(expected, 12);
      }
    }),
  );
});
