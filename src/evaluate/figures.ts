import { round } from '../outputs/numbers.ts';
import { Confusion } from './confusion.ts';
import type { RecordResult } from './record-result.ts';
import { accuracy, qrsScore, type Score, svebScore, vebScore } from './score.ts';

/** The figures of some records together. */
export interface Figures {
  /** Seconds of signal. */
  readonly time: number;
  /** Reference beats. */
  readonly beats: number;
  readonly qrs: Score;
  /** The same with matches within 50 ms. */
  readonly qrsWithin50ms: Score;
  /** Undefined where only paced records are counted, as all that follows. */
  readonly veb: Score | undefined;
  readonly sveb: Score | undefined;
  readonly accuracy: number | undefined;
  readonly falseAlerts: FalseAlerts | undefined;
}

/** Beats wrongly called ectopic, as EC57 counts false positives. */
export interface FalseAlerts {
  readonly veb: number;
  readonly sveb: number;
  /** Of both together. */
  readonly perHour: number;
  readonly perDay: number;
}

/** What of a record the figures are made from. */
export type Counted = Pick<RecordResult, 'confusion' | 'near' | 'paced' | 'duration'>;

/** Sums the counts over records; those with paced beats count for QRS detection only. */
export function figures(results: readonly Counted[]): Figures {
  const all = grossOf(results.map(({ confusion }) => confusion));
  const unpaced = results.filter(({ paced }) => !paced);
  const classes = unpaced.length > 0 ? grossOf(unpaced.map(({ confusion }) => confusion)) : undefined;
  return {
    time: secondsOf(results),
    beats: all.sum('NSVFQ', 'nsvfqo'),
    qrs: qrsScore(all),
    qrsWithin50ms: qrsScore(grossOf(results.map(({ near }) => near))),
    veb: classes && vebScore(classes),
    sveb: classes && svebScore(classes),
    accuracy: classes && accuracy(classes),
    falseAlerts: classes && falseAlerts(classes, secondsOf(unpaced)),
  };
}

function secondsOf(results: readonly Counted[]): number {
  return results.reduce((sum, { duration }) => sum + duration, 0);
}

export function grossOf(confusions: readonly Confusion[]): Confusion {
  const gross = new Confusion();
  for (const confusion of confusions) gross.add(confusion);
  return gross;
}

function falseAlerts(confusion: Confusion, seconds: number): FalseAlerts {
  const veb = vebScore(confusion).fp;
  const sveb = svebScore(confusion).fp;
  const perHour = (3600 * (veb + sveb)) / seconds;
  return { veb, sveb, perHour, perDay: 24 * perHour };
}

/** A score with its percentages to two decimals; null where there are none. */
export interface RoundedScore {
  readonly tp: number;
  readonly fn: number;
  readonly fp: number;
  readonly se: number | null;
  readonly ppv: number | null;
  readonly f1: number | null;
}

/** Figures as they are written down. */
export interface RoundedFigures {
  readonly time: number;
  readonly beats: number;
  readonly qrs: RoundedScore;
  readonly qrsWithin50ms: RoundedScore;
  readonly veb: RoundedScore | null;
  readonly sveb: RoundedScore | null;
  readonly accuracy: number | null;
  readonly falseAlerts: FalseAlerts | null;
}

export function rounded(of: Figures): RoundedFigures {
  const { veb, sveb, accuracy, falseAlerts: alerts } = of;
  return {
    time: of.time,
    beats: of.beats,
    qrs: roundedScore(of.qrs),
    qrsWithin50ms: roundedScore(of.qrsWithin50ms),
    veb: veb ? roundedScore(veb) : null,
    sveb: sveb ? roundedScore(sveb) : null,
    accuracy: hundredths(accuracy),
    falseAlerts: alerts
      ? {
          ...alerts,
          perHour: round(alerts.perHour, 2),
          perDay: round(alerts.perDay, 2),
        }
      : null,
  };
}

function roundedScore({ tp, fn, fp, se, ppv, f1 }: Score): RoundedScore {
  return { tp, fn, fp, se: hundredths(se), ppv: hundredths(ppv), f1: hundredths(f1) };
}

function hundredths(value: number | undefined): number | null {
  return value === undefined ? null : round(value, 2);
}
