import { clamp } from '../dsp/clamp.ts';

/** Names of the rhythm inputs, in order. Each is the logarithm of an RR interval over a running mean. */
export const RHYTHM_FEATURES = [
  'ln rr-before / mean-5',
  'ln rr-before / mean-80',
  'ln rr-before / mean-400',
  'ln rr-after / mean-5',
  'ln rr-after / mean-80',
  'ln rr-after / mean-400',
] as const;

const HORIZONS = [5, 80, 400] as const;
const LONGEST = 400;
/** The running mean that words such as "early" refer to. */
const USUAL = HORIZONS.indexOf(80);
/** Each feature is bounded: a factor of 3.3 either way says all there is to say. */
const BOUND = 1.2;

/**
 * The patient's RR intervals over three horizons: bounded memory, one running sum a horizon.
 * Ratios follow Farag 2023 and others; as logarithms the usual rhythm is 0 and contributes nothing.
 */
export class Rhythm {
  readonly #intervals = new Float64Array(LONGEST);
  readonly #sums = new Float64Array(HORIZONS.length);
  #count = 0;

  push(rr: number): void {
    for (let h = 0; h < HORIZONS.length; h++) {
      this.#sums[h] += rr;
      if (this.#count >= HORIZONS[h]) this.#sums[h] -= this.#intervals[(this.#count - HORIZONS[h]) % LONGEST];
    }
    this.#intervals[this.#count % LONGEST] = rr;
    this.#count++;
    // Once round the ring the sums are made anew, so that rounding never adds up.
    if (this.#count % LONGEST === 0) this.#sum();
  }

  /** Mean of the last 80 intervals, seconds; undefined before the first. */
  get usual(): number | undefined {
    return this.#count === 0 ? undefined : this.#mean(USUAL);
  }

  /** @param before @param after RR intervals, seconds; an unknown interval counts as usual */
  features(before: number | undefined, after: number | undefined): Float32Array {
    const out = new Float32Array(2 * HORIZONS.length);
    if (this.#count === 0) return out;
    for (let h = 0; h < HORIZONS.length; h++) {
      const mean = this.#mean(h);
      if (before !== undefined) out[h] = bounded(Math.log(before / mean));
      if (after !== undefined) out[HORIZONS.length + h] = bounded(Math.log(after / mean));
    }
    return out;
  }

  #mean(horizon: number): number {
    return this.#sums[horizon] / Math.min(this.#count, HORIZONS[horizon]);
  }

  #sum(): void {
    for (let h = 0; h < HORIZONS.length; h++) {
      let sum = 0;
      for (let back = 1; back <= HORIZONS[h]; back++) sum += this.#intervals[(this.#count - back) % LONGEST];
      this.#sums[h] = sum;
    }
  }
}

function bounded(value: number): number {
  return clamp(value, -BOUND, BOUND);
}
