import { expect, test } from 'vitest';
import { SignalRing } from '../../src/outputs/signal-ring.ts';

const samples = (...values: number[]) => Float32Array.from(values);

test('keeps the newest samples by grid index', () => {
  const ring = new SignalRing(4);
  ring.push(100, samples(1, 2, 3), undefined);
  expect([99, 100, 102, 103].map((index) => ring.at(index))).toEqual([Number.NaN, 1, 3, Number.NaN]);
  ring.push(103, samples(4, 5, 6), 'noisy');
  expect([100, 101, 102, 105].map((index) => ring.at(index))).toEqual([Number.NaN, Number.NaN, 3, 6]);
  expect([101, 102, 103, 106].map((index) => ring.stateAt(index))).toEqual([
    'unknown',
    'sound',
    'noisy',
    'unknown',
  ]);
});

test('a gap is absence, however long', () => {
  const ring = new SignalRing(4);
  ring.push(0, samples(1, 2), undefined);
  ring.pushGap(2, 1);
  expect([1, 2].map((index) => ring.stateAt(index))).toEqual(['sound', 'gap']);
  expect(ring.at(2)).toBeNaN();
  ring.pushGap(3, 1e12);
  expect(ring.end).toBe(3 + 1e12);
  expect(ring.stateAt(ring.end - 4)).toBe('gap');
  expect(ring.stateAt(ring.end - 5)).toBe('unknown');
});
