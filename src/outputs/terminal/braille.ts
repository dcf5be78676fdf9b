/** Dots in one character cell. */
export const DOTS_ACROSS = 2;
export const DOTS_DOWN = 4;

/** The bit of each dot in U+2800 + bits, [row][column]. */
const DOT_BITS = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;

const RESET = '\x1b[0m';

/** A grid of character cells, each with 2 × 4 dots and one colour. */
export class BrailleCanvas {
  readonly columns: number;
  readonly rows: number;
  readonly #dots: Uint8Array;
  /** Characters that stand instead of dots. */
  readonly #characters: (string | undefined)[];
  /** The escape sequence that opens each cell's colour; empty for the terminal's own. */
  readonly #colours: string[];

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
    this.#dots = new Uint8Array(columns * rows);
    this.#characters = new Array(columns * rows);
    this.#colours = new Array(columns * rows).fill('');
  }

  /** Sets the dots of one dot column from row `top` down to row `bottom`, both included. */
  column(x: number, top: number, bottom: number): void {
    for (let y = top; y <= bottom; y++) {
      const cell = Math.floor(y / DOTS_DOWN) * this.columns + Math.floor(x / DOTS_ACROSS);
      this.#dots[cell] |= DOT_BITS[y % DOTS_DOWN][x % DOTS_ACROSS];
    }
  }

  /** Fills a column of cells with a character. */
  fill(column: number, character: string): void {
    for (let row = 0; row < this.rows; row++) this.#characters[row * this.columns + column] = character;
  }

  /** Colours a column of cells. */
  paint(column: number, colour: string): void {
    for (let row = 0; row < this.rows; row++) this.#colours[row * this.columns + column] = colour;
  }

  /** The rows as text, each exactly as wide as the canvas. */
  lines(): string[] {
    return Array.from({ length: this.rows }, (_, row) => this.#line(row));
  }

  #line(row: number): string {
    let text = '';
    let open = '';
    for (let cell = row * this.columns; cell < (row + 1) * this.columns; cell++) {
      const dots = this.#dots[cell];
      const character = this.#characters[cell] ?? (dots === 0 ? ' ' : String.fromCharCode(0x2800 + dots));
      const colour = character === ' ' ? '' : this.#colours[cell];
      if (colour !== open) {
        text += open === '' ? colour : RESET + colour;
        open = colour;
      }
      text += character;
    }
    return open === '' ? text : text + RESET;
  }
}
