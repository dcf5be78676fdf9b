/** Intervals that are compared with each other. */
const COMPARED = 8;
const PAIRS = (COMPARED * (COMPARED - 1)) / 2;
/** Two intervals differ when one is longer by more than this factor's logarithm: 30 ms at 75 beats a minute. */
const DIFFERENT = 0.04;
/** Weight of the newest beat in the slow measure: it remembers about 50 beats. */
const SLOWNESS = 0.02;

/**
 * How irregular the rhythm is, in the way of Petrėnas et al. 2015 (low-complexity detection of atrial fibrillation):
 * a median of three intervals hides single ectopic beats and pauses, then the last eight medians are compared, each
 * with each. Atrial fibrillation stays irregular after the median, premature beats in a regular rhythm do not. Unlike
 * theirs, the intervals are compared as ratios, and the average looks only back.
 */
export class Irregularity {
  /** Share of pairs among the last eight that differ, 0 to 1. */
  now = 0;
  /** Its average over about 50 beats; over all of them while there are fewer. */
  lately = 0;
  #count = 0;
  #before: readonly [number, number] = [0, 0];
  readonly #logarithms = new Float64Array(COMPARED);

  /** @param rr an RR interval, seconds */
  push(rr: number): void {
    // What came before the first is taken to be like it.
    if (this.#count === 0) {
      this.#before = [rr, rr];
      this.#logarithms.fill(Math.log(rr));
    }
    const [a, b] = this.#before;
    this.#before = [b, rr];
    const median = Math.max(Math.min(a, b), Math.min(Math.max(a, b), rr));
    this.#logarithms[this.#count % COMPARED] = Math.log(median);
    this.#count++;
    this.now = this.#differing() / PAIRS;
    this.lately += Math.max(SLOWNESS, 1 / this.#count) * (this.now - this.lately);
  }

  #differing(): number {
    const values = this.#logarithms;
    let pairs = 0;
    for (let i = 1; i < COMPARED; i++) {
      for (let j = 0; j < i; j++) if (Math.abs(values[i] - values[j]) > DIFFERENT) pairs++;
    }
    return pairs;
  }
}
