import fc from 'fast-check';
import { expect, test } from 'vitest';
import { unwrap32 } from '../../src/dsp/unwrap.ts';

test('a counter is followed through any number of wraps by steps of less than half a cycle', () => {
  fc.assert(
    fc.property(
      fc.nat({ max: 2 ** 45 }),
      fc.array(fc.integer({ min: -(2 ** 31) + 1, max: 2 ** 31 - 1 })),
      (first, steps) => {
        let truth = first + 2 ** 45;
        let followed = truth;
        for (const step of steps) {
          truth += step;
          followed = unwrap32(truth % 2 ** 32, followed);
          expect(followed).toBe(truth);
        }
      },
    ),
  );
});
