import { describe, expect, it } from 'vitest';
import { Due } from '../../src/beats/due.ts';

/** The interval that is due after these, seconds. */
function dueAfter(intervals: readonly number[]): number {
  const due = new Due();
  for (const rr of intervals) due.push(rr);
  return Math.exp(due.logarithm);
}

const regular = (count: number, rr = 0.8) => new Array<number>(count).fill(rr);

describe('the interval that is due', () => {
  it('is the usual one of a regular rhythm, from its first interval on', () => {
    expect(dueAfter([0.8])).toBeCloseTo(0.8, 12);
    expect(dueAfter(regular(50))).toBeCloseTo(0.8, 12);
  });

  it('follows a heart that speeds up slowly', () => {
    // From 0.9 to 0.6 s within 60 beats: less than a percent a beat.
    const intervals = Array.from({ length: 60 }, (_, i) => 0.9 * (0.6 / 0.9) ** (i / 59));
    expect(dueAfter(intervals)).toBeCloseTo(0.6, 12);
  });

  it('stays nearly where it was when a tachycardia sets in at once', () => {
    // A percent a beat: after 20 beats of 0.4 s it is still far from them.
    expect(dueAfter([...regular(50), ...regular(20, 0.4)])).toBeCloseTo(0.8 * Math.exp(-0.2), 12);
  });

  it('is the normal interval of bigeminy, which a mean lies below', () => {
    const bigeminy = Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? 0.5 : 0.8));
    expect(dueAfter(bigeminy)).toBeCloseTo(0.8, 12);
    expect(dueAfter([...bigeminy, 0.5])).toBeCloseTo(0.8 * Math.exp(-0.01), 12);
  });

  it('is where a quarter of fibrillating intervals are longer', () => {
    const intervals = Array.from({ length: 4000 }, (_, i) => 0.4 + 0.6 * ((i * 0.618034) % 1));
    const due = new Due();
    let longer = 0;
    for (const rr of intervals) {
      if (Math.log(rr) > due.logarithm) longer++;
      due.push(rr);
    }
    expect(longer / intervals.length).toBeGreaterThan(0.22);
    expect(longer / intervals.length).toBeLessThan(0.28);
  });

  it('forgets a misleading first interval within a few beats', () => {
    // Steps of 12, 8, 6, … percent up from a first interval of half the usual one.
    expect(dueAfter([0.4, ...regular(20)])).toBeCloseTo(0.8, 6);
  });

  describe('of a known rhythm with blocked beats', () => {
    const everyFourthBlocked = (count: number) =>
      Array.from({ length: count }, (_, i) => (i % 3 === 2 ? 1.6 : 0.8));

    it('is that of the atria, and an interval of twice its length counts as two', () => {
      expect(dueAfter([...regular(20), ...everyFourthBlocked(300)])).toBeCloseTo(0.8, 12);
      expect(dueAfter([...regular(20), ...regular(20, 1.6), 0.8])).toBeCloseTo(0.8, 12);
      const due = new Due();
      expect([...regular(3), 1.6, 1.6, 0.8, 1.6].map((rr) => due.push(rr))).toEqual([1, 1, 1, 2, 2, 1, 2]);
    });

    it('is that of the ventricles when every second beat stays blocked', () => {
      expect(dueAfter([...regular(20), ...regular(80, 1.6)])).toBeCloseTo(1.6, 12);
    });

    it('begins anew when every beat is conducted again, at no more than a hundred a minute', () => {
      const blocked = [...regular(20), ...regular(80, 1.6)];
      expect(dueAfter([...blocked, ...regular(2)])).toBeGreaterThan(1.5);
      expect(dueAfter([...blocked, ...regular(3)])).toBeCloseTo(0.8, 12);
      const slow = regular(50, 1.1);
      expect(dueAfter([...slow, ...regular(20, 0.55)])).toBeCloseTo(1.1 * Math.exp(-0.2), 12);
    });

    it('takes no long interval for two that is not twice as long', () => {
      const due = new Due();
      expect([...regular(5), 1.3, ...regular(5), 2].map((rr) => due.push(rr))).not.toContain(2);
    });

    it('takes no normal interval of bigeminy for two short ones', () => {
      const due = new Due();
      const intervals = Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? 0.5 : 1));
      expect(intervals.map((rr) => due.push(rr))).not.toContain(2);
    });
  });
});
