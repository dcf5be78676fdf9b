import { expect, test } from 'vitest';
import { HeartRate } from '../../src/outputs/heart-rate.ts';
import { verdict } from './stream.ts';

const rates = (intervals: readonly (number | undefined)[]) => {
  const heartRate = new HeartRate();
  return intervals.map((rrBefore) =>
    heartRate.take(verdict({ time: 0, class: 'N', ...(rrBefore === undefined ? {} : { rrBefore }) })),
  );
};

test('eight intervals make a rate', () => {
  const rate = rates(Array(8).fill(0.75));
  expect(rate.slice(0, 7)).toEqual(Array(7).fill(undefined));
  expect(rate[7]).toBeCloseTo(80, 9);
});

test('one early beat and the pause after it do not change it', () => {
  expect(rates([0.75, 0.75, 0.75, 0.75, 0.75, 0.75, 0.4, 1.1]).at(-1)).toBeCloseTo(80, 9);
});

test('in bigeminy both intervals count', () => {
  expect(rates([0.5, 1.0, 0.5, 1.0, 0.5, 1.0, 0.5, 1.0]).at(-1)).toBeCloseTo(80, 9);
});

test('a gap starts it anew', () => {
  const rate = rates([...Array(8).fill(0.75), undefined, ...Array(8).fill(1)]);
  expect(rate.slice(8, 16)).toEqual(Array(8).fill(undefined));
  expect(rate[16]).toBeCloseTo(60, 9);
});

test('so does an unclassifiable beat', () => {
  const heartRate = new HeartRate();
  for (let i = 0; i < 8; i++) heartRate.take(verdict({ time: i, class: 'N', rrBefore: 1 }));
  expect(heartRate.take(verdict({ time: 8, class: 'Q', rrBefore: 1 }))).toBeUndefined();
  expect(heartRate.take(verdict({ time: 9, class: 'N', rrBefore: 1 }))).toBeUndefined();
});
