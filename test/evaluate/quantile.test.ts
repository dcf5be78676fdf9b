import { expect, test } from 'vitest';
import { quantile, range, spread } from '../../src/evaluate/quantile.ts';

test('a quantile lies on the line between its neighbours', () => {
  expect(quantile([1, 2, 3, 4], 0)).toBe(1);
  expect(quantile([1, 2, 3, 4], 0.5)).toBe(2.5);
  expect(quantile([1, 2, 3, 4], 0.25)).toBe(1.75);
  expect(quantile([1, 2, 3, 4], 1)).toBe(4);
  expect(quantile([7], 0.3)).toBe(7);
  expect(quantile([], 0.5)).toBeUndefined();
});

test('the spread of some values, in any order', () => {
  // Median 3; deviations 2 1 0 1 97, in order 0 1 1 2 97.
  expect(spread([100, 1, 2, 3, 4])).toMatchObject({ count: 5, median: 3, mad: 1, max: 100 });
  expect(spread([1, 3, 5])?.p95).toBeCloseTo(4.8, 12);
  expect(spread([])).toBeUndefined();
});

test('the range of some values passes over what is not there', () => {
  expect(range([10, undefined, 9, 2, 1])).toEqual({ least: 1, median: 5.5, most: 10 });
  expect(range([undefined])).toBeUndefined();
});
