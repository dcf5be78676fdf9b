import { spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadBeatModel } from '../classify/beat-model.ts';
import { type Figures, figures, rounded } from '../evaluate/figures.ts';
import { evaluationReport } from '../evaluate/report/evaluation-report.ts';
import { recordNames } from './evaluate.ts';
import type { Job } from './evaluate-record.ts';
import { evaluateAll } from './evaluate-workers.ts';
import {
  bars,
  barTable,
  confusionTable,
  delayTable,
  grossTable,
  type Measured,
  STRESS,
} from './figure-tables.ts';
import { Progress } from './progress.ts';
import { robustnessTables } from './robustness-tables.ts';
import { evaluateSeeds, seedTables } from './seed-tables.ts';

/** The parts of the page that can be made by themselves. */
export const PARTS = ['figures', 'robustness'] as const;
export type Part = (typeof PARTS)[number];

/** What the tables of the page are made from. */
export interface PageJob {
  /** Folder with the folders mitdb, nstdb and svdb. */
  readonly data: string;
  /** Names or cards of models: of the default and of the tiny one, of several seeds each; of the default one's networks in float, by the same seeds, or none. */
  readonly seeds: readonly string[];
  readonly tiny: readonly string[];
  readonly float: readonly string[];
  /** The page. */
  readonly file: string;
}

/** Makes parts of the page anew: each table between its two marks, each part as soon as it is done. */
export async function remakePage(parts: readonly Part[], job: PageJob): Promise<void> {
  for (const part of parts) {
    const tables = await TABLES[part](job);
    let text = await readFile(job.file, 'utf8');
    for (const [name, some] of Object.entries(tables)) text = withTables(text, name, some);
    await writeFile(job.file, text);
  }
}

/** Lines of Markdown, a table each. */
type Tables = readonly (readonly string[])[];

/** Tables by the name of the place where they stand. */
type Places = Readonly<Record<string, Tables>>;

const TABLES: Readonly<Record<Part, (job: PageJob) => Promise<Places>>> = {
  figures: figuresOf,
  async robustness({ data }) {
    const mitdb = join(data, 'mitdb');
    const names = await recordNames(mitdb, 'ds2');
    const nstdb = join(data, 'nstdb');
    const [detection, classes, stress] = await robustnessTables({ mitdb, nstdb, names, model: undefined });
    return { detection: [detection], classes: [classes], stress: [stress] };
  },
};

/** Replaces what stands between `<!-- NAME -->` and `<!-- end of NAME -->`. */
function withTables(text: string, name: string, tables: Tables): string {
  const [from, to] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
  const start = text.indexOf(from);
  const end = text.indexOf(to);
  if (start < 0 || end < start) throw new Error(`the page has no place for ${name}: ${from} … ${to}`);
  return `${text.slice(0, start + from.length)}\n\n${tablesText(tables)}\n\n${text.slice(end)}`;
}

/** Tables one below the other. */
export function tablesText(tables: Tables): string {
  return tables.map((lines) => lines.join('\n')).join('\n\n');
}

/** The tables of bars, seeds, gross figures and confusions. */
async function figuresOf({ data, seeds, tiny, float }: PageJob): Promise<Places> {
  const mitdb = join(data, 'mitdb');
  const svdb = join(data, 'svdb');
  const names = await recordNames(mitdb, 'all');
  const ds2 = await recordNames(mitdb, 'ds2');
  const svdbNames = await recordNames(svdb, 'all');
  const ofSeeds = await evaluateSeeds({ folder: mitdb, names: ds2, models: seeds });
  const ofTiny = await evaluateSeeds({ folder: mitdb, names: ds2, models: tiny });
  const total = 2 * names.length + svdbNames.length + 2 * STRESS.length + float.length * ds2.length;
  const progress = new Progress(total, 'runs of a record', 50);
  const run = (records: readonly string[], job: Job) => evaluateAll(records, job, () => progress.advance());
  try {
    const own = await run(names, { folder: mitdb, peaks: 'own' });
    const reference = await run(names, { folder: mitdb, peaks: 'reference' });
    const { card } = await loadBeatModel();
    const report = evaluationReport({ model: card.name, database: basename(mitdb), names, own, reference });
    const onSvdb = rounded(figures(await run(svdbNames, { folder: svdb, peaks: 'own' })));
    const stress: number[] = [];
    for (const decibels of STRESS) {
      const noise = { record: join(data, 'nstdb', 'em'), decibels, when: 'stress-test' } as const;
      const way = { by: 'noise', noise } as const;
      const results = await run(['118', '119'], { folder: mitdb, peaks: 'own', judgeNoisy: true, way });
      stress.push(rounded(figures(results)).qrs.f1 as number);
    }
    const inFloat: Figures[] = [];
    for (const model of float)
      inFloat.push(figures(await run(ds2, { folder: mitdb, peaks: 'reference', model })));
    const rows = bars({
      report,
      svdb: onSvdb,
      svdbRecords: svdbNames.length,
      stress,
      seeds: ofSeeds,
      tiny: ofTiny,
      float: inFloat,
      ...speeds(),
    });
    return {
      bars: [barTable(rows)],
      seeds: seedTables(seeds, ofSeeds),
      'tiny seeds': seedTables(tiny, ofTiny),
      gross: [grossTable('own', report.own), grossTable('reference', report.reference)],
      confusion: [confusionTable(report.own)],
      delays: [delayTable(report)],
    };
  } finally {
    progress.end();
  }
}

/** Times real time on records 100 and 208, best run first, measured by the benchmark in a process of its own. */
function speeds(): Pick<Measured, 'chain' | 'detection'> {
  const bench = fileURLToPath(new URL('bench.js', import.meta.url));
  const { stdout } = spawnSync(process.execPath, [bench, '--hours', '1.1', '--json'], { encoding: 'utf8' });
  const lines = stdout.split('\n').filter((line) => line.startsWith('{'));
  const found = lines.map((line) => JSON.parse(line) as { type: string; timesRealTime: number[] });
  const of = (type: string) => found.filter((line) => line.type === type).map((line) => line.timesRealTime);
  return { chain: of('speed'), detection: of('detection') };
}
