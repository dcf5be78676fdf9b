import { CLASSES } from '../../classify/verdict.ts';
import { round } from '../../outputs/numbers.ts';
import { type Bootstrapped, patientIntervals } from '../bootstrap.ts';
import type { Confusion } from '../confusion.ts';
import { figures, grossOf, type RoundedFigures, rounded } from '../figures.ts';
import { NEAR_WINDOW } from '../match.ts';
import { type Spread, spread } from '../quantile.ts';
import type { ScoredBeat } from '../record.ts';
import { recordGroups } from '../record-groups.ts';
import { byPatient } from '../record-lists.ts';
import type { RecordResult } from '../record-result.ts';
import { type Reliability, reliability } from '../reliability.ts';
import { type Roc, roc } from '../roc.ts';
import type { Stretch } from '../worst-stretch.ts';

/** What was evaluated. */
export interface Evaluation {
  /** Name of the model, and of the folder of the records. */
  readonly model: string;
  readonly database: string;
  readonly names: readonly string[];
  /** In the order of the names: on the gateway's own R peaks, and on those of the reference. */
  readonly own: readonly RecordResult[];
  readonly reference: readonly RecordResult[];
}

/** All numbers of a report, as they are written to JSON and shown on the page. */
export interface EvaluationReport {
  readonly type: 'report';
  readonly model: string;
  readonly database: string;
  readonly records: number;
  readonly own: PeaksReport;
  readonly reference: PeaksReport;
  /** Of own R peaks: detected minus reference, milliseconds. */
  readonly offset: OffsetReport | null;
  /** Of own R peaks, in stream time: milliseconds. */
  readonly delays: { readonly [kind in 'rPeak' | 'verdict' | 'overdue']: Spread | null };
  readonly worst: readonly (Stretch & { readonly record: string })[];
}

export interface PeaksReport {
  readonly groups: readonly GroupFigures[];
  readonly records: readonly (RoundedFigures & { readonly record: string })[];
  /** The group that the following are about. */
  readonly about: string;
  /** Beats by the reference's class, then by the gateway's answer. */
  readonly confusion: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly reliability: { readonly [name in 'S' | 'V']: Reliability | null };
  readonly roc: { readonly [name in 'S' | 'V']: (Roc & { readonly chosen: RocPoint }) | null };
}

type RocPoint = Roc['points'][number];

export interface GroupFigures extends RoundedFigures {
  readonly name: string;
  readonly records: readonly string[];
  /** 95 %, over patients; none where there are fewer than `LEAST_PATIENTS`. */
  readonly intervals: Readonly<Partial<Record<Bootstrapped, readonly [number, number]>>> | null;
}

export interface OffsetReport extends Spread {
  /** Share of matched beats that lie within 50 ms, percent. */
  readonly within50ms: number;
  /** Beats by offset: the first bar begins at `from`, each is `width` wide; the outermost hold all beyond. */
  readonly histogram: { readonly from: number; readonly width: number; readonly counts: readonly number[] };
}

/** Fewer patients tell nothing of how patients differ. */
const LEAST_PATIENTS = 5;

/** The histogram of offsets: a bar a sample of the grid, milliseconds. */
const HISTOGRAM = { from: -62, width: 4, bars: 31 } as const;

export function evaluationReport(evaluation: Evaluation): EvaluationReport {
  const { model, database, names, own, reference } = evaluation;
  return {
    type: 'report',
    model,
    database,
    records: names.length,
    own: peaksReport(names, own),
    reference: peaksReport(names, reference),
    offset: offsetReport(own),
    delays: {
      rPeak: milliseconds(own.flatMap(({ delays }) => delays.rPeak)),
      verdict: milliseconds(own.flatMap(({ delays }) => delays.verdict)),
      overdue: milliseconds(own.flatMap(({ delays }) => delays.overdue)),
    },
    worst: names.flatMap((record, n) => {
      const { worst } = own[n];
      if (worst === undefined) return [];
      const { from, to, errors, errorsInRecord } = worst;
      return { record, from: round(from, 2), to: round(to, 2), errors, errorsInRecord };
    }),
  };
}

function peaksReport(names: readonly string[], results: readonly RecordResult[]): PeaksReport {
  const groups = recordGroups(names);
  const of = (records: readonly string[]) => records.map((record) => results[names.indexOf(record)]);
  // What was not trained on tells most.
  const about = groups.find(({ name }) => name === 'DS2') ?? groups[0];
  const judged = of(about.records).filter(({ paced }) => !paced);
  const beats = judged.flatMap((result) => result.beats);
  const confusion = grossOf(judged.map((result) => result.confusion));
  return {
    groups: groups.map(({ name, records }) => ({
      name,
      records,
      ...rounded(figures(of(records))),
      intervals: intervals(records, of(records)),
    })),
    records: names.map((record, n) => ({ record, ...rounded(figures([results[n]])) })),
    about: about.name,
    confusion: confusionTable(confusion),
    reliability: {
      S: reliabilityOf(beats, 'S'),
      V: reliabilityOf(beats, 'V'),
    },
    roc: {
      // As EC57 counts: a fusion beat called V is not held against the algorithm, but one called S is.
      S: rocOf(beats, 'S', 'NVF'),
      V: rocOf(beats, 'V', 'NS'),
    },
  };
}

function intervals(records: readonly string[], results: readonly RecordResult[]): GroupFigures['intervals'] {
  const patients = byPatient(records);
  if (patients.length < LEAST_PATIENTS) return null;
  const found = patientIntervals(patients.map((positions) => positions.map((n) => results[n])));
  return Object.fromEntries(
    Object.entries(found).map(([name, [low, high]]) => [name, [round(low, 2), round(high, 2)]]),
  );
}

function confusionTable(confusion: Confusion): PeaksReport['confusion'] {
  return Object.fromEntries(
    [...'NSVFQO'].map((reference) => [
      reference,
      Object.fromEntries(
        [...(reference === 'O' ? 'nsvfq' : 'nsvfqo')].map((test) => [test, confusion.sum(reference, test)]),
      ),
    ]),
  );
}

/** Probability of a class for the beats of some reference classes that were found and judged. */
function probabilitiesOf(beats: readonly ScoredBeat[], name: string, references: string): number[] {
  const at = CLASSES.indexOf(name as (typeof CLASSES)[number]);
  return beats.flatMap(({ reference, probabilities }) =>
    probabilities !== undefined && references.includes(reference) ? probabilities[at] : [],
  );
}

function reliabilityOf(beats: readonly ScoredBeat[], name: 'S' | 'V'): Reliability | null {
  const others = [...'NSVF'].filter((other) => other !== name).join('');
  const found = reliability([
    ...probabilitiesOf(beats, name, name).map((probability) => ({ probability, isOfClass: true })),
    ...probabilitiesOf(beats, name, others).map((probability) => ({ probability, isOfClass: false })),
  ]);
  if (found === undefined) return null;
  return {
    bins: found.bins.map((bin) => ({
      ...bin,
      predicted: round(bin.predicted, 4),
      observed: round(bin.observed, 4),
      interval: [round(bin.interval[0], 4), round(bin.interval[1], 4)],
    })),
    expectedError: round(found.expectedError, 4),
    brier: round(found.brier, 4),
  };
}

/** Also where the gateway stands: what it called the class, its thresholds and its other classes considered. */
function rocOf(beats: readonly ScoredBeat[], name: 'S' | 'V', others: string): PeaksReport['roc']['S'] {
  const curve = roc(probabilitiesOf(beats, name, name), probabilitiesOf(beats, name, others));
  if (curve === undefined) return null;
  const calledShare = (references: string) => {
    const judged = beats.filter(
      ({ reference, probabilities }) => probabilities !== undefined && references.includes(reference),
    );
    return judged.filter(({ test }) => test === name.toLowerCase()).length / judged.length;
  };
  const roundedPoint = ({ falsePositiveRate, sensitivity }: RocPoint) => ({
    falsePositiveRate: round(falsePositiveRate, 6),
    sensitivity: round(sensitivity, 5),
  });
  return {
    ...curve,
    auc: round(curve.auc, 5),
    points: curve.points.map(roundedPoint),
    chosen: roundedPoint({ falsePositiveRate: calledShare(others), sensitivity: calledShare(name) }),
  };
}

function offsetReport(results: readonly RecordResult[]): OffsetReport | null {
  const offsets = results.flatMap(({ beats }) =>
    beats.flatMap(({ offset }) => (offset === undefined ? [] : 1000 * offset)),
  );
  const found = spread(offsets);
  if (found === undefined) return null;
  const counts = new Array<number>(HISTOGRAM.bars).fill(0);
  for (const offset of offsets) {
    const bar = Math.floor((offset - HISTOGRAM.from) / HISTOGRAM.width);
    counts[Math.max(0, Math.min(HISTOGRAM.bars - 1, bar))]++;
  }
  const near = offsets.filter((offset) => Math.abs(offset) <= 1000 * NEAR_WINDOW).length;
  return {
    ...roundedSpread(found),
    within50ms: round((100 * near) / offsets.length, 2),
    histogram: { from: HISTOGRAM.from, width: HISTOGRAM.width, counts },
  };
}

function milliseconds(seconds: readonly number[]): Spread | null {
  const found = spread(seconds.map((value) => 1000 * value));
  return found === undefined ? null : roundedSpread(found);
}

function roundedSpread(of: Spread): Spread {
  return Object.fromEntries(
    Object.entries(of).map(([name, value]) => [name, round(value, 1)]),
  ) as unknown as Spread;
}
