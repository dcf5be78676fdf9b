import { clamp } from '../dsp/clamp.ts';
import { Due } from './due.ts';
import { Irregularity } from './irregularity.ts';

/**
 * Names of the rhythm inputs, in order: logarithms of RR intervals over running means and over the interval that was
 * due, and how irregular the rhythm was before the beat. Early is a sign of ectopy in a regular rhythm, but says
 * nothing in atrial fibrillation.
 */
export const RHYTHM_FEATURES = [
  'ln rr-before / mean-5',
  'ln rr-before / mean-80',
  'ln rr-before / mean-400',
  'ln rr-before / due',
  'ln rr-after / mean-5',
  'ln rr-after / mean-80',
  'ln rr-after / mean-400',
  'ln rr-after / due',
  'irregularity of the last 8',
  'irregularity of the last 50',
] as const;

const HORIZONS = [5, 80, 400] as const;
const LONGEST = 400;
/** What each interval is compared with: the means, and what was due. */
const COMPARISONS = HORIZONS.length + 1;
/** The running mean that words such as "early" refer to. */
const USUAL = HORIZONS.indexOf(80);
/** Each ratio is bounded: a factor of 3.3 either way says all there is to say. */
const BOUND = 1.2;

/**
 * The patient's RR intervals over three horizons, what they make due, and their irregularity: bounded memory, one
 * running sum a horizon. Ratios follow Farag 2023 and others; as logarithms the usual rhythm is 0 and contributes
 * nothing.
 */
export class Rhythm {
  readonly #intervals = new Float64Array(LONGEST);
  readonly #sums = new Float64Array(HORIZONS.length);
  readonly #due = new Due();
  readonly #irregularity = new Irregularity();
  #count = 0;

  /** @param rr an RR interval, seconds; one that holds a blocked beat counts as two halves */
  push(rr: number): void {
    const intervals = this.#due.push(rr);
    if (this.#due.isNew) this.#forget();
    for (let n = 0; n < intervals; n++) this.#add(rr / intervals);
  }

  #forget(): void {
    this.#count = 0;
    this.#sums.fill(0);
  }

  #add(rr: number): void {
    for (let h = 0; h < HORIZONS.length; h++) {
      this.#sums[h] += rr;
      if (this.#count >= HORIZONS[h]) this.#sums[h] -= this.#intervals[(this.#count - HORIZONS[h]) % LONGEST];
    }
    this.#intervals[this.#count % LONGEST] = rr;
    this.#count++;
    this.#irregularity.push(rr);
    // Once round the ring the sums are made anew, so that rounding never adds up.
    if (this.#count % LONGEST === 0) this.#sum();
  }

  /** Mean of the last 80 intervals, seconds; undefined before the first. */
  get usual(): number | undefined {
    return this.#count === 0 ? undefined : this.#mean(USUAL);
  }

  /** How irregular the last 50 intervals were, 0 to 1. */
  get irregularity(): number {
    return this.#irregularity.lately;
  }

  /** @param before @param after RR intervals, seconds; an unknown interval counts as usual */
  features(before: number | undefined, after: number | undefined): Float32Array {
    const out = new Float32Array(RHYTHM_FEATURES.length);
    if (this.#count === 0) return out;
    const ofBefore = before === undefined ? undefined : Math.log(before);
    const ofAfter = after === undefined ? undefined : Math.log(after);
    for (let c = 0; c < COMPARISONS; c++) {
      const usual = c < HORIZONS.length ? Math.log(this.#mean(c)) : this.#due.logarithm;
      if (ofBefore !== undefined) out[c] = bounded(ofBefore - usual);
      if (ofAfter !== undefined) out[COMPARISONS + c] = bounded(ofAfter - usual);
    }
    out[2 * COMPARISONS] = this.#irregularity.now;
    out[2 * COMPARISONS + 1] = this.#irregularity.lately;
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
