/** What became of the beats whose probability lay in one tenth of the scale. */
export interface ReliabilityBin {
  /** Probabilities from here … */
  readonly from: number;
  /** … to here. */
  readonly to: number;
  readonly beats: number;
  /** Mean of the probabilities. */
  readonly predicted: number;
  /** Share of the beats that were of the class. */
  readonly observed: number;
  /** Wilson's 95 % interval of that share. */
  readonly interval: readonly [number, number];
}

export interface Reliability {
  readonly bins: readonly ReliabilityBin[];
  /** Expected calibration error: mean of |observed − predicted|, weighted by beats (Naeini et al. 2015). */
  readonly expectedError: number;
  /** Mean squared error of the probabilities (Brier 1950). */
  readonly brier: number;
}

const BINS = 10;

/**
 * Whether a class comes as often as its probability says.
 * @param beats the probability that each was of the class, and whether it was
 * @returns undefined where there are no beats
 */
export function reliability(
  beats: readonly { readonly probability: number; readonly isOfClass: boolean }[],
): Reliability | undefined {
  if (beats.length === 0) return undefined;
  const sums = Array.from({ length: BINS }, () => ({ beats: 0, predicted: 0, ofClass: 0 }));
  let squares = 0;
  for (const { probability, isOfClass } of beats) {
    const sum = sums[Math.min(BINS - 1, Math.floor(probability * BINS))];
    sum.beats++;
    sum.predicted += probability;
    if (isOfClass) sum.ofClass++;
    squares += (probability - Number(isOfClass)) ** 2;
  }
  const bins = sums.flatMap((sum, n) =>
    sum.beats === 0
      ? []
      : {
          from: n / BINS,
          to: (n + 1) / BINS,
          beats: sum.beats,
          predicted: sum.predicted / sum.beats,
          observed: sum.ofClass / sum.beats,
          interval: wilson(sum.ofClass, sum.beats),
        },
  );
  const expectedError = bins.reduce(
    (sum, bin) => sum + (bin.beats / beats.length) * Math.abs(bin.observed - bin.predicted),
    0,
  );
  return { bins, expectedError, brier: squares / beats.length };
}

/** 95 % interval of a share (Wilson 1927). */
function wilson(hits: number, of: number): readonly [number, number] {
  const z = 1.959964;
  const share = hits / of;
  const middle = share + z ** 2 / (2 * of);
  const reach = z * Math.sqrt((share * (1 - share)) / of + z ** 2 / (4 * of ** 2));
  const scale = 1 + z ** 2 / of;
  return [Math.max(0, (middle - reach) / scale), Math.min(1, (middle + reach) / scale)];
}
