import { expect, test } from 'vitest';
import { reliability } from '../../src/evaluate/reliability.ts';

const beats = (...of: [probability: number, isOfClass: boolean][]) =>
  of.map(([probability, isOfClass]) => ({ probability, isOfClass }));

test('reliability as worked by hand', () => {
  const found = reliability(beats([0.05, false], [0.07, true], [0.95, true], [1, true]));
  // Two beats at .06 in the mean, half of them of the class; two at .975, all of them.
  expect(found?.bins.map(({ from, beats }) => [from, beats])).toEqual([
    [0, 2],
    [0.9, 2],
  ]);
  expect(found?.bins[0].predicted).toBeCloseTo(0.06, 12);
  expect(found?.bins[0].observed).toBe(0.5);
  expect(found?.expectedError).toBeCloseTo(0.5 * 0.44 + 0.5 * 0.025, 12);
  expect(found?.brier).toBeCloseTo((0.05 ** 2 + 0.93 ** 2 + 0.05 ** 2) / 4, 12);
});

test("Wilson's interval: of 10 beats 5", () => {
  const five = Array.from({ length: 10 }, (_, n): [number, boolean] => [0.55, n < 5]);
  const [bin] = reliability(beats(...five))!.bins;
  // Newcombe 1998 gives 0.2366 to 0.7634.
  expect(bin.interval[0]).toBeCloseTo(0.2366, 4);
  expect(bin.interval[1]).toBeCloseTo(0.7634, 4);
});

test('nothing to judge has no reliability', () => {
  expect(reliability([])).toBeUndefined();
});
