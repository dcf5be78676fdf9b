/** AAMI class of a reference beat; O where the algorithm found a beat and the reference has none. */
export type ReferenceLetter = 'N' | 'S' | 'V' | 'F' | 'Q' | 'O';
/** The same for the algorithm; o where it missed the beat. */
export type TestLetter = 'n' | 's' | 'v' | 'f' | 'q' | 'o';
type Cell = `${ReferenceLetter}${TestLetter}`;

/** How often the algorithm answered what: cells are named as EC57 names them, such as `Vn` for a VEB called normal. */
export class Confusion {
  readonly #counts = new Map<Cell, number>();

  count(reference: ReferenceLetter, test: TestLetter, times = 1): void {
    const cell: Cell = `${reference}${test}`;
    this.#counts.set(cell, (this.#counts.get(cell) ?? 0) + times);
  }

  /** Sum over all cells whose letters are among those given: `sum('NS', 'v')` is Nv + Sv. */
  sum(references: string, tests: string): number {
    let total = 0;
    for (const [cell, count] of this.#counts) {
      if (references.includes(cell[0]) && tests.includes(cell[1])) total += count;
    }
    return total;
  }

  add(other: Confusion): void {
    for (const [cell, count] of other.#counts) {
      this.count(cell[0] as ReferenceLetter, cell[1] as TestLetter, count);
    }
  }

  /** As plain data, to cross from one thread to another. */
  get cells(): readonly (readonly [Cell, number])[] {
    return [...this.#counts];
  }

  static of(cells: Confusion['cells']): Confusion {
    const confusion = new Confusion();
    for (const [cell, count] of cells) {
      confusion.count(cell[0] as ReferenceLetter, cell[1] as TestLetter, count);
    }
    return confusion;
  }
}
