/** One point of a receiver operating characteristic, both shares from 0 to 1. */
export interface RocPoint {
  readonly falsePositiveRate: number;
  readonly sensitivity: number;
}

export interface Roc {
  readonly positives: number;
  readonly negatives: number;
  /** Area under the curve: the chance that a positive scores higher than a negative, ties counting half. */
  readonly auc: number;
  /** From (0, 0) to (1, 1), corners only. */
  readonly points: readonly RocPoint[];
}

/**
 * @param scores of the beats that are of the class, and of those that are not; the higher, the more likely it is
 * @returns undefined unless there are some of both
 */
export function roc(positive: readonly number[], negative: readonly number[]): Roc | undefined {
  if (positive.length === 0 || negative.length === 0) return undefined;
  const descending = (values: readonly number[]) => Float64Array.from(values).sort().reverse();
  const p = descending(positive);
  const n = descending(negative);
  const points: RocPoint[] = [{ falsePositiveRate: 0, sensitivity: 0 }];
  let twiceArea = 0;
  for (let i = 0, j = 0; i < p.length || j < n.length; ) {
    const [fromI, fromJ] = [i, j];
    const threshold = Math.max(p[i] ?? Number.NEGATIVE_INFINITY, n[j] ?? Number.NEGATIVE_INFINITY);
    while (p[i] === threshold) i++;
    while (n[j] === threshold) j++;
    twiceArea += (j - fromJ) * (i + fromI);
    const point = { falsePositiveRate: j / n.length, sensitivity: i / p.length };
    // A point on the straight line between its neighbours is no corner.
    const [a, b] = [points.at(-2), points.at(-1) as RocPoint];
    if (a && turn(a, b, point) === 0) points.pop();
    points.push(point);
  }
  return {
    positives: p.length,
    negatives: n.length,
    auc: twiceArea / (2 * p.length * n.length),
    points,
  };
}

function turn(a: RocPoint, b: RocPoint, c: RocPoint): number {
  const [ab, ac] = [b, c].map((to) => [
    to.falsePositiveRate - a.falsePositiveRate,
    to.sensitivity - a.sensitivity,
  ]);
  const cross = ab[0] * ac[1] - ab[1] * ac[0];
  return Math.abs(cross) < 1e-12 ? 0 : cross;
}
