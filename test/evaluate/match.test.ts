import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matchBeats } from '../../src/evaluate/match.ts';

/** Pairs as text: times of reference and detected beat, - for none. */
function match(reference: number[], detected: number[], window = 54): string {
  return matchBeats(reference, detected, window)
    .map(
      (pair) =>
        `${pair.reference === undefined ? '-' : reference[pair.reference]}:${pair.detected === undefined ? '-' : detected[pair.detected]}`,
    )
    .join(' ');
}

describe('beat-by-beat matching', () => {
  test('pairs what lies within the window, up to and including its edge', () => {
    expect(match([100, 400, 700], [90, 454, 755])).toBe('100:90 400:454 700:- -:755');
    expect(match([100, 400], [46, 345])).toBe('100:46 -:345 400:-');
  });

  test('counts missed and extra beats', () => {
    expect(match([100, 400, 700], [400])).toBe('100:- 400:400 700:-');
    expect(match([400], [100, 400, 700])).toBe('-:100 400:400 -:700');
    expect(match([], [5])).toBe('-:5');
    expect(match([5], [])).toBe('5:-');
    expect(match([], [])).toBe('');
  });

  test('of two detections in the window the nearer one is the match', () => {
    expect(match([100], [60, 110])).toBe('-:60 100:110');
    expect(match([100], [95, 110])).toBe('100:95 -:110');
    expect(match([100], [110, 140])).toBe('100:110 -:140');
  });

  test('of two reference beats in the window the nearer one is the match', () => {
    expect(match([60, 110], [100])).toBe('60:- 110:100');
    expect(match([95, 130], [100])).toBe('95:100 130:-');
  });

  test('a beat that its rival needs less is not given up', () => {
    // 128 lies as far from 96 as from 160, but 160 has a better match in 185.
    expect(match([96, 160], [128, 185], 37)).toBe('96:128 160:185');
    expect(match([128, 185], [96, 160], 37)).toBe('128:96 185:160');
  });

  test('every beat appears once, in order, and no pair is wider than the window', () => {
    const times = fc
      .array(fc.integer({ min: 0, max: 3000 }), { maxLength: 40 })
      .map((all) => all.sort((a, b) => a - b));
    fc.assert(
      fc.property(times, times, fc.integer({ min: 0, max: 100 }), (reference, detected, window) => {
        const pairs = matchBeats(reference, detected, window);
        const indices = (side: 'reference' | 'detected') =>
          pairs.flatMap((pair) => (pair[side] === undefined ? [] : [pair[side]]));
        expect(indices('reference')).toEqual([...reference.keys()]);
        expect(indices('detected')).toEqual([...detected.keys()]);
        for (const { reference: r, detected: d } of pairs) {
          if (r !== undefined && d !== undefined) {
            expect(Math.abs(reference[r] - detected[d])).toBeLessThanOrEqual(window);
          }
        }
      }),
    );
  });

  test('is symmetric: exchanging the sides exchanges the pairs', () => {
    const times = fc
      .uniqueArray(fc.integer({ min: 0, max: 2000 }), { maxLength: 30 })
      .map((all) => all.sort((a, b) => a - b));
    fc.assert(
      fc.property(times, times, (a, b) => {
        const couples = (pairs: ReturnType<typeof matchBeats>) =>
          pairs.filter((pair) => pair.reference !== undefined && pair.detected !== undefined);
        const there = couples(matchBeats(a, b, 54));
        const back = couples(matchBeats(b, a, 54)).map((pair) => ({
          reference: pair.detected,
          detected: pair.reference,
        }));
        // Beats at the very same time may break ties differently.
        fc.pre(!a.some((time) => b.includes(time)));
        expect(back).toEqual(there);
      }),
    );
  });
});
