import { clamp } from '../dsp/clamp.ts';

/** The most that the interval due grows and shrinks with a beat, as logarithms: a percent down, three percent up. */
const GROWS = 0.03;
const SHRINKS = 0.01;
/** Beats at the start that move it further: the first by this many steps, the last of them by one. */
const SETTLING = 8;

/** Intervals are as was due, or twice that, up to this, as logarithms. */
const ALIKE = 0.1;
/** A rhythm is known by so many intervals in a row that are as was due. */
const KNOWN = 2;
/** So many beats are taken to be blocked in a row, every second one; then the longer interval is the rhythm's own. */
const MOST_BLOCKED = 32;
/** After so many halves of it in a row no beat is blocked any more … */
const CONDUCTED = 3;
/** … if they are no tachycardia, seconds. */
const SLOW = 0.6;

/**
 * After how long the next beat is due. It follows a heart that speeds up over many beats, as a sinus node does, and
 * stays where it was when a tachycardia begins from one beat to the next. Of premature beats it takes little notice,
 * however many: as it grows three times as fast as it shrinks, it comes to rest where a quarter of the intervals are
 * longer (frugal streaming, Ma et al. 2013), so in bigeminy at the normal ones.
 *
 * In a rhythm that is known, an interval twice as long as was due holds a beat that was blocked between atria and
 * ventricles (or that was not detected), and counts as two: what comes after it in the sinus node's time is not early.
 * And where every second beat was blocked for long, intervals of half the length that go on are the sinus node's own:
 * all begins anew.
 */
export class Due {
  #logarithm = 0;
  #count = 0;
  /** Intervals in a row that were as was due, those that count as two aside. */
  #known = 0;
  /** Intervals in a row that counted as two. */
  #blocked = 0;
  /** Intervals in a row that are half as long as was due. */
  #halves = 0;

  /** Logarithm of the interval, in seconds. */
  get logarithm(): number {
    return this.#logarithm;
  }

  /** Whether the newest interval is the first: of all, or since a rhythm began in which no beat is blocked any more. */
  get isNew(): boolean {
    return this.#count === 1;
  }

  /**
   * @param rr an RR interval, seconds
   * @returns how many intervals it counts as: two if a beat was blocked in it
   */
  push(rr: number): 1 | 2 {
    let late = this.#count === 0 ? 0 : Math.log(rr) - this.#logarithm;
    this.#halves = rr >= SLOW && Math.abs(late + Math.LN2) <= ALIKE ? this.#halves + 1 : 0;
    if (this.#halves === CONDUCTED) {
      this.#count = 0;
      this.#halves = 0;
      late = 0;
    }
    const isTwo = this.#known >= KNOWN && this.#blocked < MOST_BLOCKED && Math.abs(late - Math.LN2) <= ALIKE;
    if (isTwo) {
      this.#blocked++;
    } else {
      this.#known = Math.abs(late) <= ALIKE ? this.#known + 1 : 0;
      this.#blocked = 0;
    }
    const intervals = isTwo ? 2 : 1;
    this.#follow(Math.log(rr / intervals));
    return intervals;
  }

  #follow(interval: number): void {
    if (this.#count === 0) this.#logarithm = interval;
    const steps = Math.max(1, SETTLING / ++this.#count);
    this.#logarithm = clamp(interval, this.#logarithm - steps * SHRINKS, this.#logarithm + steps * GROWS);
  }
}
