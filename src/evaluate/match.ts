/** Greatest distance of a detected beat from the reference beat that it matches, seconds (EC57). */
export const MATCH_WINDOW = 0.15;
/** A stricter distance, which tells how well the R peaks themselves are placed, seconds. */
export const NEAR_WINDOW = 0.05;

/** A reference beat and the detected beat that is its match, by their positions; either may have none. */
export interface Pair {
  readonly reference: number | undefined;
  readonly detected: number | undefined;
}

/**
 * Pairs reference and detected beats one to one, in time order, as EC57 prescribes and WFDB's `bxb` does it: the
 * earlier of the two beats at hand is paired with the other when that lies within the window, unless the next
 * beat of its own kind fits the other better and is not itself needed for the one after.
 * @param reference times of the reference beats, ascending
 * @param detected times of the detected beats, ascending, in the same unit
 * @param window greatest distance of a match, in that unit
 * @returns every beat of both lists exactly once, in time order
 */
export function matchBeats(
  reference: ArrayLike<number>,
  detected: ArrayLike<number>,
  window: number,
): Pair[] {
  const pairs: Pair[] = [];
  let r = 0;
  let d = 0;
  // Beyond the end lies infinity: too far for a match, and, less itself, NaN, which is smaller than nothing.
  const at = (times: ArrayLike<number>, i: number) =>
    i < times.length ? times[i] : Number.POSITIVE_INFINITY;
  while (r < reference.length || d < detected.length) {
    const referenceTime = at(reference, r);
    const detectedTime = at(detected, d);
    const detectedFirst = detectedTime < referenceTime;
    const rival = detectedFirst
      ? Math.abs(referenceTime - at(detected, d + 1))
      : Math.abs(detectedTime - at(reference, r + 1));
    const distance = Math.abs(referenceTime - detectedTime);
    const rivalHasBetter = Math.abs(at(reference, r + 1) - at(detected, d + 1)) < rival;
    if (distance <= window && (distance < rival || rivalHasBetter)) {
      pairs.push({ reference: r++, detected: d++ });
    } else if (detectedFirst) {
      pairs.push({ reference: undefined, detected: d++ });
    } else {
      pairs.push({ reference: r++, detected: undefined });
    }
  }
  return pairs;
}
