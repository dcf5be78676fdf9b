import { parentPort } from 'node:worker_threads';
import { Command } from 'commander';
import { recordNames } from './evaluate.ts';
import { serve } from './evaluate-workers.ts';
import { PARTS, type PageJob, type Part, remakePage, tablesText } from './evaluation-page.ts';
import { rhythmTable } from './rhythm-table.ts';
import { robustnessTables } from './robustness-tables.ts';
import { runCommand, throwing } from './run-command.ts';
import { evaluateSeeds, seedTables } from './seed-tables.ts';
import { UsageError } from './usage-error.ts';

/** The figures that the docs print: a program of its own, beside the one that people use. */
const program = throwing(new Command('figures')).description('Makes the figures of the docs, as tables.');

program
  .command('page')
  .description('Makes the tables of docs/evaluation.md anew: minutes, and longer for robustness.')
  .argument('<data>', 'folder with the folders mitdb, nstdb and svdb')
  .option('--only <parts>', `some of ${PARTS.join(',')}, with commas between`, PARTS.join(','))
  .option('--seeds <cards...>', 'the default model, of several seeds', ['default'])
  .option('--tiny <cards...>', 'the tiny model, of several seeds', ['tiny'])
  .option('--float <cards...>', 'the networks of the default model in float, of the same seeds', [])
  .option('--file <page>', 'the page', 'docs/evaluation.md')
  .action((data: string, options: Omit<PageJob, 'data'> & { readonly only: string }) => {
    const parts = options.only.split(',').map((name) => {
      const part = PARTS.find((known) => known === name);
      if (part === undefined)
        throw new UsageError(`--only ${options.only}: ${name} is no part; give some of ${PARTS.join(',')}`);
      return part satisfies Part;
    });
    const { seeds, float } = options;
    if (float.length > 0 && float.length !== seeds.length)
      throw new UsageError(
        `--float has ${float.length} cards, --seeds ${seeds.length}: give as many, in the same order`,
      );
    return remakePage(parts, { ...options, data });
  });

program
  .command('robustness')
  .description('Evaluates the gateway on records that are made harder.')
  .argument('<mitdb>', 'folder of the MIT-BIH Arrhythmia Database')
  .argument('<nstdb>', 'folder of the noise records bw, em and ma')
  .option('--records <list>', 'all, ds1, ds2, or names with commas between', 'ds2')
  .option('--model <model>', 'beat model: default, tiny, or a card')
  .action(async (mitdb: string, nstdb: string, options: { records: string; model?: string }) => {
    const names = await recordNames(mitdb, options.records);
    print(await robustnessTables({ mitdb, nstdb, names, model: options.model }));
  });

program
  .command('rhythms')
  .description('Plays rhythms of the textbook, made of the normal beats of records.')
  .argument('<records...>', 'annotated WFDB records, by their names without extension')
  .option('--model <model>', 'beat model: default, tiny, or a card')
  .action(async (records: readonly string[], { model }: { model?: string }) => {
    print([await rhythmTable(records, model)]);
  });

program
  .command('seeds')
  .description('Evaluates several models, such as those of several seeds.')
  .argument('<folder>', 'folder of annotated WFDB records')
  .argument('<models...>', 'model cards')
  .option('--records <list>', 'all, ds1, ds2, normal, or names with commas between', 'ds2')
  .action(async (folder: string, models: readonly string[], { records }: { records: string }) => {
    const names = await recordNames(folder, records);
    print(seedTables(models, await evaluateSeeds({ folder, names, models })));
  });

function print(tables: readonly (readonly string[])[]): void {
  process.stdout.write(`${tablesText(tables)}\n`);
}

// A thread that evaluates records comes by here too.
if (parentPort) await serve(parentPort);
else process.exitCode = await runCommand(program, process.argv.slice(2));
