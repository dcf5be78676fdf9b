import { mean } from '../../dsp/mean.ts';

/** Spearman's rank correlation; 0 where one of the two is constant and has no ranks. */
export function spearman(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return pearson(ranks(a), ranks(b));
}

/** Spearman's rank correlation of two, apart from what each shares with a third. */
export function partialSpearman(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  third: ArrayLike<number>,
): number {
  const ofA = spearman(a, third);
  const ofB = spearman(b, third);
  const rest = Math.sqrt((1 - ofA ** 2) * (1 - ofB ** 2));
  return rest > 0 ? (spearman(a, b) - ofA * ofB) / rest : 0;
}

function pearson(a: Float64Array, b: Float64Array): number {
  const meanA = mean(a);
  const meanB = mean(b);
  let ab = 0;
  let aa = 0;
  let bb = 0;
  for (let i = 0; i < a.length; i++) {
    ab += (a[i] - meanA) * (b[i] - meanB);
    aa += (a[i] - meanA) ** 2;
    bb += (b[i] - meanB) ** 2;
  }
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : 0;
}

/** Ranks from 0; equal values share the mean of theirs. */
function ranks(values: ArrayLike<number>): Float64Array {
  const order = Array.from(values, (_, i) => i).sort((a, b) => values[a] - values[b]);
  const out = new Float64Array(values.length);
  for (let from = 0, to = 0; from < order.length; from = to) {
    while (to < order.length && values[order[to]] === values[order[from]]) to++;
    for (let n = from; n < to; n++) out[order[n]] = (from + to - 1) / 2;
  }
  return out;
}

/** Which part of the most relevant fifth of the samples two maps share, 0 to 1; 0.2 is chance. */
export function topFifthOverlap(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const count = Math.round(a.length / 5);
  const top = (values: ArrayLike<number>) =>
    new Set(
      Array.from(values, (_, i) => i)
        .sort((x, y) => values[y] - values[x])
        .slice(0, count),
    );
  const other = top(b);
  return [...top(a)].filter((i) => other.has(i)).length / count;
}

/** Root of the mean square of the differences. */
export function rootMeanSquare(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Math.sqrt(mean(Array.from(a, (value, i) => (value - b[i]) ** 2)));
}
