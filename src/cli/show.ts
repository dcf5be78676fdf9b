import { accessSync, constants } from 'node:fs';
import { dirname } from 'node:path';
import { fromEvent, lastValueFrom, merge, type Observable, tap } from 'rxjs';
import type { BeatModel } from '../classify/beat-model.ts';
import { loadRhythmModel } from '../classify/rhythm-model.ts';
import { gateway } from '../gateway.ts';
import { LineWriter, OutputClosed } from '../outputs/line-writer.ts';
import { NdjsonOutput } from '../outputs/ndjson.ts';
import type { Output, Provenance } from '../outputs/output.ts';
import { PlainOutput } from '../outputs/plain.ts';
import { ReportOutput } from '../outputs/report/report-output.ts';
import { processorText } from '../outputs/summary.ts';
import { Tally } from '../outputs/tally.ts';
import { LiveOutput } from '../outputs/terminal/live-output.ts';
import { type ColourDepth, palette } from '../outputs/terminal/palette.ts';
import type { Source } from '../sources/source.ts';
import { StageClock } from '../stage.ts';
import { UsageError } from './usage-error.ts';

export interface ShowOptions {
  readonly json?: boolean;
  /** `cnn`, `lstm`, or the card of a rhythm model. */
  readonly rhythmModel?: string;
  /** False with --no-color. */
  readonly color: boolean;
  /** File for the report, a page of HTML. */
  readonly report?: string;
}

/**
 * Runs a source through the gateway, shows what comes out, and sums it up when the source has ended.
 *
 * @param live whether the source happens now
 */
export async function show(
  source: Source,
  model: BeatModel,
  options: ShowOptions,
  live: boolean,
): Promise<void> {
  const rhythmModel =
    options.rhythmModel === undefined ? undefined : await loadRhythmModel(options.rhythmModel);
  const clock = new StageClock();
  const tally = new Tally();
  const provenance = {
    source: source.title,
    model: model.card.name,
    ...(rhythmModel && { rhythmModel: rhythmModel.card.name }),
  };
  const items = gateway(source, model, clock, { rhythmModel });
  const report =
    options.report === undefined
      ? undefined
      : new ReportOutput(provenance, tally, { path: options.report, live, complain });
  try {
    const output = openOutput(options, provenance, tally, clock);
    try {
      const shown = items.pipe(
        tap((item) => {
          tally.take(item);
          report?.take(item);
          output.take(item);
        }),
      );
      await lastValueFrom(shown, { defaultValue: undefined });
    } finally {
      output.close();
    }
    output.summarise();
  } catch (error) {
    if (error instanceof OutputClosed) return;
    throw error;
  } finally {
    await report?.finish();
  }
  if (options.json) process.stderr.write(`${processorText(tally, clock)}\n`);
}

/** Says on stderr what went wrong beside the stream. */
export function complain(message: string): void {
  process.stderr.write(`beatlens: ${message}\n`);
}

/** Reads `--report`: a file that can be written. */
export function reportFile(path: string): string {
  try {
    accessSync(dirname(path), constants.W_OK);
  } catch {
    throw new UsageError(
      `--report ${path} cannot be written; name a file in a folder that exists and is yours`,
    );
  }
  return path;
}

function openOutput(options: ShowOptions, provenance: Provenance, tally: Tally, clock: StageClock): Output {
  const { stdout } = process;
  const lines = new LineWriter(stdout.fd);
  if (options.json) return new NdjsonOutput(lines, provenance, tally);
  if (!stdout.isTTY || process.env.TERM === 'dumb') return new PlainOutput(lines, provenance, tally, clock);
  const depth = options.color && !process.env.NO_COLOR ? stdout.getColorDepth() : 1;
  return new LiveOutput(stdout, palette(depth as ColourDepth), provenance, tally, clock);
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
