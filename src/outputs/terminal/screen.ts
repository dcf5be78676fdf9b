import type { WriteStream } from 'node:tty';

const ENTER = '\x1b[?1049h\x1b[?25l'; // the alternate screen, no cursor
const LEAVE = '\x1b[0m\x1b[?25h\x1b[?1049l';
/** Terminals that know these show a frame only when it is whole; the others ignore them. */
const BEGIN_FRAME = '\x1b[?2026h';
const END_FRAME = '\x1b[?2026l';

/** The alternate screen of a terminal. Whatever ends the process, the user's own screen comes back. */
export class Screen {
  readonly #terminal: WriteStream;
  #shown: readonly string[] = [];
  readonly #leave = () => this.#terminal.write(LEAVE);
  readonly #forget = () => {
    this.#shown = [];
    this.#terminal.write('\x1b[2J');
  };

  constructor(terminal: WriteStream) {
    this.#terminal = terminal;
    terminal.write(ENTER);
    terminal.on('resize', this.#forget);
    process.once('exit', this.#leave);
  }

  /** Draws rows from the top: one write a frame, and only the rows that changed. */
  draw(rows: readonly string[]): void {
    let changes = '';
    for (let i = 0; i < Math.max(rows.length, this.#shown.length); i++) {
      const text = rows[i] ?? '';
      // Cleared first: at the last column, clearing after the text would take its last character.
      if (text !== this.#shown[i]) changes += `\x1b[${i + 1};1H\x1b[2K${text}`;
    }
    this.#shown = rows;
    if (changes !== '') this.#terminal.write(BEGIN_FRAME + changes + END_FRAME);
  }

  close(): void {
    this.#terminal.off('resize', this.#forget);
    process.off('exit', this.#leave);
    this.#leave();
  }
}
