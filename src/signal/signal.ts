/** What forbids a verdict on a stretch of signal; of two, the later one is what a beat is told of. */
export const QUALITY_FLAWS = ['lead-off', 'saturated', 'clipped', 'flat', 'mains', 'noisy'] as const;
export type QualityFlaw = (typeof QUALITY_FLAWS)[number];

/** A span, filtered. */
export interface Signal {
  readonly kind: 'signal';
  /** Grid index of the first sample; the filters' delay is made up for. */
  readonly start: number;
  /** Time of the first sample, seconds since the stream began. */
  readonly time: number;
  /** Band-passed ECG, mains removed, millivolts. */
  readonly ecg: Float32Array;
  /** Log odds that the last two seconds are too noisy for a verdict; −∞ until there are two seconds. */
  readonly noise: number;
  /** The flaw of the whole stretch, as known when it was heard; or none. */
  readonly flaw: QualityFlaw | undefined;
}

/** The quality of the signal changed. */
export interface QualityChange {
  readonly kind: 'quality';
  readonly start: number;
  readonly time: number;
  readonly flaw: QualityFlaw | undefined;
}
