import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { globalMaximum, gradCam } from '../../src/explain/grad-cam.ts';

// Two channels over three steps: [step × channel].
const maps = Float32Array.of(1, 0, 4, 2, 2, 6);

describe('global maximum', () => {
  test('is taken over time, channel by channel', () => {
    expect([...globalMaximum(maps, 2)]).toEqual([4, 6]);
    expect([...globalMaximum(Float32Array.of(-3, -1, -2, -5), 2)]).toEqual([-2, -1]);
  });
});

describe('Grad-CAM', () => {
  test('as worked by hand', () => {
    // Σ αₖ·mapₖ with α = (1, −0.5): 1, 4 − 1 = 3, 2 − 3 = −1 → ReLU → over the largest.
    const relevance = gradCam(maps, Float64Array.of(3, -1.5), 2);
    expect(relevance[0]).toBeCloseTo(1 / 3, 6);
    expect(relevance[1]).toBe(1);
    expect(relevance[2]).toBe(0);
  });

  test('is zero where nothing in the waveform speaks for the class', () => {
    expect([...gradCam(maps, Float64Array.of(-1, 0), 2)]).toEqual([0, 0, 0]);
  });

  test("is the published definition: α is the mean over time of the score's gradient by the map", () => {
    // The score as a function of the maps: a linear head on the pooled maps, differentiated numerically.
    // Distinct values, so that no two steps share the maximum.
    const levels = Array.from({ length: 150 }, (_, i) => i / 50);
    const map = fc.shuffledSubarray(levels, { minLength: 15, maxLength: 15 });
    const weights = fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(map, weights, (values, gradient) => {
        const flat = Float64Array.from(values);
        const score = (at: Float64Array) =>
          gradient.reduce((sum, w, k) => sum + w * Math.max(...at.filter((_, i) => i % 3 === k)), 0);
        const alpha = [0, 0, 0];
        for (let i = 0; i < flat.length; i++) {
          const moved = Float64Array.from(flat);
          moved[i] += 1e-4;
          const below = Float64Array.from(flat);
          below[i] -= 1e-4;
          alpha[i % 3] += (score(moved) - score(below)) / 2e-4 / 5;
        }
        const expected = Array.from({ length: 5 }, (_, step) =>
          Math.max(
            0,
            alpha[0] * flat[3 * step] + alpha[1] * flat[3 * step + 1] + alpha[2] * flat[3 * step + 2],
          ),
        );
        const most = Math.max(...expected);
        fc.pre(most > 1e-3);
        const relevance = gradCam(Float32Array.from(flat), Float64Array.from(gradient), 3);
        for (const [step, wanted] of expected.entries())
          expect(relevance[step]).toBeCloseTo(wanted / most, 3);
      }),
    );
  });
});
