import type { Beat } from '../beats/beat.ts';

/** The AAMI classes that the model tells apart, in the order of its scores. */
export const CLASSES = ['N', 'S', 'V', 'F'] as const;
export type BeatClass = (typeof CLASSES)[number];

/** A beat's class, with calibrated probabilities; Q, with the reason, where quality forbids a verdict. */
export interface Verdict {
  readonly kind: 'verdict';
  readonly beat: Beat;
  readonly class: BeatClass | 'Q';
  /** Why the beat is not classifiable, for class Q only. */
  readonly reason: string | undefined;
  /** Probabilities in the order of CLASSES; all zero for class Q. */
  readonly probabilities: Float32Array;
  /** Class scores, the model's and what the patient's beats before add: log odds against N, whose own score is 0. */
  readonly scores: Float32Array;
  /**
   * What the patient's beats before add to each score: to that of S, how many of them were S (OwnShare), to that of V,
   * how ventricular those of the same morphology looked (Morphologies).
   */
  readonly beatsBefore: Float32Array;
  /** Share of S, 0 to 1, in what the patient's last beats were called (OwnShare); undefined for class Q. */
  readonly ownShare: number | undefined;
  /** An arrhythmic beat: S, V or F above its threshold. */
  readonly flagged: boolean;
  /** Last-convolution feature maps [step × channel], copied for flagged beats only. */
  readonly featureMaps: Float32Array | undefined;
}
