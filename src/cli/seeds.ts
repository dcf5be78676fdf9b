import { parentPort } from 'node:worker_threads';
import { Command } from 'commander';
import { loadBeatModel } from '../classify/beat-model.ts';
import { type Figures, figures } from '../evaluate/figures.ts';
import { quantile } from '../evaluate/quantile.ts';
import { recordNames } from './evaluate.ts';
import type { Peaks } from './evaluate-record.ts';
import { evaluateAll, serve } from './evaluate-workers.ts';
import { Progress } from './progress.ts';
import { runCommand, throwing } from './run-command.ts';

const COLUMNS: readonly (readonly [name: string, of: (figures: Figures) => number | undefined])[] = [
  ['accuracy', ({ accuracy }) => accuracy],
  ['VEB Se', ({ veb }) => veb?.se],
  ['VEB +P', ({ veb }) => veb?.ppv],
  ['VEB F1', ({ veb }) => veb?.f1],
  ['SVEB Se', ({ sveb }) => sveb?.se],
  ['SVEB +P', ({ sveb }) => sveb?.ppv],
  ['SVEB F1', ({ sveb }) => sveb?.f1],
  ['false alerts an hour', ({ falseAlerts }) => falseAlerts?.perHour],
];

/** Prints what each of several models gives, and between what ends their figures lie. */
async function seeds(
  folder: string,
  cards: readonly string[],
  { records }: { readonly records: string },
): Promise<void> {
  if (parentPort) return serve(parentPort);
  const names = await recordNames(folder, records);
  // Named by their cards, whose names need not tell seeds apart.
  for (const card of cards) await loadBeatModel(card);
  const progress = new Progress(2 * cards.length * names.length, 'runs of a record');
  const lines: string[] = [];
  try {
    for (const peaks of ['reference', 'own'] satisfies Peaks[]) {
      lines.push(
        `| ${peaks} peaks | ${COLUMNS.map(([name]) => name).join(' | ')} |`,
        `| --- |${' --- |'.repeat(COLUMNS.length)}`,
      );
      const rows: (number | undefined)[][] = [];
      for (const model of cards) {
        const of = figures(await evaluateAll(names, { folder, peaks, model }, () => progress.advance()));
        rows.push(COLUMNS.map(([, value]) => value(of)));
        lines.push(row(model, rows[rows.length - 1]));
      }
      for (const [name, share] of [
        ['least', 0],
        ['median', 0.5],
        ['most', 1],
      ] as const) {
        const sorted = COLUMNS.map((_, n) => rows.flatMap((values) => values[n] ?? []).sort((a, b) => a - b));
        lines.push(
          row(
            `**${name}**`,
            sorted.map((values) => quantile(values, share)),
          ),
        );
      }
      lines.push('');
    }
  } finally {
    progress.end();
  }
  process.stdout.write(`${lines.join('\n')}\n`);
}

function row(name: string, values: readonly (number | undefined)[]): string {
  return `| ${name} | ${values.map((value) => value?.toFixed(2) ?? '–').join(' | ')} |`;
}

const command = throwing(new Command('seeds'))
  .description('Evaluates several models, such as those of several seeds, as tables for the docs.')
  .argument('<folder>', 'folder of annotated WFDB records')
  .argument('<models...>', 'model cards')
  .option('--records <list>', 'all, ds1, ds2, normal, or names with commas between', 'ds2')
  .action(seeds);
process.exitCode = await runCommand(command, process.argv.slice(2));
