import { Command } from 'commander';
import { lastValueFrom, merge, takeUntil, tap, timer } from 'rxjs';
import { printable } from '../outputs/printable.ts';
import type { Advertisement } from '../sources/ble/central.ts';
import { profileOf } from '../sources/ble/sensor-choice.ts';
import { bluetoothOption, type LiveOptions, profilesNamed, withCentral } from './live.ts';
import { stopSignals } from './show.ts';
import { UsageError } from './usage-error.ts';

interface ScanOptions extends LiveOptions {
  readonly for: number;
  readonly all?: boolean;
  readonly json?: boolean;
}

/** More than this are counted and not listed: a busy street must not fill a terminal. */
const MOST_LISTED = 1_000;

/** `beatlens scan` */
export function scanCommand(): Command {
  return new Command('scan')
    .description('List the sensors in reach.')
    .option('--for <seconds>', 'how long', seconds, 10)
    .option('--all', 'every device, whether or not it says that it is a known sensor')
    .addOption(bluetoothOption())
    .option('--json', 'one JSON object a line on stdout; logs on stderr')
    .addHelpText(
      'after',
      `
Each line has address, signal strength, kind and name. A sensor that is connected to does not advertise, and so is
not listed.

Examples:
  $ beatlens scan --for 30
  $ beatlens scan --all --json`,
    )
    .action(scan);
}

async function scan(options: ScanOptions): Promise<void> {
  const found = new Set<string>();
  await withCentral(options, async (central) => {
    await central.ready();
    const devices = central.advertisements.pipe(
      takeUntil(merge(timer(options.for * 1_000), stopSignals())),
      tap((device) => {
        const sensor = profileOf(profilesNamed(undefined), device)?.name;
        if (sensor === undefined && !options.all) return;
        if (found.has(device.address) || found.size >= MOST_LISTED) return;
        found.add(device.address);
        process.stdout.write(`${options.json ? jsonLine(device, sensor) : textLine(device, sensor)}\n`);
      }),
    );
    await lastValueFrom(devices, { defaultValue: undefined });
  });
  if (found.size === 0) {
    const hint = options.all ? '' : ', or list every device with --all';
    process.stderr.write(`beatlens: no sensor in reach; put it on so that it wakes${hint}\n`);
  }
}

function textLine({ address, name, rssi }: Advertisement, sensor = ''): string {
  return `${address}  ${String(rssi).padStart(4)} dBm  ${sensor.padEnd(14)}  ${printable(name ?? '')}`.trimEnd();
}

function jsonLine({ address, name, rssi, services }: Advertisement, sensor: string | undefined): string {
  return JSON.stringify({ type: 'sensor', time: 0, address, name, rssi, sensor, services });
}

function seconds(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 3_600))
    throw new UsageError(`--for ${text} is no time; give seconds from 1 to 3600, such as 30`);
  return value;
}
