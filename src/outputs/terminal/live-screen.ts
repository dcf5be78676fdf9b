import type { WriteStream } from 'node:tty';
import { Screen } from './screen.ts';

/** Milliseconds between frames, whatever the speed of the replay. */
const FRAME_MS = 66;

/** A view on a terminal that is drawn anew as it changes, but no more often than an eye can follow. */
export class LiveScreen {
  readonly #terminal: WriteStream;
  readonly #view: (width: number, height: number) => string[];
  readonly #screen: Screen;
  #drawnAt = 0;
  #pending: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(terminal: WriteStream, view: (width: number, height: number) => string[]) {
    this.#terminal = terminal;
    this.#view = view;
    this.#screen = new Screen(terminal);
    terminal.on('resize', this.#draw);
  }

  /** What the view shows has changed. */
  changed(): void {
    const wait = this.#drawnAt + FRAME_MS - performance.now();
    // Drawn at once when due: a replay at full speed leaves no time to timers.
    if (wait <= 0) this.#draw();
    else this.#pending ??= setTimeout(this.#draw, wait);
  }

  /** Gives the user's own screen back. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#pending);
    this.#terminal.off('resize', this.#draw);
    this.#screen.close();
  }

  /** The view as it would be drawn now. */
  frame(): string[] {
    // A serial console does not know its size, and says 0.
    const { columns, rows } = this.#terminal;
    return this.#view(columns || 80, rows || 24);
  }

  readonly #draw = () => {
    clearTimeout(this.#pending);
    this.#pending = undefined;
    this.#drawnAt = performance.now();
    this.#screen.draw(this.frame());
  };
}
