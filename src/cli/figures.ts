import { spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parentPort } from 'node:worker_threads';
import { Command } from 'commander';
import { loadBeatModel } from '../classify/beat-model.ts';
import { figures, rounded } from '../evaluate/figures.ts';
import { evaluationReport } from '../evaluate/report/evaluation-report.ts';
import { recordNames } from './evaluate.ts';
import type { Job } from './evaluate-record.ts';
import { evaluateAll, serve } from './evaluate-workers.ts';
import { bars, barTable, confusionTable, delayTable, grossTable, STRESS } from './figure-tables.ts';
import { Progress } from './progress.ts';
import { robustnessTables } from './robustness-tables.ts';
import { runCommand, throwing } from './run-command.ts';
import { seedTables } from './seed-tables.ts';
import { UsageError } from './usage-error.ts';

const PARTS = ['figures', 'robustness', 'seeds'] as const;
type Part = (typeof PARTS)[number];

interface FiguresOptions {
  readonly only: string;
  readonly seeds: readonly string[];
  readonly tiny?: string;
  readonly float?: string;
  readonly page: string;
}

/** Makes the tables of the page anew, each between its two marks. */
async function remake(data: string, options: FiguresOptions): Promise<void> {
  if (parentPort) return serve(parentPort);
  const parts = options.only.split(',');
  for (const part of parts) {
    if (!PARTS.includes(part as Part))
      throw new UsageError(`--only ${options.only}: ${part} is no part; give some of ${PARTS.join(',')}`);
  }
  const mitdb = join(data, 'mitdb');
  const nstdb = join(data, 'nstdb');
  const ds2 = await recordNames(mitdb, 'ds2');
  const tables = new Map<string, readonly string[]>();
  if (parts.includes('figures')) {
    for (const [name, lines] of await mainTables(data, options)) tables.set(name, lines);
  }
  if (parts.includes('seeds') && options.seeds.length > 0) {
    const [reference, own] = await seedTables({ folder: mitdb, names: ds2, models: options.seeds });
    tables.set('seeds', [...reference, '', ...own]);
  }
  if (parts.includes('robustness')) {
    const [detection, classes, stress] = await robustnessTables({
      mitdb,
      nstdb,
      names: ds2,
      model: undefined,
    });
    tables.set('detection', detection);
    tables.set('classes', classes);
    tables.set('stress', stress);
  }
  let text = await readFile(options.page, 'utf8');
  for (const [name, lines] of tables) text = withTable(text, name, lines);
  await writeFile(options.page, text);
}

/** Replaces what stands between `<!-- NAME -->` and `<!-- end of NAME -->`. */
export function withTable(text: string, name: string, lines: readonly string[]): string {
  const [from, to] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
  const start = text.indexOf(from);
  const end = text.indexOf(to);
  if (start < 0 || end < start) throw new Error(`the page has no place for ${name}: ${from} … ${to}`);
  return `${text.slice(0, start + from.length)}\n\n${lines.join('\n')}\n\n${text.slice(end)}`;
}

/** The tables of bars, gross figures and confusions. */
async function mainTables(
  data: string,
  { tiny, float }: FiguresOptions,
): Promise<Map<string, readonly string[]>> {
  const mitdb = join(data, 'mitdb');
  const svdb = join(data, 'svdb');
  const names = await recordNames(mitdb, 'all');
  const ds2 = await recordNames(mitdb, 'ds2');
  const svdbNames = await recordNames(svdb, 'all');
  const others = [tiny, float].filter((card) => card !== undefined);
  const total = 2 * names.length + svdbNames.length + 2 * STRESS.length + 2 * others.length * ds2.length;
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
    const onDs2 = async (model: string | undefined) =>
      model === undefined
        ? undefined
        : {
            reference: rounded(figures(await run(ds2, { folder: mitdb, peaks: 'reference', model }))),
            own: rounded(figures(await run(ds2, { folder: mitdb, peaks: 'own', model }))),
          };
    const rows = bars({
      report,
      svdb: onSvdb,
      svdbRecords: svdbNames.length,
      stress,
      tiny: await onDs2(tiny),
      float: await onDs2(float),
      speed: fullChainSpeed(),
    });
    return new Map([
      ['bars', barTable(rows)],
      ['gross', [...grossTable('own', report.own), '', ...grossTable('reference', report.reference)]],
      ['confusion', confusionTable(report.own)],
      ['delays', delayTable(report)],
    ]);
  } finally {
    progress.end();
  }
}

/** Times real time on records 100 and 208, measured by the benchmark in a process of its own. */
function fullChainSpeed(): number[] {
  const bench = fileURLToPath(new URL('bench.js', import.meta.url));
  const { stdout } = spawnSync(process.execPath, [bench, '--hours', '1.1', '--json'], { encoding: 'utf8' });
  return stdout
    .split('\n')
    .filter((line) => line.includes('"type":"speed"'))
    .map((line) => JSON.parse(line).timesRealTime as number);
}

const command = throwing(new Command('figures'))
  .description('Makes the tables of docs/evaluation.md anew. Takes a quarter of an hour on two cores.')
  .argument('<data>', 'folder with the folders mitdb, nstdb and svdb')
  .option('--only <parts>', `some of ${PARTS.join(',')}, with commas between`, PARTS.join(','))
  .option('--seeds <cards...>', 'models of several seeds', [])
  .option('--tiny <card>', 'the tiny model')
  .option('--float <card>', 'the same network as the default one, in float')
  .option('--page <file>', 'the page', 'docs/evaluation.md')
  .action(remake);
process.exitCode = await runCommand(command, process.argv.slice(2));
