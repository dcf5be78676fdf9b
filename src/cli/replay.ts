import { Command } from 'commander';
import { fromEvent, lastValueFrom, merge, takeUntil, tap } from 'rxjs';
import { loadBeatModel } from '../classify/beat-model.ts';
import { gateway } from '../gateway.ts';
import { LineWriter, OutputClosed } from '../outputs/line-writer.ts';
import { NdjsonOutput } from '../outputs/ndjson.ts';
import type { Output, Provenance } from '../outputs/output.ts';
import { PlainOutput } from '../outputs/plain.ts';
import { processorText } from '../outputs/summary.ts';
import { Tally } from '../outputs/tally.ts';
import { LiveOutput } from '../outputs/terminal/live-output.ts';
import { type ColourDepth, palette } from '../outputs/terminal/palette.ts';
import { openSource } from '../sources/open.ts';
import type { Speed } from '../sources/pace.ts';
import { StageClock } from '../stage.ts';
import { UsageError } from './usage-error.ts';

interface ReplayOptions {
  readonly speed: Speed;
  readonly lead?: string;
  readonly model?: string;
  readonly json?: boolean;
  /** False with --no-color. */
  readonly color: boolean;
}

export function replayCommand(): Command {
  return new Command('replay')
    .description('Run a recording through the gateway: a BLE capture (btsnoop) or a WFDB record.')
    .argument('<file>', 'the capture; or the record, by its .hea file or by its name without one')
    .option('--speed <times>', 'times real time, or "max"', parseSpeed, 1)
    .option('--lead <name>', 'lead of a WFDB record (default: MLII, or else its first)')
    .option('--model <file>', 'beat model, by its card (default: the one that ships)')
    .option('--json', 'one JSON object a line on stdout; logs on stderr')
    .option('--no-color', 'no colours; NO_COLOR does the same')
    .addHelpText(
      'after',
      `
On a terminal it shows a live view; elsewhere one line an alert. Ctrl-C ends the replay early: the summary is
still printed, and the exit code is 130.

Examples:
  $ beatlens replay recordings/mitdb-208.btsnoop --speed 30
  $ beatlens replay mitdb/208 --lead MLII --speed max > alerts.txt
  $ beatlens replay recordings/mitdb-208.btsnoop --speed max --json | jq 'select(.flagged)'`,
    )
    .action(replay);
}

/** Reads `--speed`: times real time, or "max". */
export function parseSpeed(text: string): Speed {
  if (text === 'max') return text;
  const speed = Number(text);
  if (!(speed > 0 && Number.isFinite(speed)) || text.trim() === '') {
    throw new UsageError(`--speed ${text} is not a speed; give a number above 0, such as 1 or 50, or "max"`);
  }
  return speed;
}

async function replay(file: string, options: ReplayOptions): Promise<void> {
  const { speed, lead } = options;
  const model = await loadBeatModel(options.model);
  const source = await openSource(file, { speed, ...(lead === undefined ? {} : { lead }) });
  const clock = new StageClock();
  const tally = new Tally();
  const stopped = stopSignals();
  const provenance = { source: source.title, model: model.card.name };
  // The source is cut, not the pipe: the stages still give out what they hold back.
  const items = gateway({ ...source, items: source.items.pipe(takeUntil(stopped)) }, model, clock);
  try {
    const output = openOutput(options, provenance, clock);
    try {
      const shown = items.pipe(
        tap((item) => {
          tally.take(item);
          output.take(item);
        }),
      );
      await lastValueFrom(shown, { defaultValue: undefined });
    } finally {
      output.close();
    }
    output.summarise(tally);
  } catch (error) {
    if (error instanceof OutputClosed) return;
    throw error;
  }
  if (options.json) process.stderr.write(`${processorText(tally, clock)}\n`);
}

function openOutput(options: ReplayOptions, provenance: Provenance, clock: StageClock): Output {
  const { stdout } = process;
  const lines = new LineWriter(stdout.fd);
  if (options.json) return new NdjsonOutput(lines, provenance);
  if (!stdout.isTTY || process.env.TERM === 'dumb') return new PlainOutput(lines, provenance, clock);
  const depth = options.color && !process.env.NO_COLOR ? stdout.getColorDepth() : 1;
  return new LiveOutput(stdout, palette(depth as ColourDepth), provenance, clock);
}

const STOP_SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** Emits when someone asks the process to stop, and sets the exit code that says so. */
function stopSignals() {
  const signals = Object.entries(STOP_SIGNALS).map(([name, exitCode]) =>
    fromEvent(process, name).pipe(
      tap(() => {
        process.exitCode = exitCode;
      }),
    ),
  );
  return merge(...signals);
}
