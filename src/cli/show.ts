import { fromEvent, lastValueFrom, merge, type Observable, tap } from 'rxjs';
import type { BeatModel } from '../classify/beat-model.ts';
import { gateway } from '../gateway.ts';
import { LineWriter, OutputClosed } from '../outputs/line-writer.ts';
import { NdjsonOutput } from '../outputs/ndjson.ts';
import type { Output, Shown } from '../outputs/output.ts';
import { PlainOutput } from '../outputs/plain.ts';
import { processorText } from '../outputs/summary.ts';
import { Tally } from '../outputs/tally.ts';
import { LiveOutput } from '../outputs/terminal/live-output.ts';
import { type ColourDepth, palette } from '../outputs/terminal/palette.ts';
import { wardOutputs } from '../outputs/terminal/ward-output.ts';
import type { Source } from '../sources/source.ts';
import { StageClock } from '../stage.ts';

export interface ShowOptions {
  readonly json?: boolean;
  /** False with --no-color. */
  readonly color: boolean;
  /** Told of each item that was shown, by the title of its source. */
  readonly shown?: (source: string) => void;
}

/**
 * Runs sources side by side, each through a gateway of its own, shows what comes out, and sums each of them up when
 * all have ended.
 */
export async function show(
  sources: readonly Source[],
  model: BeatModel,
  options: ShowOptions,
): Promise<void> {
  const streams = sources.map(
    ({ title }): Shown => ({
      provenance: { source: title, model: model.card.name },
      tally: new Tally(),
      clock: new StageClock(),
    }),
  );
  const gateways = sources.map((source, n) => gateway(source, model, streams[n].clock));
  try {
    const outputs = openOutputs(options, streams);
    try {
      const shown = gateways.map((items, n) =>
        items.pipe(
          tap((item) => {
            streams[n].tally.take(item);
            outputs[n].take(item);
            options.shown?.(sources[n].title);
          }),
        ),
      );
      await lastValueFrom(merge(...shown), { defaultValue: undefined });
    } finally {
      for (const output of outputs) output.close();
    }
    for (const output of outputs) output.summarise();
  } catch (error) {
    if (error instanceof OutputClosed) return;
    throw error;
  }
  if (!options.json) return;
  for (const { provenance, tally, clock } of streams) {
    const whose = streams.length > 1 ? `${provenance.source}: ` : '';
    process.stderr.write(`${whose}${processorText(tally, clock)}\n`);
  }
}

/** @returns an output for each stream, in order */
function openOutputs(options: ShowOptions, streams: readonly Shown[]): Output[] {
  const { stdout } = process;
  const lines = new LineWriter(stdout.fd);
  const isTagged = streams.length > 1;
  if (options.json) {
    return streams.map(({ provenance, tally }) => new NdjsonOutput(lines, provenance, tally, { isTagged }));
  }
  if (!stdout.isTTY || process.env.TERM === 'dumb') {
    return streams.map(
      ({ provenance, tally, clock }) => new PlainOutput(lines, provenance, tally, clock, { isTagged }),
    );
  }
  const depth = options.color && !process.env.NO_COLOR ? stdout.getColorDepth() : 1;
  const colours = palette(depth as ColourDepth);
  if (streams.length > 1) return wardOutputs(stdout, colours, streams);
  return streams.map(
    ({ provenance, tally, clock }) => new LiveOutput(stdout, colours, provenance, tally, clock),
  );
}

const STOP_SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** Emits when someone asks the process to stop, and sets the exit code that says so. */
export function stopSignals(): Observable<unknown> {
  const signals = Object.entries(STOP_SIGNALS).map(([name, exitCode]) =>
    fromEvent(process, name).pipe(
      tap(() => {
        process.exitCode = exitCode;
      }),
    ),
  );
  return merge(...signals);
}
