/** A nominal rate can be wrong by this. */
export const MAX_RATE_ERROR = 0.05;
/** A rate is measured over at least this … */
const BASELINE_SECONDS = 5;
/** … and at most about this: crystals drift with temperature. */
const MEMORY_SECONDS = 600;

/** A sample by its index, and its time in seconds. */
export interface Mark {
  readonly index: number;
  readonly time: number;
}

/**
 * Measures how many samples there are in a second, over minutes, so that neither coarse clocks nor late ones
 * disturb it. Bounded memory: between two marks and the newest one; the younger takes over when the older is too old.
 */
export class RateMeter {
  #older: Mark;
  #younger: Mark;

  constructor(first: Mark) {
    this.#older = first;
    this.#younger = first;
  }

  /** Samples a second up to a mark; undefined while the marks span too little. */
  rateAt({ index, time }: Mark): number | undefined {
    const span = time - this.#older.time;
    return span < BASELINE_SECONDS ? undefined : (index - this.#older.index) / span;
  }

  /** Moves on to a mark. */
  see(mark: Mark): void {
    if (mark.time - this.#younger.time < MEMORY_SECONDS / 2) return;
    this.#older = this.#younger;
    this.#younger = mark;
  }
}
