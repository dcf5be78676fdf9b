import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { filter, lastValueFrom, map, toArray } from 'rxjs';
import { concatenated } from '../dsp/concatenated.ts';
import { InputError } from '../formats/input-error.ts';
import { printable } from '../outputs/printable.ts';
import { AnySensor } from '../sensors/any-sensor.ts';
import { LinkFailure } from '../sources/ble/link-failure.ts';
import { takeAdapter } from '../sources/ble/own-adapter.ts';
import { PatchPeripheral } from '../sources/ble/patch-peripheral.ts';
import { captureSource } from '../sources/capture.ts';
import { isCapture } from '../sources/open.ts';
import { chooseLead, leadSamples, openRecord, recordName } from '../sources/wfdb-record.ts';
import { StageClock, through } from '../stage.ts';
import { GRID_RATE } from '../timeline/span.ts';
import { Timeline } from '../timeline/timeline.ts';
import { exitWithin, stoppedBy } from './live.ts';
import { stopSignals } from './show.ts';

interface SimulateOptions {
  readonly name: string;
  readonly lead?: string;
  readonly json?: boolean;
}

/** What a patch is to measure, over and over. */
interface Signal {
  readonly rate: number;
  readonly serial: string;
  /** In millivolts, NaN where nothing was measured; opened anew by each call. */
  readonly blocks: () => AsyncIterable<Float32Array>;
}

/** Samples that the patch keeps for a gateway that has lost it: five minutes. */
const RING_DEPTH = 75_000;
/** The gateway hears that the link has ended before the adapter goes silent. */
const CLOSE_WITHIN_MS = 300;

/** `beatlens simulate FILE` */
export function simulateCommand(): Command {
  return new Command('simulate')
    .description("Offer a recording as a live patch, with this machine's Bluetooth adapter.")
    .argument('<file>', 'a BLE capture (btsnoop), or a WFDB record by its .hea file or its name without one')
    .option('--name <text>', 'as the patch advertises itself', 'Simulated patch')
    .option('--lead <name>', 'lead of a WFDB record (default: MLII, or else its first)')
    .option('--json', 'one JSON object a line on stdout; logs on stderr')
    .addHelpText(
      'after',
      `
It plays in real time, over and over, until Ctrl-C. Like a patch it measures on while nobody is connected, and gives
the last five minutes again to a gateway that asks. It takes the adapter for itself, which ends the links of other
programs; afterwards give it back with sudo hciconfig hci0 up. The gateway belongs on another machine, or, on the same
one, on a second adapter.

Examples:
  $ beatlens simulate recordings/mitdb-208.btsnoop
  $ beatlens simulate mitdb/208 --name "Patch left"`,
    )
    .action(simulate);
}

async function simulate(file: string, options: SimulateOptions): Promise<void> {
  const signal = (await isCapture(file)) ? await captured(file) : await recorded(file, options.lead);
  const adapter = takeAdapter();
  try {
    const stop = stoppedBy(stopSignals());
    const unplugged = new Promise<never>((_, reject) =>
      adapter.on('close', () => reject(new LinkFailure('the Bluetooth adapter was unplugged'))),
    );
    unplugged.catch(() => {}); // Where nobody waits any more.
    const { rate, serial } = signal;
    const began = performance.now();
    const tell = (state: string) => process.stdout.write(line(state, began, options));
    const patch = await PatchPeripheral.begin(adapter, {
      name: options.name,
      rate,
      serial,
      ringDepth: RING_DEPTH,
      changed: tell,
    });
    tell('advertising');
    await Promise.race([play(signal, patch, stop), unplugged]);
    await patch.close(CLOSE_WITHIN_MS);
  } finally {
    adapter.close();
    exitWithin(CLOSE_WITHIN_MS);
  }
}

function line(state: string, began: number, { json, name }: SimulateOptions): string {
  const time = (performance.now() - began) / 1000;
  if (json) return `${JSON.stringify({ type: 'link', time: Number(time.toFixed(3)), state })}\n`;
  return `${time.toFixed(1).padStart(8)} s  ${printable(name)} ${state === 'lost' ? 'lost its gateway' : `is ${state}`}\n`;
}

/** Measures and sends in real time, until it is stopped. */
async function play({ blocks }: Signal, patch: PatchPeripheral, stop: AbortSignal): Promise<void> {
  const began = performance.now();
  while (!stop.aborted) {
    for await (const block of blocks()) {
      for (const message of patch.measure(block)) {
        const wait = began + message.readyAt * 1000 - performance.now();
        await sleep(Math.max(0, wait), undefined, { signal: stop }).catch(() => {});
        if (stop.aborted) return;
        await patch.send(message);
      }
    }
  }
}

async function recorded(path: string, leadName: string | undefined): Promise<Signal> {
  const record = await openRecord(path);
  const lead = chooseLead(record, leadName);
  return {
    rate: record.header.rate,
    serial: recordName(path),
    blocks: () => leadSamples(record, lead),
  };
}

/** What any sensor has sent. Where samples are missing or a lead was off, nothing was measured. */
async function captured(path: string): Promise<Signal> {
  const clock = new StageClock();
  const { items, title } = captureSource(path, { speed: 'max' });
  const spans = items.pipe(
    through('decode', () => new AnySensor(), clock),
    through('timeline', () => new Timeline(), clock),
    filter((item) => item.kind === 'samples' || item.kind === 'gap'),
    map((span) => {
      if (span.kind === 'samples' && !span.leadOff) return span.millivolts;
      const length = span.kind === 'gap' ? span.length : span.millivolts.length;
      return new Float32Array(length).fill(Number.NaN);
    }),
    toArray(),
  );
  const millivolts = concatenated(await lastValueFrom(spans));
  if (millivolts.length === 0) throw new InputError(`${path} holds no ECG: choose another capture.`);
  async function* blocks(): AsyncGenerator<Float32Array> {
    for (let at = 0; at < millivolts.length; at += GRID_RATE) yield millivolts.subarray(at, at + GRID_RATE);
  }
  return { rate: GRID_RATE, serial: title, blocks };
}
