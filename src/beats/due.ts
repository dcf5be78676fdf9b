import { clamp } from '../dsp/clamp.ts';

/** The most that the interval due grows and shrinks with a beat, as logarithms: a percent down, three percent up. */
const GROWS = 0.03;
const SHRINKS = 0.01;
/** Beats at the start that move it further: the first by this many steps, the last of them by one. */
const SETTLING = 8;

/**
 * After how long the next beat is due. It follows a heart that speeds up over many beats, as a sinus node does, and
 * stays where it was when a tachycardia begins from one beat to the next. Of premature beats it takes little notice,
 * however many: as it grows three times as fast as it shrinks, it comes to rest where a quarter of the intervals are
 * longer (frugal streaming, Ma et al. 2013), so in bigeminy at the normal ones.
 */
export class Due {
  #logarithm = 0;
  #count = 0;

  /** Logarithm of the interval, in seconds. */
  get logarithm(): number {
    return this.#logarithm;
  }

  /** @param rr an RR interval, seconds */
  push(rr: number): void {
    const interval = Math.log(rr);
    if (this.#count === 0) this.#logarithm = interval;
    const steps = Math.max(1, SETTLING / ++this.#count);
    this.#logarithm = clamp(interval, this.#logarithm - steps * SHRINKS, this.#logarithm + steps * GROWS);
  }
}
