import type { QualityFlaw } from '../signal/signal.ts';

/** An R peak, as detected. */
export interface RPeak {
  readonly kind: 'r-peak';
  /** Grid index of the R peak. */
  readonly index: number;
  /** Grid index of the newest sample that the decision needed: index + delay. */
  readonly decidedAt: number;
  /** Log odds that it is a QRS, as the detector judged; ∞ where the peaks were given. */
  readonly logOdds: number;
  /** `Signal.noise` when it was decided. */
  readonly noise: number;
}

/** A beat with everything that the classifier may know of it. */
export interface Beat {
  readonly kind: 'beat';
  /** Grid index of the R peak. */
  readonly index: number;
  /** Time of the R peak, seconds since the stream began. */
  readonly time: number;
  /** Grid index of the newest sample that the decision on the R peak needed. */
  readonly peakDecidedAt: number;
  /** Grid index of the newest sample that this beat needed. */
  readonly decidedAt: number;
  /** RR intervals, seconds; undefined where a gap or the stream's end stands between. */
  readonly rrBefore: number | undefined;
  readonly rrAfter: number | undefined;
  /** The patient's usual RR interval (running mean), seconds; undefined until it is known. */
  readonly usualRr: number | undefined;
  /** How irregular the rhythm was before the beat, single ectopic beats and bigeminy apart, 0 to 1 (irregularity.ts, over 50 beats). */
  readonly irregularity: number;
  /** ECG around the R peak, millivolts, for display and delineation: ECG_BEFORE + ECG_AFTER samples. */
  readonly ecg: Float32Array;
  /** Model input: [step × channel], channels as in waveform.ts. */
  readonly waveform: Float32Array;
  /** Model input: in the order of RHYTHM_FEATURES (rhythm.ts). */
  readonly rhythm: Float32Array;
  /** Why no verdict can be had on this beat, or undefined. */
  readonly flaw: QualityFlaw | 'gap' | undefined;
}

/** Extent of `Beat.ecg` around the R peak, grid samples (250 Hz): 0.4 s before, 0.5 s after. */
export const ECG_BEFORE = 100;
export const ECG_AFTER = 125;
