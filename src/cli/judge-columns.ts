import { mean } from '../dsp/mean.ts';

/** Means over rows of the same length, to four places. */
export function columnMeans(rows: readonly ArrayLike<number>[]): number[] {
  return Array.from(rows[0], (_, i) => round4(mean(rows.map((row) => row[i]))));
}

/** Standard deviations over rows of the same length, to four places. */
export function columnDeviations(rows: readonly ArrayLike<number>[]): number[] {
  return Array.from(rows[0], (_, i) => {
    const column = rows.map((row) => row[i]);
    const middle = mean(column);
    return round4(Math.sqrt(mean(column.map((value) => (value - middle) ** 2))));
  });
}

export function rounded(values: ArrayLike<number>): number[] {
  return Array.from(values, round4);
}

function round4(value: number): number {
  return Math.round(1e4 * value) / 1e4;
}
