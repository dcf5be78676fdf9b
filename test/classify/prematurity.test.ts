import { describe, expect, it } from 'vitest';
import { Prematurity } from '../../src/classify/prematurity.ts';

/** How late each interval is, as a ratio to what was due. */
function ratios(intervals: readonly number[]): number[] {
  const prematurity = new Prematurity();
  return intervals.map((rr) => Math.exp(prematurity.push(rr)));
}

const times = (count: number, ...pattern: readonly number[]) =>
  Array.from({ length: count }, () => pattern).flat();

describe('how early a beat comes', () => {
  it('is against what was due', () => {
    expect(ratios([...times(20, 0.8), 0.6]).at(-1)).toBeCloseTo(0.75, 6);
    expect(ratios([0.8])).toEqual([1]);
  });

  it('follows a heart that speeds up, as in exercise', () => {
    const faster = Array.from({ length: 300 }, (_, n) => 0.9 * 0.997 ** n);
    expect(Math.min(...ratios(faster))).toBeGreaterThan(0.95);
  });

  it('stays where it was when a tachycardia begins', () => {
    const [first, ...others] = ratios([...times(20, 0.8), ...times(10, 0.4)]).slice(20);
    expect(first).toBeCloseTo(0.5, 6);
    expect(Math.max(...others)).toBeLessThan(0.6);
  });

  it('is none when a heart in second-degree block conducts every beat again', () => {
    const twoToOne = [...times(20, 0.8), ...times(200, 1.6), ...times(20, 0.8)];
    expect(Math.min(...ratios(twoToOne))).toBeCloseTo(1, 6);
    const fourToThree = times(100, 0.8, 0.8, 0.8, 1.6);
    expect(Math.min(...ratios(fourToThree))).toBeCloseTo(1, 6);
  });

  it('is none from the fourth beat on where every second one was blocked from the beginning', () => {
    const found = ratios([...times(50, 1.6), ...times(10, 0.8)]).slice(50);
    expect(found[2]).toBeLessThan(0.6);
    expect(found.slice(3)).toEqual(times(7, 1));
  });

  it('takes no bigeminy for a block, whether the first beat is the premature one or not', () => {
    for (const pattern of [
      [0.6, 1.4, 1.4],
      [1.22, 0.6],
    ]) {
      const premature = ratios(times(100, ...pattern)).filter((_, n) => pattern[n % pattern.length] === 0.6);
      expect(Math.max(...premature.slice(-20))).toBeLessThan(0.6);
    }
  });
});
