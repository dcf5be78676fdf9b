import { type Annotation, isBeat } from '../formats/wfdb/annotation.ts';
import type { ReferenceLetter } from './confusion.ts';

/** Beat labels of WFDB by AAMI class (ANSI/AAMI EC57). As is usual with WFDB, escape beats e and j count as N. */
const CLASSES: readonly (readonly [Exclude<ReferenceLetter, 'O'>, string])[] = [
  ['N', 'NLRBej'],
  ['S', 'AaJSn'],
  ['V', 'VEr'],
  ['F', 'F'],
];

/** AAMI class of a beat label; paced, unclassifiable and learning beats are Q. */
export function aamiClass(symbol: string): Exclude<ReferenceLetter, 'O'> {
  return CLASSES.find(([, symbols]) => symbols.includes(symbol))?.[0] ?? 'Q';
}

/** EC57 leaves records with paced beats out of the figures on beat classes. */
export function isPaced(annotations: readonly Annotation[]): boolean {
  return annotations.some(({ symbol }) => symbol === '/');
}

/** What of a reference annotation file is scored. */
export interface Reference {
  /** Heartbeats, in time order. */
  readonly beats: readonly Annotation[];
  /** First and last sample of each episode of ventricular flutter or fibrillation, in which nothing is scored. */
  readonly fibrillation: readonly (readonly [number, number])[];
}

export function scoredReference(annotations: readonly Annotation[]): Reference {
  const beats: Annotation[] = [];
  const fibrillation: [number, number][] = [];
  let since: number | undefined;
  for (const annotation of annotations) {
    if (annotation.symbol === '[') since ??= annotation.sample;
    else if (annotation.symbol === ']' && since !== undefined) {
      fibrillation.push([since, annotation.sample]);
      since = undefined;
    } else if (since === undefined && isBeat(annotation.symbol)) beats.push(annotation);
  }
  if (since !== undefined) fibrillation.push([since, Number.POSITIVE_INFINITY]);
  return { beats, fibrillation };
}
