import { statfs } from 'node:fs/promises';
import { Command } from 'commander';
import { loadBeatModel } from '../classify/beat-model.ts';
import { BluetoothUnavailable } from '../sources/ble/link-failure.ts';
import { ExitCode } from './failure.ts';
import { bluetoothOption, type LiveOptions, withCentral } from './live.ts';

/** What was looked at, what was found, and where something lacks, what to do. */
interface Finding {
  readonly check: string;
  readonly ok: boolean;
  readonly found: string;
}

const LEAST_NODE = [20, 19] as const;
/** A week of captures. */
const LEAST_DISK_BYTES = 500e6;

/** `beatlens doctor` */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description('Tell what is missing on this machine, and the command that mends it.')
    .addOption(bluetoothOption())
    .option('--json', 'one JSON object a line on stdout')
    .addHelpText(
      'after',
      `
Exits with 0 where nothing is missing, with 4 where Bluetooth is, and with 1 where something else is.

Examples:
  $ beatlens doctor --json`,
    )
    .action(doctor);
}

interface DoctorOptions extends LiveOptions {
  readonly json?: boolean;
}

async function doctor(options: DoctorOptions): Promise<void> {
  const bluetooth = await bluetoothFinding(options);
  const findings = [nodeFinding(), await modelFinding(), await diskFinding(), bluetooth];
  for (const finding of findings) {
    process.stdout.write(
      options.json
        ? `${JSON.stringify({ type: 'check', time: 0, ...finding })}\n`
        : `${finding.ok ? '✓' : '✗'} ${finding.check.padEnd(10)} ${finding.found}\n`,
    );
  }
  if (findings.every(({ ok }) => ok)) return;
  process.exitCode = bluetooth.ok ? ExitCode.other : ExitCode.noBluetooth;
}

function nodeFinding(): Finding {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const ok = major > LEAST_NODE[0] || (major === LEAST_NODE[0] && minor >= LEAST_NODE[1]);
  const remedy = `; install ${LEAST_NODE.join('.')} or later, from nodesource.com or nodejs.org`;
  return { check: 'Node', ok, found: `${process.version}${ok ? '' : remedy}` };
}

async function modelFinding(): Promise<Finding> {
  try {
    const { card } = await loadBeatModel();
    return { check: 'model', ok: true, found: card.name };
  } catch (error) {
    return {
      check: 'model',
      ok: false,
      found: `${(error as Error).message} Run npm ci && npm run build again.`,
    };
  }
}

async function diskFinding(): Promise<Finding> {
  const { bavail, bsize } = await statfs('.');
  const free = bavail * bsize;
  const ok = free >= LEAST_DISK_BYTES;
  const found = `${(free / 1e9).toFixed(1)} GB free in this folder`;
  return {
    check: 'disk',
    ok,
    found: ok
      ? found
      : `${found}, and a week of captures takes ${LEAST_DISK_BYTES / 1e9}; remove old captures`,
  };
}

async function bluetoothFinding(options: LiveOptions): Promise<Finding> {
  try {
    await withCentral(options, (central) => central.ready());
    const found = `the adapter is on and may be used, with @${options.bluetooth}/noble`;
    return { check: 'Bluetooth', ok: true, found };
  } catch (error) {
    if (!(error instanceof BluetoothUnavailable)) throw error;
    return { check: 'Bluetooth', ok: false, found: error.message };
  }
}
