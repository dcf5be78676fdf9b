import { Command } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { convertCommand } from './convert.ts';
import { doctorCommand } from './doctor.ts';
import { evaluateCommand } from './evaluate.ts';
import { explainCommand } from './explain.ts';
import { monitorCommand } from './monitor.ts';
import { replayCommand } from './replay.ts';
import { runCommand, throwing } from './run-command.ts';
import { scanCommand } from './scan.ts';
import { simulateCommand } from './simulate.ts';

const EXAMPLES = `
Examples:
  $ beatlens replay recordings/mitdb-208.btsnoop
  $ beatlens replay recordings/mitdb-208.btsnoop --speed max --json | head
  $ beatlens monitor --sensor patch --record captures
  $ beatlens convert mitdb/208 208.btsnoop
  $ beatlens evaluate mitdb --records ds2
  $ beatlens explain mitdb/208 --at 47 --out 208.svg

Exit codes: 0 done, 2 wrong usage, 3 input that cannot be read, 4 no Bluetooth, 1 anything else.`;

/** The command line. */
function program(): Command {
  const beatlens = throwing(new Command('beatlens'))
    .description('Turns the notifications of a single-lead BLE ECG sensor into explained arrhythmia alerts.')
    .version(packageJson.version)
    .addHelpText('after', EXAMPLES);
  const commands = [
    replayCommand(),
    monitorCommand(),
    scanCommand(),
    convertCommand(),
    evaluateCommand(),
    simulateCommand(),
    explainCommand(),
    doctorCommand(),
  ];
  for (const command of commands) {
    beatlens.addCommand(command.copyInheritedSettings(beatlens));
  }
  return beatlens;
}

/** Runs a command line. @returns the exit code */
export function run(args: readonly string[]): Promise<number> {
  return runCommand(program(), args);
}
