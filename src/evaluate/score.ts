import type { Confusion } from './confusion.ts';

/** One detection task: counts, and percentages that are undefined where nothing was to be found. */
export interface Score {
  readonly tp: number;
  readonly fn: number;
  readonly fp: number;
  /** Sensitivity, percent. */
  readonly se: number | undefined;
  /** Positive predictive value, percent. */
  readonly ppv: number | undefined;
  readonly f1: number | undefined;
}

// Which cells count is EC57's to say. Its x and X, beats during a shutdown, do not occur: the gateway answers
// for all of the record.

/** Detection of QRS complexes, whatever their class. */
export function qrsScore(confusion: Confusion): Score {
  return score(confusion.sum('NSVFQ', 'nsvfq'), confusion.sum('NSVFQ', 'o'), confusion.sum('O', 'nsvfq'));
}

/** Detection of QRS complexes by a gateway that keeps to itself what it does not judge. */
export function judgedQrsScore(confusion: Confusion): Score {
  return score(confusion.sum('NSVFQ', 'nsvf'), confusion.sum('NSVFQ', 'qo'), confusion.sum('O', 'nsvf'));
}

/** Ventricular ectopic beats. A fusion or unclassifiable beat called v is not held against the algorithm. */
export function vebScore(confusion: Confusion): Score {
  return score(confusion.sum('V', 'v'), confusion.sum('V', 'nsfqo'), confusion.sum('NSO', 'v'));
}

/** Supraventricular ectopic beats. An unclassifiable beat called s is not held against the algorithm. */
export function svebScore(confusion: Confusion): Score {
  return score(confusion.sum('S', 's'), confusion.sum('S', 'nvfqo'), confusion.sum('NVFO', 's'));
}

/** Share of the detected N, S, V and F beats that were given their class, percent; q is a wrong answer. */
export function accuracy(confusion: Confusion): number | undefined {
  const right = ['Nn', 'Ss', 'Vv', 'Ff'].reduce(
    (sum, [reference, test]) => sum + confusion.sum(reference, test),
    0,
  );
  return percent(right, confusion.sum('NSVF', 'nsvfq'));
}

function score(tp: number, fn: number, fp: number): Score {
  return {
    tp,
    fn,
    fp,
    se: percent(tp, tp + fn),
    ppv: percent(tp, tp + fp),
    f1: percent(2 * tp, 2 * tp + fn + fp),
  };
}

function percent(part: number, whole: number): number | undefined {
  return whole > 0 ? (100 * part) / whole : undefined;
}
