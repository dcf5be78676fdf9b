import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { roc } from '../../src/evaluate/roc.ts';

describe('the receiver operating characteristic', () => {
  test('as worked by hand', () => {
    // Thresholds .9: one positive; .8: and a negative; .7: both positives; .1: all.
    const curve = roc([0.9, 0.7], [0.8, 0.1]);
    expect(curve?.points).toEqual([
      { falsePositiveRate: 0, sensitivity: 0 },
      { falsePositiveRate: 0, sensitivity: 0.5 },
      { falsePositiveRate: 0.5, sensitivity: 0.5 },
      { falsePositiveRate: 0.5, sensitivity: 1 },
      { falsePositiveRate: 1, sensitivity: 1 },
    ]);
    // Of the four pairs, three are in order.
    expect(curve?.auc).toBeCloseTo(0.75, 12);
  });

  test('ties are a slope, and count half', () => {
    const curve = roc([0.5, 0.5], [0.5]);
    expect(curve?.points).toEqual([
      { falsePositiveRate: 0, sensitivity: 0 },
      { falsePositiveRate: 1, sensitivity: 1 },
    ]);
    expect(curve?.auc).toBe(0.5);
  });

  test('does not exist without both kinds', () => {
    expect(roc([], [1])).toBeUndefined();
    expect(roc([1], [])).toBeUndefined();
  });

  test('its area is the share of pairs in order, and it never turns back', () => {
    const scores = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(scores, scores, (positive, negative) => {
        const pairs = positive.flatMap((p) => negative.map((n): number => (p > n ? 1 : p === n ? 0.5 : 0)));
        const curve = roc(positive, negative)!;
        expect(curve.auc).toBeCloseTo(pairs.reduce((a, b) => a + b) / pairs.length, 9);
        for (let i = 1; i < curve.points.length; i++) {
          const [before, here] = [curve.points[i - 1], curve.points[i]];
          expect(here.falsePositiveRate).toBeGreaterThanOrEqual(before.falsePositiveRate);
          expect(here.sensitivity).toBeGreaterThanOrEqual(before.sensitivity);
        }
        expect(curve.points.at(-1)).toEqual({ falsePositiveRate: 1, sensitivity: 1 });
      }),
    );
  });
});
