import { join } from 'node:path';
import { Command } from 'commander';
import { tap } from 'rxjs';
import { loadBeatModel } from '../classify/beat-model.ts';
import { CaptureRecorder } from '../outputs/capture-recorder.ts';
import { bleSource } from '../sources/ble/ble-source.ts';
import type { Central } from '../sources/ble/central.ts';
import type { SensorChoice } from '../sources/ble/sensor-choice.ts';
import type { Source } from '../sources/source.ts';
import { bluetoothOption, type LiveOptions, profilesNamed, stoppedBy, withCentral } from './live.ts';
import { ServiceManager } from './service-manager.ts';
import {
  complain,
  fileNameOf,
  reportFile,
  type ShowOptions,
  show,
  stopSignals,
  withShowOptions,
} from './show.ts';
import { UsageError } from './usage-error.ts';

interface MonitorOptions extends ShowOptions, LiveOptions {
  readonly sensor?: string;
  readonly name: readonly string[];
  readonly address: readonly string[];
  readonly record?: string;
}

/** `beatlens monitor` */
export function monitorCommand(): Command {
  const command = new Command('monitor')
    .description('Run live sensors through the gateway.')
    .option('--sensor <kind>', 'patch, polar-h10, movesense or healthypi-move (default: whichever is found)')
    .option('--address <address>', 'the sensor with this address; again for one more', addressed, [])
    .option('--name <text>', 'a sensor whose name contains this; again for one more', named, [])
    .option('--record <folder>', 'write what comes as captures (btsnoop), a new one each hour')
    .addOption(bluetoothOption())
    .option(
      '--report <file>',
      'write a report, as a page of HTML, anew each minute and at the end',
      reportFile,
    );
  return withShowOptions(command)
    .addHelpText(
      'after',
      `
Without --address and --name it takes the first sensor that fits. It stays with the sensors that it has found, and
reconnects for ever. Ctrl-C tells them to stop, prints the summary and exits with 130. Captures are readable by you
alone; replay plays them again.

Of several sensors each has a gateway of its own: every line of output names its sensor (with --json as "source"),
the live view has a row for each, and captures go to a folder for each.

Examples:
  $ beatlens monitor --sensor patch
  $ beatlens monitor --sensor polar-h10 --name 12345678
  $ beatlens monitor --address f6:3a:2c:51:0b:e7 --record captures --json
  $ beatlens monitor --address f6:3a:2c:51:0b:e7 --address f6:3a:2c:51:0b:e8 --record captures
  $ beatlens monitor --record captures --report today.html`,
    )
    .action(monitor);
}

async function monitor(options: MonitorOptions): Promise<void> {
  const profiles = profilesNamed(options.sensor);
  const chosen = [
    ...options.address.map((address) => ({ profiles, address })),
    ...options.name.map((name) => ({ profiles, name })),
  ];
  const choices: readonly SensorChoice[] = chosen.length > 0 ? chosen : [{ profiles }];
  const model = await loadBeatModel(options.model);
  const stop = stoppedBy(stopSignals());
  const service = ServiceManager.of(process.env);
  await withCentral(options, async (central) => {
    await central.ready();
    service.ready();
    const taken = new Set(options.address);
    const sensors: Monitored[] = [];
    try {
      for (const choice of choices) sensors.push(await monitored(central, choice, stop, taken, options));
      const sources = sensors.map(({ source }) => ({
        ...source,
        items: source.items.pipe(tap(() => service.entered(source.title))),
      }));
      await show(sources, model, { ...options, live: true, shown: (source) => service.left(source) });
    } finally {
      service.stop();
      await Promise.all(sensors.map(({ recorder }) => recorder?.close()));
    }
  });
}

/** A live sensor, and what writes it down. */
interface Monitored {
  readonly source: Source;
  readonly recorder: CaptureRecorder | undefined;
}

async function monitored(
  central: Central,
  choice: SensorChoice,
  stop: AbortSignal,
  taken: Set<string>,
  { record, address, name }: MonitorOptions,
): Promise<Monitored> {
  const isOneOfSeveral = address.length + name.length > 1;
  const folder = isOneOfSeveral ? fileNameOf(choice.address ?? choice.name ?? '') : '';
  const recorder =
    record === undefined ? undefined : await CaptureRecorder.open(join(record, folder), complain);
  const source = bleSource({
    central,
    choice,
    stop,
    taken,
    discovered: (services) => recorder?.discovered(services),
  });
  return { source: { ...source, items: source.items.pipe(tap((item) => recorder?.take(item))) }, recorder };
}

function addressed(text: string, before: readonly string[]): readonly string[] {
  if (!/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(text)) {
    throw new UsageError(`--address ${text} is no address; give six bytes such as f6:3a:2c:51:0b:e7`);
  }
  return withoutTwins('--address', text.toLowerCase(), before);
}

function named(text: string, before: readonly string[]): readonly string[] {
  return withoutTwins('--name', text, before);
}

function withoutTwins(option: string, text: string, before: readonly string[]): readonly string[] {
  if (before.includes(text)) throw new UsageError(`${option} ${text} is given twice; name each sensor once`);
  return [...before, text];
}
