export interface BackOffLimits {
  /** Before the first repetition, milliseconds. */
  readonly least: number;
  /** Never longer than this, milliseconds. */
  readonly most: number;
}

/** A few seconds at most: a person waits for the alerts. */
export const RECONNECTION: BackOffLimits = { least: 250, most: 15_000 };

/**
 * How long to wait before trying again: twice as long each time, up to a limit, and then somewhere between half
 * of that and all of it, so that many gateways that lost the same thing do not come back in step.
 */
export class BackOff {
  readonly #limits: BackOffLimits;
  readonly #random: () => number;
  #failures = 0;

  constructor(limits: BackOffLimits, random: () => number = Math.random) {
    this.#limits = limits;
    this.#random = random;
  }

  /** It worked: the next failure is the first. */
  reset(): void {
    this.#failures = 0;
  }

  /** It failed again. @returns milliseconds */
  next(): number {
    const { least, most } = this.#limits;
    const longest = Math.min(most, least * 2 ** this.#failures);
    if (longest < most) this.#failures++;
    return longest * (0.5 + this.#random() / 2);
  }
}
