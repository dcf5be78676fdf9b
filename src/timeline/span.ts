/** Samples a second of the grid that every stage after the timeline works on. */
export const GRID_RATE = 250;

/** A run of evenly spaced samples on the grid. */
export interface SampleSpan {
  readonly kind: 'samples';
  /** Grid index of the first sample. Indices run on through gaps: grid time is never squeezed. */
  readonly start: number;
  /** Time of the first sample, seconds since the stream began, on the gateway's clock. */
  readonly time: number;
  readonly millivolts: Float32Array;
  readonly leadOff: boolean;
  readonly saturated: boolean;
}

export type GapCause = 'frames-lost' | 'link-lost' | 'dropped-by-sensor' | 'new-session';

/** Samples that do not exist: absence is data and is never filled in. */
export interface Gap {
  readonly kind: 'gap';
  readonly start: number;
  /** Missing grid samples. */
  readonly length: number;
  /** Time of the first missing sample, seconds since the stream began. */
  readonly time: number;
  readonly duration: number;
  readonly cause: GapCause;
}

export type Span = SampleSpan | Gap;
