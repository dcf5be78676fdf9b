import type { Verdict } from '../classify/verdict.ts';

export type Wave = 'P' | 'QRS' | 'ST-T' | 'baseline';

/** Why a flagged beat was flagged. Contributions add up: waveform + Σ rhythm + beatsBefore + intercept = score. */
export interface Explanation {
  /** The verdict's score of its class: the log odds against normal, before temperature. */
  readonly score: number;
  /** What the waveform contributes to the score. */
  readonly waveform: number;
  /** What each rhythm feature contributes to the score. */
  readonly rhythm: readonly {
    readonly feature: string;
    readonly value: number;
    readonly contribution: number;
  }[];
  /** What the patient's beats before contribute: to the score of S how many were S of late, to that of V those of the same morphology. */
  readonly beatsBefore: number;
  /** What none of these contributes: the head's biases, and the rounding of its int8 arithmetic. */
  readonly intercept: number;
  /** Grad-CAM over the window, 0..1, one value a feature-map step. */
  readonly relevance: Float32Array;
  /** Time of the first relevance value relative to the R peak, and the step between values, seconds. */
  readonly relevanceStart: number;
  readonly relevanceStep: number;
  /** Share of relevance in each wave, adding up to 1; all zero when relevance is zero everywhere. */
  readonly waves: Readonly<Record<Wave, number>>;
  /** One sentence in words. */
  readonly sentence: string;
}

/** A verdict, with its explanation when it was flagged. */
export interface ExplainedVerdict {
  readonly kind: 'explained';
  readonly verdict: Verdict;
  readonly explanation: Explanation | undefined;
}

/** What all rhythm features together contribute to the score. */
export function rhythmContribution({ rhythm }: Pick<Explanation, 'rhythm'>): number {
  return rhythm.reduce((sum, { contribution }) => sum + contribution, 0);
}

/** Relevance at a time relative to the R peak, seconds, on the line between its steps; 0 outside of them. */
export function relevanceAt({ relevance, relevanceStart, relevanceStep }: Explanation, time: number): number {
  const place = (time - relevanceStart) / relevanceStep;
  if (place < 0 || place > relevance.length - 1) return 0;
  const before = Math.floor(place);
  const after = Math.min(before + 1, relevance.length - 1);
  return relevance[before] + (place - before) * (relevance[after] - relevance[before]);
}
