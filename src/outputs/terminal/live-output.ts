import type { WriteStream } from 'node:tty';
import type { StageClock } from '../../stage.ts';
import type { Output, Provenance } from '../output.ts';
import type { OutputItem } from '../output-item.ts';
import { summaryText } from '../summary.ts';
import type { Tally } from '../tally.ts';
import { LiveScreen } from './live-screen.ts';
import { LiveState } from './live-state.ts';
import type { Palette } from './palette.ts';
import { view } from './view.ts';

/** The live view on a terminal. Its last frame stays on the user's own screen, with the summary under it. */
export class LiveOutput implements Output {
  readonly #terminal: WriteStream;
  readonly #clock: StageClock;
  readonly #provenance: Provenance;
  readonly #state: LiveState;
  readonly #screen: LiveScreen;

  constructor(
    terminal: WriteStream,
    palette: Palette,
    provenance: Provenance,
    tally: Tally,
    clock: StageClock,
  ) {
    this.#terminal = terminal;
    this.#provenance = provenance;
    this.#clock = clock;
    this.#state = new LiveState(provenance.source, tally);
    this.#screen = new LiveScreen(terminal, (width, height) => view(this.#state, width, height, palette));
  }

  take(item: OutputItem): void {
    this.#state.take(item);
    this.#screen.changed();
  }

  close(): void {
    this.#screen.close();
  }

  summarise(): void {
    const lines = [...this.#screen.frame(), ...summaryText(this.#state.tally, this.#clock, this.#provenance)];
    this.#terminal.write(`${lines.join('\n')}\n`);
  }
}
