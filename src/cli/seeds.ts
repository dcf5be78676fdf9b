import { parentPort } from 'node:worker_threads';
import { Command } from 'commander';
import { recordNames } from './evaluate.ts';
import { serve } from './evaluate-workers.ts';
import { runCommand, throwing } from './run-command.ts';
import { seedTables } from './seed-tables.ts';

async function seeds(
  folder: string,
  models: readonly string[],
  { records }: { readonly records: string },
): Promise<void> {
  if (parentPort) return serve(parentPort);
  const tables = await seedTables({ folder, names: await recordNames(folder, records), models });
  process.stdout.write(`${tables.map((lines) => lines.join('\n')).join('\n\n')}\n`);
}

const command = throwing(new Command('seeds'))
  .description('Evaluates several models, such as those of several seeds, as tables for the docs.')
  .argument('<folder>', 'folder of annotated WFDB records')
  .argument('<models...>', 'model cards')
  .option('--records <list>', 'all, ds1, ds2, normal, or names with commas between', 'ds2')
  .action(seeds);
process.exitCode = await runCommand(command, process.argv.slice(2));
