import { mean } from '../../dsp/mean.ts';
import { seededRandom } from '../../sources/seeded-random.ts';

/** A mean with its 95 % interval. */
export interface Estimate {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly count: number;
  /** Records that the values come from. */
  readonly records: number;
}

const DRAWS = 1000;

/** What is drawn together. */
interface Group {
  readonly sum: number;
  readonly count: number;
}

/**
 * The mean of some values with its percentile bootstrap interval. What is drawn is records, not windows: windows of
 * one patient are alike, and say little of the next patient. With one record alone, windows are drawn, and the
 * interval is of that patient only.
 */
export function estimate(values: readonly number[], records: readonly string[]): Estimate {
  const byRecord = new Map<string, Group>();
  for (const [i, record] of records.entries()) {
    const { sum, count } = byRecord.get(record) ?? { sum: 0, count: 0 };
    byRecord.set(record, { sum: sum + values[i], count: count + 1 });
  }
  const groups = byRecord.size > 1 ? [...byRecord.values()] : values.map((sum): Group => ({ sum, count: 1 }));
  const random = seededRandom(1);
  const means = Array.from({ length: DRAWS }, () => {
    let sum = 0;
    let count = 0;
    for (let n = 0; n < groups.length; n++) {
      const group = groups[Math.floor(random() * groups.length)];
      sum += group.sum;
      count += group.count;
    }
    return sum / count;
  }).sort((a, b) => a - b);
  return {
    mean: mean(values),
    low: means[Math.floor(0.025 * DRAWS)],
    high: means[Math.ceil(0.975 * DRAWS) - 1],
    count: values.length,
    records: byRecord.size,
  };
}
