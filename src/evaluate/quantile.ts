/**
 * The value below which a share of the values lies, with straight lines between neighbours (type 7 of Hyndman and
 * Fan 1996, as numpy and R have it).
 * @param sorted ascending
 * @param share 0 to 1
 * @returns undefined where there are no values
 */
export function quantile(sorted: ArrayLike<number>, share: number): number | undefined {
  if (sorted.length === 0) return undefined;
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}

/** Between what ends values lie. */
export interface Range {
  readonly least: number;
  readonly median: number;
  readonly most: number;
}

/** @returns undefined where there are no values; those that are undefined do not count */
export function range(values: readonly (number | undefined)[]): Range | undefined {
  const sorted = values.filter((value) => value !== undefined).sort((a, b) => a - b);
  if (sorted.length === 0) return undefined;
  return { least: sorted[0], median: quantile(sorted, 0.5) as number, most: sorted[sorted.length - 1] };
}

/** Where most of the values lie. */
export interface Spread {
  readonly count: number;
  readonly median: number;
  /** Median absolute deviation from the median. */
  readonly mad: number;
  readonly p1: number;
  readonly p5: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** @returns undefined where there are no values */
export function spread(values: readonly number[]): Spread | undefined {
  if (values.length === 0) return undefined;
  const sorted = Float64Array.from(values).sort();
  const at = (share: number) => quantile(sorted, share) as number;
  const median = at(0.5);
  const deviations = sorted.map((value) => Math.abs(value - median)).sort();
  return {
    count: sorted.length,
    median,
    mad: quantile(deviations, 0.5) as number,
    p1: at(0.01),
    p5: at(0.05),
    p95: at(0.95),
    p99: at(0.99),
    max: at(1),
  };
}
