import { seededRandom } from '../sources/seeded-random.ts';
import { type Counted, type Figures, figures } from './figures.ts';
import { quantile } from './quantile.ts';

/** The percentages that have an interval. */
export const BOOTSTRAPPED = [
  'qrs.se',
  'qrs.ppv',
  'qrs.f1',
  'qrsWithin50ms.f1',
  'veb.se',
  'veb.ppv',
  'veb.f1',
  'sveb.se',
  'sveb.ppv',
  'sveb.f1',
  'accuracy',
] as const;
export type Bootstrapped = (typeof BOOTSTRAPPED)[number];

/** Lower and upper end of each; absent where a figure does not exist. */
export type Intervals = Readonly<Partial<Record<Bootstrapped, readonly [number, number]>>>;

const RESAMPLES = 2000;
const SEED = 57;
const CONFIDENCE = 0.95;

/**
 * Percentile bootstrap intervals (Efron 1979). What is drawn with replacement is patients, not beats: the beats of
 * one patient are alike, and how well they are judged says little of the next patient's.
 * @param patients the records of each; drawn `RESAMPLES` times, the same way every time
 */
export function patientIntervals(patients: readonly (readonly Counted[])[]): Intervals {
  const random = seededRandom(SEED);
  const drawn = new Map<Bootstrapped, number[]>(BOOTSTRAPPED.map((name) => [name, []]));
  for (let n = 0; n < RESAMPLES; n++) {
    const sample = patients.flatMap(() => patients[Math.floor(random() * patients.length)]);
    const of = figures(sample);
    for (const [name, values] of drawn) {
      const value = percentage(of, name);
      if (value !== undefined) values.push(value);
    }
  }
  const intervals: Partial<Record<Bootstrapped, readonly [number, number]>> = {};
  for (const [name, values] of drawn) {
    if (values.length === 0) continue;
    const sorted = Float64Array.from(values).sort();
    const at = (share: number) => quantile(sorted, share) as number;
    intervals[name] = [at((1 - CONFIDENCE) / 2), at((1 + CONFIDENCE) / 2)];
  }
  return intervals;
}

function percentage(of: Figures, name: Bootstrapped): number | undefined {
  if (name === 'accuracy') return of.accuracy;
  const [task, field] = name.split('.') as ['qrs' | 'qrsWithin50ms' | 'veb' | 'sveb', 'se' | 'ppv' | 'f1'];
  return of[task]?.[field];
}
