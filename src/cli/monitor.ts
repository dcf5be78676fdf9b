import { Command } from 'commander';
import { tap } from 'rxjs';
import { loadBeatModel } from '../classify/beat-model.ts';
import { CaptureRecorder } from '../outputs/capture-recorder.ts';
import { bleSource } from '../sources/ble/ble-source.ts';
import { profilesNamed, stoppedBy, withCentral } from './live.ts';
import { complain, reportFile, type ShowOptions, show, stopSignals } from './show.ts';
import { UsageError } from './usage-error.ts';

interface MonitorOptions extends ShowOptions {
  readonly sensor?: string;
  readonly name?: string;
  readonly address?: string;
  readonly record?: string;
  readonly model?: string;
}

/** `beatlens monitor` */
export function monitorCommand(): Command {
  return new Command('monitor')
    .description('Run a live sensor through the gateway.')
    .option('--sensor <kind>', 'patch, polar-h10, movesense or healthypi-move (default: whichever is found)')
    .option('--name <text>', 'only a sensor whose name contains this')
    .option('--address <address>', 'only the sensor with this address, such as f6:3a:2c:51:0b:e7', addressed)
    .option('--record <folder>', 'write what comes as captures (btsnoop), a new one each hour')
    .option('--model <file>', 'beat model, by its card (default: the one that ships)')
    .option(
      '--report <file>',
      'write a report, as a page of HTML, anew each minute and at the end',
      reportFile,
    )
    .option(
      '--rhythm-model <model>',
      'a second opinion on the two seconds around each beat: cnn, lstm or a card',
    )
    .option('--json', 'one JSON object a line on stdout; logs on stderr')
    .option('--no-color', 'no colours; NO_COLOR does the same')
    .addHelpText(
      'after',
      `
It takes the first sensor that fits, stays with that one, and reconnects for ever. Ctrl-C tells the sensor to
stop, prints the summary and exits with 130. Captures are readable by you alone; replay plays them again.

Examples:
  $ beatlens monitor --sensor patch
  $ beatlens monitor --sensor polar-h10 --name 12345678
  $ beatlens monitor --address f6:3a:2c:51:0b:e7 --record captures --json
  $ beatlens monitor --record captures --report today.html`,
    )
    .action(monitor);
}

async function monitor(options: MonitorOptions): Promise<void> {
  const { name, address, record } = options;
  const profiles = profilesNamed(options.sensor);
  const model = await loadBeatModel(options.model);
  const stop = stoppedBy(stopSignals());
  await withCentral(async (central) => {
    await central.ready();
    const recorder = record === undefined ? undefined : await CaptureRecorder.open(record, complain);
    const source = bleSource({
      central,
      choice: { profiles, name, address },
      stop,
      discovered: (services) => recorder?.discovered(services),
    });
    const items = source.items.pipe(tap((item) => recorder?.take(item)));
    try {
      await show({ ...source, items }, model, options, true);
    } finally {
      await recorder?.close();
    }
  });
}

function addressed(text: string): string {
  if (!/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(text)) {
    throw new UsageError(`--address ${text} is no address; give six bytes such as f6:3a:2c:51:0b:e7`);
  }
  return text.toLowerCase();
}
