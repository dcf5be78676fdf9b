/**
 * Lengths of the wavelets, grid samples. A wavelet is the second difference of the sums of `length` samples each:
 * a hat that knows neither baseline nor trend, and passes a band around 100 Hz / length. Fine is what narrow QRS
 * complexes and muscles have, coarse what T waves have, and the swing that of a moved electrode.
 */
export const FINE = 4;
const MIDDLE = 7;
export const COARSE = 13;
const SWING = 25;

/** |wavelet| is summed over so many grid samples (104 ms): a wide QRS makes one hump, a narrow one too. */
export const SUM = 26;

/** Grid samples by which the sum of a |wavelet| lags the middle of what it sums up. */
function delay(length: number): number {
  return Math.round((3 * length - 1) / 2 + (SUM - 1) / 2);
}

/** Grid samples by which a hump of the feature lags the middle of its QRS. */
export const FEATURE_DELAY = delay(MIDDLE);

const RING = 2048; // a power of two
const MASK = RING - 1;

/**
 * How much QRS-like movement there was in the last 104 ms, in millivolts travelled: one hump a beat. Everything is
 * made of running totals, so that a sample costs the same however long the sums, and any stretch of the last
 * eight seconds can be asked for later: the detector asks for up to 4.4, while it learns its levels.
 */
export class QrsFeature {
  /** Running totals: of the ECG, of |middle wavelet| and of |swing|. */
  readonly #ecg = new Float64Array(RING);
  readonly #middle = new Float64Array(RING);
  readonly #swing = new Float64Array(RING);

  /**
   * Takes the sample at grid index i, the one after the last.
   * @returns the feature there
   */
  push(i: number, millivolts: number): number {
    const ecg = this.#ecg;
    const middle = this.#middle;
    const swing = this.#swing;
    const before = (i - 1) & MASK;
    const at = i & MASK;
    ecg[at] = ecg[before] + millivolts;
    middle[at] = middle[before] + Math.abs(wavelet(ecg, i, MIDDLE));
    swing[at] = swing[before] + Math.abs(wavelet(ecg, i, SWING));
    return (middle[at] - middle[(i - SUM) & MASK]) / MIDDLE;
  }

  /** The feature of what lies around a grid index. */
  around(middle: number): number {
    const end = middle + FEATURE_DELAY;
    return (this.#middle[end & MASK] - this.#middle[(end - SUM) & MASK]) / MIDDLE;
  }

  /** The like with a wavelet of another length. */
  aroundIn(length: number, middle: number): number {
    const end = middle + delay(length);
    let sum = 0;
    for (let i = end - SUM + 1; i <= end; i++) sum += Math.abs(wavelet(this.#ecg, i, length));
    return sum / length;
  }

  /** Mean of the feature over the `length` samples up to a grid index. */
  background(end: number, length: number): number {
    return (SUM / length / MIDDLE) * (this.#middle[end & MASK] - this.#middle[(end - length) & MASK]);
  }

  /** The like for the swing: how much the baseline moves. */
  motion(end: number, length: number): number {
    return (SUM / length / SWING) * (this.#swing[end & MASK] - this.#swing[(end - length) & MASK]);
  }

  /** The wavelet itself around a grid index. */
  at(middle: number): number {
    return wavelet(this.#ecg, middle + (3 * MIDDLE - 1) / 2, MIDDLE);
  }

  /** |Swing| of the baseline around a grid index, millivolts. */
  swingAt(middle: number): number {
    return Math.abs(wavelet(this.#ecg, middle + (3 * SWING - 1) / 2, SWING)) / SWING;
  }

  reset(): void {
    this.#ecg.fill(0);
    this.#middle.fill(0);
    this.#swing.fill(0);
  }
}

/** Grid samples after the middle of a QRS that its swing, the last of all to be known, needs. */
export const SWING_REACH = (3 * SWING - 1) / 2;

/** Second difference of the sums of `length` samples each that end at i, from their running total. */
function wavelet(total: Float64Array, i: number, length: number): number {
  return (
    total[i & MASK] -
    total[(i - 3 * length) & MASK] -
    3 * (total[(i - length) & MASK] - total[(i - 2 * length) & MASK])
  );
}
