/**
 * What keeps a stretch of signal from being judged:
 * `settling` after a start or a gap, while the filters fill.
 */
export type QualityFlaw = 'lead-off' | 'saturated' | 'flat' | 'noisy' | 'settling';

/** A span, filtered. All arrays have the same length and share one time axis: the delays are made up for. */
export interface Signal {
  readonly kind: 'signal';
  /** Grid index of the first sample. */
  readonly start: number;
  /** Time of the first sample, seconds since the stream began. */
  readonly time: number;
  /** Band-passed ECG, mains removed, millivolts: for eyes and for the classifier. */
  readonly ecg: Float32Array;
  /** The QRS band, millivolts: for R-peak detection. */
  readonly qrs: Float32Array;
  /** One flaw for the whole stretch, or none. */
  readonly flaw: QualityFlaw | undefined;
}

/** The quality of the signal changed. */
export interface QualityChange {
  readonly kind: 'quality';
  readonly start: number;
  readonly time: number;
  readonly flaw: QualityFlaw | undefined;
}
