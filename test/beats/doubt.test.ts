import { describe, expect, it } from 'vitest';
import { BeatBuilder } from '../../src/beats/beat-builder.ts';
import { DOUBTED_FROM, doubt } from '../../src/beats/doubt.ts';

describe('doubt', () => {
  it('grows with the noise and falls with the certainty of the R peak, and is always a number', () => {
    const values = [-Infinity, -5, 0, 5, Infinity];
    for (const noise of values) {
      const doubts = values.map((logOdds) => doubt({ noise, logOdds }));
      expect(doubts).toEqual(doubts.toSorted((a, b) => b - a));
      expect(doubts.every(Number.isFinite)).toBe(true);
    }
    for (const logOdds of values) {
      const doubts = values.map((noise) => doubt({ noise, logOdds }));
      expect(doubts).toEqual(doubts.toSorted((a, b) => a - b));
    }
  });

  it('spares given peaks and sure ones in quiet, and refuses unsure ones in noise', () => {
    expect(doubt({ noise: 10, logOdds: Number.POSITIVE_INFINITY })).toBeLessThan(DOUBTED_FROM);
    expect(doubt({ noise: -5, logOdds: 4 })).toBeLessThan(DOUBTED_FROM);
    expect(doubt({ noise: 4, logOdds: 0.5 })).toBeGreaterThan(DOUBTED_FROM);
  });

  it('is what makes a beat unjudgeable where the signal is not', () => {
    const flaw = (logOdds: number) => {
      const builder = new BeatBuilder();
      const peak = { kind: 'r-peak', index: 200, decidedAt: 250, logOdds, noise: 4 } as const;
      const ecg = new Float32Array(500);
      builder.push({ kind: 'signal', start: 0, time: 0, ecg, noise: 4, flaw: undefined });
      builder.push(peak);
      return builder.flush()[0].flaw;
    };
    expect(flaw(0.5)).toBe('noisy');
    expect(flaw(8)).toBeUndefined();
  });
});
