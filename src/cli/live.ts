import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { Option } from 'commander';
import { SENSORS } from '../sensors/any-sensor.ts';
import { NOBLES, type NobleName } from '../sources/ble/noble.ts';
import { NobleCentral } from '../sources/ble/noble-central.ts';
import type { SensorProfile } from '../sources/sensor-profile.ts';
import { UsageError } from './usage-error.ts';

/** From the wish to stop until the process is gone, whatever still hangs. */
const EXIT_WITHIN_MS = 2_800;
/** Time that is left to the adapter when everything else has ended. */
const CLOSE_WITHIN_MS = 400;

/** Of every command that uses the adapter. */
export interface LiveOptions {
  readonly bluetooth: NobleName;
}

export function bluetoothOption(): Option {
  return new Option('--bluetooth <module>', 'which implementation of noble')
    .choices([...NOBLES])
    .default(NOBLES[0])
    .env('BEATLENS_BLUETOOTH');
}

/** Lends the Bluetooth adapter to some work, and takes it back whatever becomes of that. */
export async function withCentral<T>(
  { bluetooth }: LiveOptions,
  work: (central: NobleCentral) => Promise<T>,
): Promise<T> {
  keepConsoleQuiet();
  const central = new NobleCentral(bluetooth);
  try {
    return await work(central);
  } finally {
    await Promise.race([
      central.close(),
      new Promise((resolve) => setTimeout(resolve, CLOSE_WITHIN_MS).unref()),
    ]);
    exitWithin(CLOSE_WITHIN_MS);
  }
}

/** A signal that is aborted when someone asks the process to stop. A second time ends it at once. */
export function stoppedBy(signals: { subscribe(next: () => void): unknown }): AbortSignal {
  const stop = new AbortController();
  signals.subscribe(() => {
    if (stop.signal.aborted) process.exit();
    stop.abort();
    exitWithin(EXIT_WITHIN_MS);
  });
  return stop.signal;
}

/**
 * The kinds of sensor that a name stands for; without one, all.
 *
 * @throws UsageError
 */
export function profilesNamed(name: string | undefined): readonly SensorProfile[] {
  if (name === undefined) return SENSORS;
  const found = SENSORS.filter((profile) => profile.name === name);
  if (found.length > 0) return found;
  const names = SENSORS.map((profile) => profile.name).join(', ');
  throw new UsageError(`--sensor ${name} is no known sensor; choose one of ${names}`);
}

/** Noble has no end: its timers and the adapter's socket would keep the process alive. */
export function exitWithin(milliseconds: number): void {
  setTimeout(() => process.exit(), milliseconds).unref();
}

/** Noble prints warnings, some to stdout, where they would spoil what programs read. */
function keepConsoleQuiet(): void {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const stream = process.env.BEATLENS_DEBUG === '1' ? process.stderr : nowhere;
  globalThis.console = new Console(stream);
}
