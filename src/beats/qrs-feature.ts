/**
 * The ECG through three wavelets, each a second difference of moving sums of `length` samples: a hat that passes a
 * band around 0.4 × 250 Hz / length and neither baseline nor trend. Fine is what a narrow QRS and muscle noise have,
 * coarse what T waves and motion have.
 */
export const FINE = 4;
export const MIDDLE = 7;
export const COARSE = 13;
/** Length of the moving sums of |wavelet|, grid samples (104 ms): a wide QRS makes one hump, a narrow one too. */
export const SUM = 26;
/** A slow swing of the baseline is measured with a wavelet of this length. */
const SWING = 25;

/** Grid samples by which a hump of the middle band lags the middle of its QRS. */
export const FEATURE_DELAY = delay(MIDDLE);

/** Of the sum of |wavelet| against its middle. */
function delay(length: number): number {
  return Math.round((3 * length - 1) / 2 + (SUM - 1) / 2);
}

const RING = 1024; // a power of two
const MASK = RING - 1;

/**
 * How much movement there was in the bands of the QRS. Everything is a difference of running totals, so that any
 * stretch of the last four seconds can be asked for at the same cost.
 */
export class QrsFeature {
  /** Running totals: of the ECG, and of |wavelet| in each band. */
  readonly #ecg = new Float64Array(RING);
  readonly #fine = new Float64Array(RING);
  readonly #middle = new Float64Array(RING);
  readonly #coarse = new Float64Array(RING);
  readonly #slow = new Float64Array(RING);

  /**
   * Takes the next sample.
   * @returns the sum of |wavelet| in the middle band over the last SUM samples
   */
  push(i: number, value: number): number {
    const ecg = this.#ecg;
    ecg[i & MASK] = ecg[(i - 1) & MASK] + value;
    const last = (i - 1) & MASK;
    this.#fine[i & MASK] = this.#fine[last] + Math.abs(wavelet(ecg, i, FINE)) / FINE;
    this.#middle[i & MASK] = this.#middle[last] + Math.abs(wavelet(ecg, i, MIDDLE)) / MIDDLE;
    this.#coarse[i & MASK] = this.#coarse[last] + Math.abs(wavelet(ecg, i, COARSE)) / COARSE;
    this.#slow[i & MASK] = this.#slow[last] + Math.abs(wavelet(ecg, i, SWING)) / SWING;
    return this.#middle[i & MASK] - this.#middle[(i - SUM) & MASK];
  }

  /** Sums of |wavelet| around a grid index, in each band. */
  fine(middle: number): number {
    return around(this.#fine, middle + delay(FINE));
  }

  middle(middle: number): number {
    return around(this.#middle, middle + delay(MIDDLE));
  }

  coarse(middle: number): number {
    return around(this.#coarse, middle + delay(COARSE));
  }

  /** Mean of the middle band's sum over the `length` samples before a grid index. */
  background(end: number, length: number): number {
    return ((this.#middle[end & MASK] - this.#middle[(end - length) & MASK]) * SUM) / length;
  }

  motion(end: number, length: number): number {
    return ((this.#slow[end & MASK] - this.#slow[(end - length) & MASK]) * SUM) / length;
  }

  /** The middle band's wavelet itself, around a grid index. */
  shape(middle: number): number {
    return wavelet(this.#ecg, middle + (3 * MIDDLE - 1) / 2, MIDDLE);
  }

  /** |Swing of the baseline| around a grid index, millivolts. */
  swing(middle: number): number {
    return Math.abs(wavelet(this.#ecg, middle + (3 * SWING - 1) / 2, SWING)) / SWING;
  }

  reset(): void {
    this.#ecg.fill(0);
    this.#fine.fill(0);
    this.#middle.fill(0);
    this.#coarse.fill(0);
    this.#slow.fill(0);
  }
}

/** Second difference of the sums of `length` samples each that end at i, from their running total. */
function wavelet(total: Float64Array, i: number, length: number): number {
  return (
    total[i & MASK] -
    total[(i - 3 * length) & MASK] -
    3 * (total[(i - length) & MASK] - total[(i - 2 * length) & MASK])
  );
}

function around(total: Float64Array, end: number): number {
  return total[end & MASK] - total[(end - SUM) & MASK];
}
