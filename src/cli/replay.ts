import { Command } from 'commander';
import { takeUntil } from 'rxjs';
import { loadBeatModel } from '../classify/beat-model.ts';
import { openSource } from '../sources/open.ts';
import type { Speed } from '../sources/pace.ts';
import { reportFile, type ShowOptions, show, stopSignals, withShowOptions } from './show.ts';
import { UsageError } from './usage-error.ts';

interface ReplayOptions extends ShowOptions {
  readonly speed: Speed;
  readonly lead?: string;
}

export function replayCommand(): Command {
  const command = new Command('replay')
    .description('Run a recording through the gateway: a BLE capture (btsnoop) or a WFDB record.')
    .argument('<file>', 'the capture; or the record, by its .hea file or by its name without one')
    .option('--speed <times>', 'times real time, or "max"', parseSpeed, 1)
    .option('--lead <name>', 'lead of a WFDB record (default: MLII, or else its first)')
    .option('--report <file>', 'write a report of it all, as a page of HTML', reportFile);
  return withShowOptions(command)
    .addHelpText(
      'after',
      `
On a terminal it shows a live view; elsewhere one line an alert. Ctrl-C ends the replay early: the summary is
still printed, and the exit code is 130.

Examples:
  $ beatlens replay recordings/mitdb-208.btsnoop --speed 30
  $ beatlens replay mitdb/208 --lead MLII --speed max > alerts.txt
  $ beatlens replay mitdb/208 --speed max --report 208.html
  $ beatlens replay recordings/mitdb-208.btsnoop --speed max --rhythm-model cnn
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
  // The source is cut, not the pipe: the stages still give out what they hold back.
  await show([{ ...source, items: source.items.pipe(takeUntil(stopSignals())) }], model, options);
}
