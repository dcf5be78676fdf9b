import { expect, test } from 'vitest';
import { SampleClock } from '../../src/timeline/sample-clock.ts';
import { block } from './blocks.ts';

test('samples lie exactly 1 / rate apart although the clock is coarse', () => {
  const clock = new SampleClock(block({ firstIndex: 500, deviceTime: 7 }));
  for (let n = 1; n < 1_000; n++) {
    clock.hear(block({ firstIndex: 500 + 50 * n, deviceTime: Math.floor((7 + n / 5) * 1_000) / 1_000 }));
  }
  expect(clock.timeOf(500)).toBe(0);
  expect(clock.timeOf(500 + 50_000)).toBe(200);
});

test('a true rate beside the nominal one is followed, a millisecond behind', () => {
  const clock = new SampleClock(block({ firstIndex: 0, deviceTime: 0, rate: 130 }, 73));
  for (let n = 1; n <= 1_000; n++) {
    clock.hear(block({ firstIndex: 73 * n, deviceTime: (73 * n) / 130.045, rate: 130 }, 73));
  }
  expect(Math.abs(clock.timeOf(73_000) - 73_000 / 130.045)).toBeLessThan(1.001e-3);
});

test('a clock that jumps is taken to have jumped: the count goes on', () => {
  const clock = new SampleClock(block({ firstIndex: 0 }));
  for (const [n, jump] of [
    [1, 5_000],
    [2, 5_000],
    [3, -900],
  ]) {
    expect(clock.hear(block({ firstIndex: 50 * n, deviceTime: 1_000 + n / 5 + jump }))).toBe(0);
    expect(clock.timeOf(50 * n)).toBeCloseTo(n / 5, 2);
  }
});

test('a discontinuity is as long as the clock says, unless arrivals contradict', () => {
  const clock = new SampleClock(block({ firstIndex: 0 }));
  const lost = (n: number, seconds: number) =>
    clock.hear(block({ firstIndex: 50 * n, deviceTime: 1_000 + n / 5 + seconds, discontinuity: true }));
  expect(lost(1, 0.5)).toBeCloseTo(0.5, 9);
  expect(clock.timeOf(50)).toBeCloseTo(0.7, 9);
  expect(lost(2, 3_600)).toBe(0);
});
