import { type Figures, figures } from '../evaluate/figures.ts';
import { range } from '../evaluate/quantile.ts';
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

/** What is to be evaluated. */
export interface SeedJob {
  readonly folder: string;
  readonly names: readonly string[];
  /** Names or cards of the models. */
  readonly models: readonly string[];
}

/** The figures of each of several models, by whose R peaks they were judged on. */
export type OfSeeds = Readonly<Record<Peaks, readonly Figures[]>>;

/** Evaluates several models, such as those of several seeds, on reference and on own R peaks. */
export async function evaluateSeeds({ folder, names, models }: SeedJob): Promise<OfSeeds> {
  const progress = new Progress(2 * models.length * names.length, 'runs of a record');
  const found: Record<Peaks, Figures[]> = { reference: [], own: [] };
  try {
    for (const peaks of ['reference', 'own'] satisfies Peaks[]) {
      for (const model of models) {
        const results = await evaluateAll(names, { folder, peaks, model }, () => progress.advance());
        found[peaks].push(figures(results));
      }
    }
  } finally {
    progress.end();
  }
  return found;
}

/** What each of several models gives on reference and on own peaks, and between what ends that lies, as Markdown. */
export function seedTables(models: readonly string[], found: OfSeeds): string[][] {
  return (['reference', 'own'] satisfies Peaks[]).map((peaks) => [
    `| ${peaks} peaks | ${COLUMNS.map(([name]) => name).join(' | ')} |`,
    `| --- |${' --- |'.repeat(COLUMNS.length)}`,
    ...models.map((model, n) =>
      row(
        model,
        COLUMNS.map(([, value]) => value(found[peaks][n])),
      ),
    ),
    ...(['least', 'median', 'most'] as const).map((name) =>
      row(
        `**${name}**`,
        COLUMNS.map(([, value]) => range(found[peaks].map(value))?.[name]),
      ),
    ),
  ]);
}

function row(name: string, values: readonly (number | undefined)[]): string {
  return `| ${name} | ${values.map((value) => value?.toFixed(2) ?? '–').join(' | ')} |`;
}
