import { type Figures, figures } from '../evaluate/figures.ts';
import { quantile } from '../evaluate/quantile.ts';
import type { Peaks } from './evaluate-record.ts';
import { evaluateAll } from './evaluate-workers.ts';
import { Progress } from './progress.ts';

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

/** What the tables are made from. */
export interface SeedJob {
  readonly folder: string;
  readonly names: readonly string[];
  /** Cards of the models. */
  readonly models: readonly string[];
}

/** What each of several models gives on reference and on own peaks, and between what ends that lies, as Markdown. */
export async function seedTables({ folder, names, models }: SeedJob): Promise<string[][]> {
  const progress = new Progress(2 * models.length * names.length, 'runs of a record');
  const tables: string[][] = [];
  try {
    for (const peaks of ['reference', 'own'] satisfies Peaks[]) {
      const lines = [
        `| ${peaks} peaks | ${COLUMNS.map(([name]) => name).join(' | ')} |`,
        `| --- |${' --- |'.repeat(COLUMNS.length)}`,
      ];
      const found: (number | undefined)[][] = [];
      for (const model of models) {
        const of = figures(await evaluateAll(names, { folder, peaks, model }, () => progress.advance()));
        const values = COLUMNS.map(([, value]) => value(of));
        found.push(values);
        lines.push(row(model, values));
      }
      const sorted = COLUMNS.map((_, n) => found.flatMap((values) => values[n] ?? []).sort((a, b) => a - b));
      for (const [name, share] of [
        ['least', 0],
        ['median', 0.5],
        ['most', 1],
      ] as const) {
        lines.push(
          row(
            `**${name}**`,
            sorted.map((values) => quantile(values, share)),
          ),
        );
      }
      tables.push(lines);
    }
  } finally {
    progress.end();
  }
  return tables;
}

function row(name: string, values: readonly (number | undefined)[]): string {
  return `| ${name} | ${values.map((value) => value?.toFixed(2) ?? '–').join(' | ')} |`;
}
