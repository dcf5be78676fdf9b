import type { Beat } from '../beats/beat.ts';
import { LONGEST_WAIT } from '../beats/beat-builder.ts';
import { GRID_RATE } from '../timeline/span.ts';

/** How long decisions took, in stream time, the filters' own delay included: seconds, one number a beat. */
export interface Delays {
  /** From an R peak to the decision that it is one. */
  readonly rPeak: readonly number[];
  /** From an R peak to its beat's verdict. */
  readonly verdict: readonly number[];
  /** From the decision on the next R peak, or from 1.5 s after this one if that is sooner, to the verdict. */
  readonly overdue: readonly number[];
}

/** @param beats of one stream, in order */
export function delaysOf(beats: readonly Beat[]): Delays {
  const seconds = (from: number, to: number) => (to - from) / GRID_RATE;
  return {
    rPeak: beats.map(({ index, peakDecidedAt }) => seconds(index, peakDecidedAt)),
    verdict: beats.map(({ index, decidedAt }) => seconds(index, decidedAt)),
    overdue: beats.map(({ index, decidedAt }, n) => {
      const next = beats[n + 1]?.peakDecidedAt ?? Number.POSITIVE_INFINITY;
      return Math.max(0, seconds(Math.min(next, index + LONGEST_WAIT), decidedAt));
    }),
  };
}
