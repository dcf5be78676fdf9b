/** Samples that are deleted or shown together: 40 ms, so that what is left has no edge at every sample. */
export const SEGMENT = 5;
/** How many segments have been changed at each point of a curve. */
export const CHANGED = [0, 1, 2, 3, 4, 5, 6, 8, 10, 13, 16, 20, 25, 32, 40, 50];

/** Segments from the most to the least relevant, by the mean relevance of their samples. */
export function segmentOrder(relevance: ArrayLike<number>): number[] {
  const means = Array.from({ length: relevance.length / SEGMENT }, (_, n) => {
    let sum = 0;
    for (let i = n * SEGMENT; i < (n + 1) * SEGMENT; i++) sum += relevance[i];
    return sum / SEGMENT;
  });
  return means.map((_, n) => n).sort((a, b) => means[b] - means[a]);
}

/**
 * The windows of a deletion curve: the most relevant segments of one window give way to another's, more and more.
 * With the two exchanged it is an insertion curve (Petsiuk et al. 2018).
 */
export function replacedWindows(
  window: Float32Array,
  by: Float32Array,
  order: readonly number[],
): Float32Array[] {
  return CHANGED.map((count) => {
    const changed = window.slice();
    for (const segment of order.slice(0, count)) {
      const from = segment * SEGMENT;
      changed.set(by.subarray(from, from + SEGMENT), from);
    }
    return changed;
  });
}

/** Area under a curve over the part that was changed, 0 to 1: the mean of the curve. */
export function area(curve: readonly number[]): number {
  let sum = 0;
  for (let n = 1; n < curve.length; n++) {
    sum += ((curve[n] + curve[n - 1]) / 2) * (CHANGED[n] - CHANGED[n - 1]);
  }
  return sum / CHANGED[CHANGED.length - 1];
}
