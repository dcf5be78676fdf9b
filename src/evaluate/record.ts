import type { Annotation } from '../formats/wfdb/annotation.ts';
import { aamiClass, isPaced, scoredReference } from './aami.ts';
import { Confusion, type ReferenceLetter, type TestLetter } from './confusion.ts';
import { matchBeats } from './match.ts';

/** A beat that the gateway found. */
export interface DetectedBeat {
  /** Index of the sample of its R peak, at the record's own rate. */
  readonly sample: number;
  /** N S V F, or Q for one that was not judged. */
  readonly symbol: string;
  /** Probabilities in the order of CLASSES, where it was judged. */
  readonly probabilities?: readonly number[] | undefined;
}

/** A beat of the reference, of the gateway, or of both. */
export interface ScoredBeat {
  readonly reference: ReferenceLetter;
  readonly test: TestLetter;
  /** Of the reference beat, or else of the detected one: seconds since the record began. */
  readonly time: number;
  /** Detected minus reference, seconds, where there are both. */
  readonly offset: number | undefined;
  /** The gateway's, in the order of CLASSES, where it found and judged the beat. */
  readonly probabilities: readonly number[] | undefined;
  /** Position among the detected beats, if it was detected. */
  readonly detected: number | undefined;
}

/** How a record's beats compare with its reference. */
export interface Comparison {
  readonly confusion: Confusion;
  /** In the order of time; without what was found during ventricular fibrillation. */
  readonly beats: readonly ScoredBeat[];
  /** Left out of figures on beat classes. */
  readonly paced: boolean;
  /** Length of the record, seconds. */
  readonly duration: number;
}

/**
 * Compares the gateway's beats with the reference, beat by beat, from the first sample to the last.
 * @param reference all annotations of the reference, in time order
 * @param detected in time order
 * @param rate of the record, hertz
 * @param duration of the record, seconds
 * @param window greatest distance of a match, seconds
 */
export function scoreRecord(
  reference: readonly Annotation[],
  detected: readonly DetectedBeat[],
  rate: number,
  duration: number,
  window: number,
): Comparison {
  const annotated = scoredReference(reference);
  const beats: ScoredBeat[] = [];
  const confusion = new Confusion();
  const samples = (of: readonly { readonly sample: number }[]) => of.map(({ sample }) => sample);
  // Whole samples, rounded down, as WFDB converts the window.
  const pairs = matchBeats(samples(annotated.beats), samples(detected), Math.floor(window * rate));
  for (const pair of pairs) {
    const truth = pair.reference === undefined ? undefined : annotated.beats[pair.reference];
    const found = pair.detected === undefined ? undefined : detected[pair.detected];
    const sample = (truth ?? found)!.sample;
    if (truth === undefined && annotated.fibrillation.some(([from, to]) => from <= sample && sample <= to))
      continue;
    const beat: ScoredBeat = {
      reference: truth === undefined ? 'O' : aamiClass(truth.symbol),
      test: (found?.symbol.toLowerCase() ?? 'o') as TestLetter,
      time: sample / rate,
      offset: truth && found && (found.sample - truth.sample) / rate,
      probabilities: found?.probabilities,
      detected: pair.detected,
    };
    beats.push(beat);
    confusion.count(beat.reference, beat.test);
  }
  return { confusion, beats, paced: isPaced(reference), duration };
}
