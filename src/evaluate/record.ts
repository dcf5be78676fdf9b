import type { Verdict } from '../classify/verdict.ts';
import type { Annotation } from '../formats/wfdb/annotation.ts';
import { aamiClass, isPaced, scoredReference } from './aami.ts';
import { Confusion, type TestLetter } from './confusion.ts';
import { MATCH_WINDOW, matchBeats } from './match.ts';

export interface RecordResult {
  readonly confusion: Confusion;
  /** Left out of figures on beat classes. */
  readonly paced: boolean;
  /** Length of the record, seconds. */
  readonly duration: number;
}

/** The gateway's beats as annotations of the record: the AAMI class is the symbol. */
export function asAnnotations(verdicts: readonly Verdict[], rate: number): Annotation[] {
  return verdicts
    .map((verdict) => ({
      sample: Math.max(0, Math.round(verdict.beat.time * rate)),
      symbol: verdict.class,
      subtype: 0,
      channel: 0,
      number: 0,
      aux: '',
    }))
    .sort((a, b) => a.sample - b.sample);
}

/**
 * Compares two sets of annotations beat by beat, from the first sample to the last.
 * @param reference all annotations of the reference, in time order
 * @param detected beats with the symbols N S V F Q, in time order
 * @param rate of the record, hertz
 * @param duration of the record, seconds
 */
export function scoreRecord(
  reference: readonly Annotation[],
  detected: readonly Annotation[],
  rate: number,
  duration: number,
): RecordResult {
  const { beats, fibrillation } = scoredReference(reference);
  const confusion = new Confusion();
  const samples = (annotations: readonly Annotation[]) => annotations.map(({ sample }) => sample);
  // Whole samples, rounded down, as WFDB converts the window.
  for (const pair of matchBeats(samples(beats), samples(detected), Math.floor(MATCH_WINDOW * rate))) {
    const test = pair.detected === undefined ? undefined : detected[pair.detected];
    const letter = (test?.symbol.toLowerCase() ?? 'o') as TestLetter;
    if (pair.reference !== undefined) confusion.count(aamiClass(beats[pair.reference].symbol), letter);
    else if (!fibrillation.some(([from, to]) => from <= test!.sample && test!.sample <= to)) {
      confusion.count('O', letter);
    }
  }
  return { confusion, paced: isPaced(reference), duration };
}
