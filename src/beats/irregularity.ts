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
 * theirs, the intervals are compared as ratios, and the average looks only back. And where every second beat is
 * premature, which no median of three hides, each of the last eight intervals is like the one two before it: of
 * the two measures the lesser counts.
 */
export class Irregularity {
  /** Share of what was compared among the last eight that differs, 0 to 1. */
  now = 0;
  /** Its average over about 50 beats; over all of them while there are fewer. */
  lately = 0;
  #count = 0;
  /** Logarithms of the last two intervals, the newer last. */
  #before: readonly [number, number] = [0, 0];
  readonly #medians = new Float64Array(COMPARED);
  /** Whether an interval differs from the one two before it: 1, else 0. */
  readonly #twoBefore = new Uint8Array(COMPARED);

  /** @param rr an RR interval, seconds */
  push(rr: number): void {
    const interval = Math.log(rr);
    // What came before the first is taken to be like it.
    if (this.#count === 0) {
      this.#before = [interval, interval];
      this.#medians.fill(interval);
    }
    const [a, b] = this.#before;
    this.#before = [b, interval];
    const at = this.#count % COMPARED;
    this.#medians[at] = Math.max(Math.min(a, b), Math.min(Math.max(a, b), interval));
    this.#twoBefore[at] = differ(interval, a) ? 1 : 0;
    this.#count++;
    const unlikeTwoBefore = this.#twoBefore.reduce((count, one) => count + one, 0);
    this.now = Math.min(this.#pairsThatDiffer() / PAIRS, unlikeTwoBefore / COMPARED);
    this.lately += Math.max(SLOWNESS, 1 / this.#count) * (this.now - this.lately);
  }

  #pairsThatDiffer(): number {
    const values = this.#medians;
    let pairs = 0;
    for (let i = 1; i < COMPARED; i++) {
      for (let j = 0; j < i; j++) if (differ(values[i], values[j])) pairs++;
    }
    return pairs;
  }
}

function differ(a: number, b: number): boolean {
  return Math.abs(a - b) > DIFFERENT;
}
