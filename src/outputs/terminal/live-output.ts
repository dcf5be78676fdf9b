import type { WriteStream } from 'node:tty';
import type { StageClock } from '../../stage.ts';
import type { Output, Provenance } from '../output.ts';
import type { OutputItem } from '../output-item.ts';
import { summaryText } from '../summary.ts';
import type { Tally } from '../tally.ts';
import { LiveState } from './live-state.ts';
import type { Palette } from './palette.ts';
import { Screen } from './screen.ts';
import { view } from './view.ts';

/** Milliseconds between frames, whatever the speed of the replay. */
const FRAME_MS = 66;

/** The live view on a terminal. Its last frame stays on the user's own screen, with the summary under it. */
export class LiveOutput implements Output {
  readonly #terminal: WriteStream;
  readonly #palette: Palette;
  readonly #clock: StageClock;
  readonly #provenance: Provenance;
  readonly #state: LiveState;
  readonly #screen: Screen;
  #drawnAt = 0;
  #pending: NodeJS.Timeout | undefined;

  constructor(
    terminal: WriteStream,
    palette: Palette,
    provenance: Provenance,
    tally: Tally,
    clock: StageClock,
  ) {
    this.#terminal = terminal;
    this.#palette = palette;
    this.#provenance = provenance;
    this.#clock = clock;
    this.#state = new LiveState(provenance.source, tally);
    this.#screen = new Screen(terminal);
    terminal.on('resize', this.#draw);
  }

  take(item: OutputItem): void {
    this.#state.take(item);
    const wait = this.#drawnAt + FRAME_MS - performance.now();
    // Drawn at once when due: a replay at full speed leaves no time to timers.
    if (wait <= 0) this.#draw();
    else this.#pending ??= setTimeout(this.#draw, wait);
  }

  close(): void {
    clearTimeout(this.#pending);
    this.#terminal.off('resize', this.#draw);
    this.#screen.close();
  }

  summarise(): void {
    const lines = [...this.#frame(), ...summaryText(this.#state.tally, this.#clock, this.#provenance)];
    this.#terminal.write(`${lines.join('\n')}\n`);
  }

  readonly #draw = () => {
    clearTimeout(this.#pending);
    this.#pending = undefined;
    this.#drawnAt = performance.now();
    this.#screen.draw(this.#frame());
  };

  #frame(): string[] {
    // A serial console does not know its size, and says 0.
    const { columns, rows } = this.#terminal;
    return view(this.#state, columns || 80, rows || 24, this.#palette);
  }
}
