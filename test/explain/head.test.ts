import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Head } from '../../src/classify/model-card.ts';
import { CLASSES } from '../../src/classify/verdict.ts';
import { attribute } from '../../src/explain/head.ts';

// Scores = 2·relu(pooled + 3·rhythm + 1) + 5·relu(−pooled) − 4; in that of S, − 1 in place of + 1.
const byHand: Head = {
  layers: [
    {
      weights: [
        [1, 3],
        [-1, 0],
      ],
      bias: [1, 0],
    },
    { weights: CLASSES.map(() => [2, 5]), bias: CLASSES.map(() => -4) },
  ],
  biasOfS: [-1, 0],
};

const weight = fc.double({ min: -2, max: 2, noNaN: true });
const rows = (count: number, length: number) =>
  fc.array(fc.array(weight, { minLength: length, maxLength: length }), {
    minLength: count,
    maxLength: count,
  });
const row = (length: number) => fc.array(weight, { minLength: length, maxLength: length });
const layer = (to: number, from: number) => fc.record({ weights: rows(to, from), bias: row(to) });
const anyHead: fc.Arbitrary<Head> = fc.record({
  layers: fc.oneof(fc.tuple(layer(6, 5), layer(4, 6)), fc.tuple(layer(6, 5), layer(7, 6), layer(4, 7))),
  biasOfS: row(6),
});

describe('the split of a class score', () => {
  test('as worked by hand, one unit open and one shut', () => {
    // Hidden: 0.5 + 3·2 + 1 = 7.5, and −0.5 which the ReLU shuts. Score: 2·7.5 − 4 = 11.
    const split = attribute([byHand], Float32Array.of(0.5), Float32Array.of(2), 0);
    expect(split.score).toBe(11);
    expect([...split.gradient]).toEqual([2, 6]);
    expect(split.waveform).toBe(1);
    expect([...split.rhythm]).toEqual([12]);
    expect(split.intercept).toBe(2 * 1 - 4);
  });

  test('as worked by hand, both units open', () => {
    // Hidden: −0.5 + 3 + 1 = 3.5 and 0.5. Score: 7 + 2.5 − 4 = 5.5.
    const split = attribute([byHand], Float32Array.of(-0.5), Float32Array.of(1), 0);
    expect(split.score).toBe(5.5);
    expect([...split.gradient]).toEqual([2 - 5, 6]);
    expect(split.waveform).toBe(1.5);
    expect(split.intercept).toBe(-2);
  });

  test('of S, with the bias of its own', () => {
    // Hidden: 0.5 + 3·2 − 1 = 5.5, and −0.5 which the ReLU shuts. Score: 2·5.5 − 4 = 7.
    const split = attribute([byHand], Float32Array.of(0.5), Float32Array.of(2), CLASSES.indexOf('S'));
    expect(split.score).toBe(7);
    expect([...split.gradient]).toEqual([2, 6]);
    expect(split.intercept).toBe(2 * -1 - 4);
  });

  test('has the gradient that finite differences give, and adds up', () => {
    fc.assert(
      fc.property(anyHead, row(3), row(2), fc.nat(3), (head, pooled, rhythm, target) => {
        const at = (inputs: number[]) =>
          attribute(
            [head],
            Float32Array.from(inputs.slice(0, 3)),
            Float32Array.from(inputs.slice(3)),
            target,
          );
        const inputs = [...Float32Array.from([...pooled, ...rhythm])];
        const split = at(inputs);
        const total = split.waveform + split.rhythm[0] + split.rhythm[1] + split.intercept;
        expect(total).toBeCloseTo(split.score, 9);

        // On one linear piece the difference is exact, so the step may be large; at a kink there is no gradient. Weights
        // next to zero can put two kinks within a step, so the place itself has to be on the piece of both ends.
        const step = 2 ** -10;
        for (let i = 0; i < inputs.length; i++) {
          const higher = at(inputs.map((value, k) => (k === i ? value + step : value)));
          const lower = at(inputs.map((value, k) => (k === i ? value - step : value)));
          const pieces = new Set([higher, split, lower].map(({ gradient }) => gradient.join()));
          if (pieces.size > 1) continue;
          expect(split.gradient[i]).toBeCloseTo((higher.score - lower.score) / (2 * step), 2);
        }
      }),
    );
  });

  test('of several heads is their average, each by its own feature maps and all by the rhythm', () => {
    const [one, two, rhythm] = [Float32Array.of(0.5), Float32Array.of(-0.5), Float32Array.of(1.5)];
    const first = attribute([byHand], one, rhythm, 0);
    const second = attribute([byHand], two, rhythm, 0);
    const both = attribute([byHand, byHand], Float32Array.of(...one, ...two), rhythm, 0);
    expect(both.score).toBe((first.score + second.score) / 2);
    expect([...both.gradient]).toEqual([
      first.gradient[0] / 2,
      second.gradient[0] / 2,
      (first.gradient[1] + second.gradient[1]) / 2,
    ]);
    expect(both.waveform).toBe((first.waveform + second.waveform) / 2);
    expect(both.rhythm[0]).toBe((first.rhythm[0] + second.rhythm[0]) / 2);
    expect(both.intercept).toBe((first.intercept + second.intercept) / 2);
  });

  test('has a constant intercept: scaling the inputs along one linear piece scales the contributions', () => {
    const once = attribute([byHand], Float32Array.of(0.5), Float32Array.of(2), 0);
    const twice = attribute([byHand], Float32Array.of(1), Float32Array.of(4), 0);
    expect(twice.intercept).toBe(once.intercept);
    expect(twice.waveform).toBe(2 * once.waveform);
  });
});
