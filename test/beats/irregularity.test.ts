import { describe, expect, it } from 'vitest';
import { Irregularity } from '../../src/beats/irregularity.ts';

function heard(intervals: readonly number[]): Irregularity {
  const irregularity = new Irregularity();
  for (const rr of intervals) irregularity.push(rr);
  return irregularity;
}

const regular = (count: number) => new Array<number>(count).fill(0.8);
/** Intervals as in atrial fibrillation: none says anything of the next. */
const fibrillating = (count: number) =>
  Array.from({ length: count }, (_, i) => 0.4 + 0.6 * ((i * 0.618034) % 1));

describe('irregularity', () => {
  it('is none while nothing or one rhythm was heard', () => {
    for (const intervals of [[], [0.8], regular(100)]) {
      expect(heard(intervals)).toMatchObject({ now: 0, lately: 0 });
    }
  });

  it('is not deceived by single premature beats and their pauses', () => {
    const ectopic = [...regular(8), 0.5, ...regular(8), 1.1, ...regular(8), 0.5, ...regular(8)];
    expect(heard(ectopic)).toMatchObject({ now: 0, lately: 0 });
  });

  it('is not deceived by bigeminy, which a median of three does not hide', () => {
    const bigeminy = Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? 0.7 : 0.85));
    expect(heard([...regular(8), ...bigeminy]).now).toBe(0);
    expect(heard([...regular(8), ...bigeminy]).lately).toBeLessThan(0.05);
  });

  it('is not deceived by a heart that speeds up slowly', () => {
    const { now } = heard(Array.from({ length: 50 }, (_, i) => 0.9 - 0.004 * i));
    expect(now).toBeLessThan(0.2);
  });

  it('is high in fibrillation, at once and lately', () => {
    const { now, lately } = heard(fibrillating(100));
    expect(now).toBeGreaterThan(0.6);
    expect(lately).toBeGreaterThan(0.6);
  });

  it('forgets: the last eight at once, the rest by and by', () => {
    const ended = heard([...fibrillating(100), ...regular(12)]);
    expect(ended.now).toBe(0);
    expect(ended.lately).toBeGreaterThan(0.4);
    expect(heard([...fibrillating(100), ...regular(300)]).lately).toBeLessThan(0.01);
  });

  it('counts pairs of medians that differ by more than four per cent', () => {
    // Of the last eight medians two are 1.05, the others 1: 12 of 28 pairs. Four of eight intervals are unlike the
    // one two before them, which is more.
    expect(heard([...new Array<number>(8).fill(1), 1.05, 1.05, 1, 1]).now).toBeCloseTo(12 / 28, 12);
  });

  it('counts intervals that differ from the one two before by more than four per cent', () => {
    // Only the first 1.05 differs from the 1 two before it. Of the medians one is 1.03 and one 1.05: 6 of 28 pairs.
    expect(heard([1, 1.03, 1.05, 1.05]).now).toBeCloseTo(1 / 8, 12);
  });
});
