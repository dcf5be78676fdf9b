import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { Command, Option } from 'commander';
import { InputError } from '../formats/input-error.ts';
import type { SignalSpec } from '../formats/wfdb/header.ts';
import { writeWhole } from '../outputs/write-whole.ts';
import { SENSORS } from '../sensors/any-sensor.ts';
import { airCapture } from '../sources/air-capture.ts';
import { isCapture } from '../sources/open.ts';
import type { SensorProfile } from '../sources/sensor-profile.ts';
import { SIMULATED_SENSORS } from '../sources/simulated/simulated-sensors.ts';
import { chooseLead, leadSamples, openRecord, recordName, type WfdbRecord } from '../sources/wfdb-record.ts';
import { UsageError } from './usage-error.ts';

interface ConvertOptions {
  readonly sensor: string;
  readonly lead?: string;
  readonly from: number;
  readonly to: number;
  readonly seed: number;
  readonly json?: boolean;
}

/** `beatlens convert RECORD OUT` */
export function convertCommand(): Command {
  return new Command('convert')
    .description(
      'Turn a WFDB record into a BLE capture (btsnoop), as the patch or another sensor would have sent it.',
    )
    .argument('<record>', 'the record, by its .hea file or by its name without one')
    .argument('<out>', 'the capture to write')
    .addOption(
      new Option('--sensor <name>', 'which sensor')
        .choices(SENSORS.map(({ name }) => name))
        .default(SENSORS[0].name),
    )
    .option('--lead <name>', 'which lead (default: MLII, or else the first)')
    .option('--from <seconds>', 'where in the record to begin', seconds('--from'), 0)
    .option(
      '--to <seconds>',
      'where in the record to end (default: its end)',
      seconds('--to'),
      Number.POSITIVE_INFINITY,
    )
    .option('--seed <number>', 'chooses jitter and retransmissions of the radio', seed, 1)
    .option('--json', 'one JSON object a line on stdout; logs on stderr')
    .addHelpText(
      'after',
      `
The capture holds connection, discovery, subscription and the stream: 250 Hz of a patch, 130 Hz of a Polar H10,
125 Hz of a Movesense, 128 Hz of a HealthyPi Move. It is readable by you alone, and by Wireshark. The same
arguments give the same bytes.

Examples:
  $ beatlens convert mitdb/208 208.btsnoop
  $ beatlens convert mitdb/114 114.btsnoop --lead V5 --from 60 --to 360
  $ beatlens convert mitdb/208 208-h10.btsnoop --sensor polar-h10
  $ beatlens replay 208.btsnoop --speed 10`,
    )
    .action(convert);
}

async function convert(path: string, out: string, options: ConvertOptions): Promise<void> {
  if (options.to <= options.from)
    throw new UsageError(`--to ${options.to} is not after --from; give a later time`);
  if (existsSync(out) && !(await isCapture(out))) {
    throw new UsageError(`${out} exists and is no capture; choose another name for the output`);
  }
  if (!existsSync(dirname(out))) throw new UsageError(`the folder of ${out} does not exist; create it first`);
  const record = await openRecord(path);
  const lead = chooseLead(record, options.lead);
  const serial = recordName(path);
  const { rate } = record.header;
  const progress = new Progress(rate, lengthOf(record, options));
  const samples = stretch(record, lead, options, progress);

  const sensor = SIMULATED_SENSORS[options.sensor](rate, serial);
  const profile = SENSORS.find(({ name }) => name === options.sensor) as SensorProfile;

  const capture = airCapture({ samples, sensor, profile, seed: options.seed });
  const bytes = await writeWhole(out, capture).finally(() => progress.end());
  const duration = progress.seconds;
  process.stdout.write(
    options.json
      ? `${JSON.stringify({ type: 'summary', time: duration, file: out, record: serial, lead: lead.description, sensor: options.sensor, bytes })}\n`
      : `${out}: ${duration.toFixed(1)} s of record ${serial}, lead ${lead.description}, ${bytes} bytes\n`,
  );
}

/** Seconds that are to be converted, as far as the header tells. */
function lengthOf({ header }: WfdbRecord, { from, to }: ConvertOptions): number {
  return Math.min(to, (header.length ?? Number.POSITIVE_INFINITY) / header.rate) - from;
}

async function* stretch(
  record: WfdbRecord,
  lead: SignalSpec,
  { from, to }: ConvertOptions,
  progress: Progress,
): AsyncGenerator<Float32Array> {
  for await (const block of leadSamples(record, lead, { from, to })) {
    progress.add(block.length);
    yield block;
  }
  if (progress.seconds === 0)
    throw new InputError(`${record.path} ends before ${from} s: choose an earlier --from.`);
}

/** How far the work is, on stderr where someone watches. */
class Progress {
  readonly #rate: number;
  readonly #total: number;
  #samples = 0;
  #shownAt = performance.now();
  #shown = false;

  /**
   * @param rate samples a second
   * @param total seconds to do; infinite where nobody knows
   */
  constructor(rate: number, total: number) {
    this.#rate = rate;
    this.#total = total;
  }

  get seconds(): number {
    return this.#samples / this.#rate;
  }

  add(samples: number): void {
    this.#samples += samples;
    if (!process.stderr.isTTY || performance.now() - this.#shownAt < 250) return;
    this.#shownAt = performance.now();
    this.#shown = true;
    const share = Number.isFinite(this.#total)
      ? ` (${Math.round((100 * this.seconds) / this.#total)} %)`
      : '';
    process.stderr.write(`\rconverted ${Math.round(this.seconds)} s${share}`);
  }

  end(): void {
    if (this.#shown) process.stderr.write('\r\x1b[K');
  }
}

function seconds(option: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !(value >= 0))
      throw new UsageError(`${option} ${text} is no time; give seconds, such as 90`);
    return value;
  };
}

function seed(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value))
    throw new UsageError(`--seed ${text} is not a whole number`);
  return value;
}
