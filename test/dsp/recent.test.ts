import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Recent } from '../../src/dsp/recent.ts';

const CAPACITY = 5;

test('median and largest are those of the last values, whatever came before', () => {
  fc.assert(
    // Few different values, so that many are equal.
    fc.property(fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 1 }), (values) => {
      const recent = new Recent(CAPACITY);
      for (const [n, value] of values.entries()) {
        recent.push(value);
        const sorted = values.slice(Math.max(0, n + 1 - CAPACITY), n + 1).sort((a, b) => a - b);
        const [low, high] = [(sorted.length - 1) >> 1, sorted.length >> 1];
        expect(recent.count).toBe(sorted.length);
        expect(recent.median).toBe((sorted[low] + sorted[high]) / 2);
        expect(sorted.map((_, rank) => recent.largest(rank))).toEqual(sorted.toReversed());
      }
    }),
  );
});
