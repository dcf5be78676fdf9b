import type { WriteStream } from 'node:tty';
import type { Output, Shown } from '../output.ts';
import { summaryText } from '../summary.ts';
import { LiveScreen } from './live-screen.ts';
import { LiveState } from './live-state.ts';
import type { Palette } from './palette.ts';
import { WardState, wardView } from './ward-view.ts';

/**
 * The live view of several sensors on one terminal. Its last frame stays on the user's own screen, with the summaries
 * under it.
 *
 * @returns an output for each stream, in order
 */
export function wardOutputs(terminal: WriteStream, palette: Palette, streams: readonly Shown[]): Output[] {
  const sensors = streams.map(({ provenance, tally }) => new LiveState(provenance.source, tally));
  const ward = new WardState(sensors);
  const screen = new LiveScreen(terminal, (width, height) => wardView(ward, width, height, palette));
  return streams.map(({ provenance, tally, clock }, position) => ({
    take(item) {
      sensors[position].take(item);
      if (item.kind === 'alert') ward.alerted(item, sensors[position]);
      screen.changed();
    },
    close: () => screen.close(),
    summarise() {
      const before = position === 0 ? screen.frame() : [];
      terminal.write(`${[...before, ...summaryText(tally, clock, provenance)].join('\n')}\n`);
    },
  }));
}
