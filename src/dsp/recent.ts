/** The last values of a quantity, oldest first out, and their robust summary. */
export class Recent {
  readonly #values: Float64Array;
  readonly #sorted: Float64Array;
  #count = 0;
  #next = 0;

  constructor(capacity: number) {
    this.#values = new Float64Array(capacity);
    this.#sorted = new Float64Array(capacity);
  }

  get count(): number {
    return this.#count;
  }

  push(value: number): void {
    const sorted = this.#sorted;
    const capacity = this.#values.length;
    let at = this.#count;
    if (at < capacity) this.#count++;
    else {
      // The place of the oldest becomes free; only what lies between it and the new one's place moves up.
      const oldest = this.#values[this.#next];
      at = 0;
      while (at < capacity - 1 && sorted[at] !== oldest) at++;
      for (; at < capacity - 1 && sorted[at + 1] < value; at++) sorted[at] = sorted[at + 1];
    }
    for (; at > 0 && sorted[at - 1] > value; at--) sorted[at] = sorted[at - 1];
    sorted[at] = value;
    this.#values[this.#next] = value;
    this.#next = this.#next + 1 === capacity ? 0 : this.#next + 1;
  }

  /** The largest value, or the one after `rank` larger ones. */
  largest(rank: number): number {
    return this.#sorted[this.#count - 1 - rank];
  }

  /** Median; NaN while empty. */
  get median(): number {
    const n = this.#count;
    if (n === 0) return Number.NaN;
    const half = n >> 1;
    return n % 2 === 1 ? this.#sorted[half] : (this.#sorted[half - 1] + this.#sorted[half]) / 2;
  }
}
