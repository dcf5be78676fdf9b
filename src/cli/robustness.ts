import { parentPort } from 'node:worker_threads';
import { Command } from 'commander';
import { recordNames } from './evaluate.ts';
import { serve } from './evaluate-workers.ts';
import { robustnessTables } from './robustness-tables.ts';
import { runCommand, throwing } from './run-command.ts';

interface RobustnessOptions {
  readonly records: string;
  readonly model?: string;
}

async function robustness(
  mitdb: string,
  nstdb: string,
  { records, model }: RobustnessOptions,
): Promise<void> {
  if (parentPort) return serve(parentPort);
  const names = await recordNames(mitdb, records);
  const tables = await robustnessTables({ mitdb, nstdb, names, model });
  process.stdout.write(`${tables.map((lines) => lines.join('\n')).join('\n\n')}\n`);
}

const command = throwing(new Command('robustness'))
  .description(
    'Evaluates the gateway on records that are made harder, as tables for the docs. Takes minutes.',
  )
  .argument('<mitdb>', 'folder of the MIT-BIH Arrhythmia Database')
  .argument('<nstdb>', 'folder of the noise records bw, em and ma')
  .option('--records <list>', 'all, ds1, ds2, or names with commas between', 'ds2')
  .option('--model <file>', 'beat model, by its card (default: the one that ships)')
  .action(robustness);
process.exitCode = await runCommand(command, process.argv.slice(2));
