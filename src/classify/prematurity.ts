import { Due } from '../beats/due.ts';

/** Intervals are alike, a half or the double of each other up to this, as logarithms. */
const ALIKE = 0.06;
/** A rhythm is known by so many intervals in a row that are as was due. */
const KNOWN = 2;
/** So many halves in a row are the rhythm's own … */
const IN_A_ROW = 3;
/** … where they are no tachycardia, seconds. */
const SLOW = 0.6;

/**
 * How early beats come: by the interval that was due (Due) or, where that is longer, as after a pause, by the one before.
 * And in a heart that does not conduct every beat. In a rhythm that is known, an interval twice as long as was due holds
 * a beat that was blocked, and counts as two. Where every second beat was blocked from the beginning, intervals that
 * halve, and stay so without becoming those of a tachycardia, are the sinus node's.
 */
export class Prematurity {
  #due = new Due();
  /** Logarithm of the interval before. */
  #before: number | undefined;
  /** Intervals in a row that were as was due, those that counted as two aside. */
  #known = 0;
  #halves = 0;

  /**
   * @param rr the interval before the next beat, seconds
   * @returns its logarithm less that of the longer of the two: below 0 for a beat that is early
   */
  push(rr: number): number {
    const interval = Math.log(rr);
    const before = this.#before ?? interval;
    const due = this.#before === undefined ? interval : this.#due.logarithm;
    const late = interval - due;
    const isTwo = this.#known >= KNOWN && Math.abs(late - Math.LN2) <= ALIKE;
    if (!isTwo) this.#known = Math.abs(late) <= ALIKE ? this.#known + 1 : 0;
    this.#halves = Math.abs(late + Math.LN2) <= ALIKE && rr >= SLOW ? this.#halves + 1 : 0;
    if (this.#halves === IN_A_ROW) {
      this.#due = new Due();
      this.#halves = 0;
    }
    this.#due.push(isTwo ? rr / 2 : rr);
    this.#before = isTwo ? interval - Math.LN2 : interval;
    return interval - Math.max(due, before);
  }
}
