import type { Explanation } from '../explain/explanation.ts';
import type { ScoredBeat } from './record.ts';

/** Seconds of signal that are shown of each record. */
export const STRETCH_SECONDS = 30;

/** The part of a record where most beats were missed, made up or misjudged. */
export interface Stretch {
  /** Seconds since the record began. */
  readonly from: number;
  readonly to: number;
  /** Wrong answers in it, and in the whole record. */
  readonly errors: number;
  readonly errorsInRecord: number;
}

/** Such a part with all that is needed to draw it. */
export interface WorstStretch extends Stretch {
  /** Filtered ECG at the grid's rate, millivolts, NaN where there is none. */
  readonly ecg: Float32Array;
  readonly beats: readonly ShownBeat[];
}

export interface ShownBeat extends Pick<ScoredBeat, 'reference' | 'test' | 'time' | 'offset'> {
  readonly wrong: boolean;
  /** Why the beat was flagged, if it was. */
  readonly explanation: Explanation | undefined;
}

/** Whether the answer is wrong. Of a beat that the reference itself cannot classify, only the finding counts. */
export function isError(
  { reference, test }: Pick<ScoredBeat, 'reference' | 'test'>,
  paced: boolean,
): boolean {
  if (reference === 'O' || test === 'o') return true;
  return !paced && reference !== 'Q' && test !== reference.toLowerCase();
}

/**
 * Finds the thirty seconds with the most errors, the first of several, with the errors in their middle.
 * @param duration of the record, seconds
 * @returns undefined where there is no error
 */
export function worstStretch(
  beats: readonly Pick<ScoredBeat, 'reference' | 'test' | 'time'>[],
  paced: boolean,
  duration: number,
): Stretch | undefined {
  const times = beats.filter((beat) => isError(beat, paced)).map(({ time }) => time);
  let most = 0;
  let middle = 0;
  for (let first = 0, end = 0; first < times.length; first++) {
    while (end < times.length && times[end] - times[first] <= STRETCH_SECONDS) end++;
    if (end - first > most) {
      most = end - first;
      middle = (times[first] + times[end - 1]) / 2;
    }
  }
  if (most === 0) return undefined;
  const from = Math.max(0, Math.min(middle - STRETCH_SECONDS / 2, duration - STRETCH_SECONDS));
  const to = Math.min(duration, from + STRETCH_SECONDS);
  const errors = times.filter((time) => time >= from && time <= to).length;
  return { from, to, errors, errorsInRecord: times.length };
}
