import { accessSync, constants } from 'node:fs';
import { dirname, join, parse } from 'node:path';
import type { Command } from 'commander';
import { fromEvent, lastValueFrom, merge, type Observable, tap } from 'rxjs';
import type { BeatModel } from '../classify/beat-model.ts';
import { loadRhythmModel } from '../classify/rhythm-model.ts';
import { gateway } from '../gateway.ts';
import { LineWriter, OutputClosed } from '../outputs/line-writer.ts';
import { NdjsonOutput } from '../outputs/ndjson.ts';
import type { Output, Shown } from '../outputs/output.ts';
import { PlainOutput } from '../outputs/plain.ts';
import { ReportOutput } from '../outputs/report/report-output.ts';
import { processorText } from '../outputs/summary.ts';
import { Tally } from '../outputs/tally.ts';
import { LiveOutput } from '../outputs/terminal/live-output.ts';
import { type ColourDepth, palette } from '../outputs/terminal/palette.ts';
import { wardOutputs } from '../outputs/terminal/ward-output.ts';
import type { Source } from '../sources/source.ts';
import { StageClock } from '../stage.ts';
import { UsageError } from './usage-error.ts';

export interface ShowOptions {
  /** `default`, `tiny`, or the card of a beat model. */
  readonly model?: string;
  readonly json?: boolean;
  /** `cnn`, `lstm`, or the card of a rhythm model. */
  readonly rhythmModel?: string;
  /** False with --no-color. */
  readonly color: boolean;
  /** File for the report, a page of HTML; of several sources each gets a file of its own, named after it. */
  readonly report?: string;
  /** The sources happen now. */
  readonly live?: boolean;
  /** Told of each item that was shown, by the title of its source. */
  readonly shown?: (source: string) => void;
}

/** Adds the options of every command that shows what a gateway finds. */
export function withShowOptions(command: Command): Command {
  return command
    .option('--model <model>', 'beat model: default, tiny, or a card')
    .option(
      '--rhythm-model <model>',
      'a second opinion on the two seconds around each beat: cnn, lstm or a card',
    )
    .option('--json', 'one JSON object a line on stdout; logs on stderr')
    .option('--no-color', 'no colours; NO_COLOR does the same');
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
  const rhythmModel =
    options.rhythmModel === undefined ? undefined : await loadRhythmModel(options.rhythmModel);
  const models = { model: model.card.name, ...(rhythmModel && { rhythmModel: rhythmModel.card.name }) };
  const streams = sources.map(
    ({ title }): Shown => ({
      provenance: { source: title, ...models },
      tally: new Tally(),
      clock: new StageClock(),
    }),
  );
  const gateways = sources.map((source, n) => gateway(source, model, streams[n].clock, { rhythmModel }));
  const reports = openReports(options, streams);
  try {
    const outputs = openOutputs(options, streams);
    try {
      const shown = gateways.map((items, n) =>
        items.pipe(
          tap((item) => {
            streams[n].tally.take(item);
            reports[n]?.take(item);
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
  } finally {
    await Promise.all(reports.map((report) => report.finish()));
  }
  if (!options.json) return;
  for (const { provenance, tally, clock } of streams) {
    const whose = streams.length > 1 ? `${provenance.source}: ` : '';
    process.stderr.write(`${whose}${processorText(tally, clock)}\n`);
  }
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

/** @returns a report for each stream, in order; none at all when none is wanted */
function openReports({ report, live }: ShowOptions, streams: readonly Shown[]): ReportOutput[] {
  if (report === undefined) return [];
  const { dir, name, ext } = parse(report);
  return streams.map(({ provenance, tally }) => {
    const path = streams.length === 1 ? report : join(dir, `${name}-${fileNameOf(provenance.source)}${ext}`);
    return new ReportOutput(provenance, tally, { path, live: live ?? false, complain });
  });
}

/** A name for a file or folder on any file system, whatever the sensor is called. */
export function fileNameOf(title: string): string {
  return title.replace(/[^\p{L}\p{N}]+/gu, '-');
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
