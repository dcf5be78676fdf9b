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
    let size = this.#count;
    if (size === capacity) {
      const oldest = this.#values[this.#next];
      let hole = 0;
      size--;
      while (hole < size && sorted[hole] !== oldest) hole++;
      for (; hole < size; hole++) sorted[hole] = sorted[hole + 1];
    }
    let at = size;
    while (at > 0 && sorted[at - 1] > value) {
      sorted[at] = sorted[at - 1];
      at--;
    }
    sorted[at] = value;
    this.#count = size + 1;
    this.#values[this.#next] = value;
    this.#next = (this.#next + 1) % capacity;
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
