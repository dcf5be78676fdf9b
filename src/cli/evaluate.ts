import { mkdir, readdir } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { parentPort } from 'node:worker_threads';
import { Command, Option } from 'commander';
import { loadBeatModel } from '../classify/beat-model.ts';
import { type Figures, figures, rounded } from '../evaluate/figures.ts';
import { RECORD_LISTS, SUBJECT_OF_DS1 } from '../evaluate/record-lists.ts';
import type { RecordResult } from '../evaluate/record-result.ts';
import { evaluationReport } from '../evaluate/report/evaluation-report.ts';
import { evaluationPage } from '../evaluate/report/page.ts';
import { InputError } from '../formats/input-error.ts';
import { writeWhole } from '../outputs/write-whole.ts';
import type { Job, Peaks } from './evaluate-record.ts';
import { evaluateAll, serve } from './evaluate-workers.ts';
import { Progress } from './progress.ts';
import { UsageError } from './usage-error.ts';

interface EvaluateOptions {
  readonly records: string;
  readonly peaks: Peaks;
  readonly annotations?: string;
  readonly report?: string;
  readonly model?: string;
  readonly json?: boolean;
}

/** `beatlens evaluate DIR` */
export function evaluateCommand(): Command {
  return new Command('evaluate')
    .description('Score the gateway on a folder of annotated WFDB records by EC57, on all processor cores.')
    .argument('<dir>', 'folder with the records and their reference annotations (.atr)')
    .option('--records <list>', 'all, ds1, ds2, normal, or names with commas between', 'all')
    .addOption(
      new Option('--peaks <whose>', "classify the beats of the gateway's own detector, or of the reference")
        .choices(['own', 'reference'])
        .default('own'),
    )
    .option('--annotations <out>', "folder for the gateway's beats as annotation files (annotator bl)")
    .option('--model <model>', 'beat model: default, tiny, or a card')
    .option(
      '--report <file.html>',
      'all figures and charts as one page, on both kinds of R peaks; and as .json',
    )
    .option('--json', 'one JSON object a line on stdout; logs on stderr')
    .addHelpText(
      'after',
      `
Whole records from their first sample, lead MLII or else the first, matches within 150 ms. Records with paced
beats count for QRS detection only. False alerts are beats wrongly called VEB or SVEB. --records normal takes ten
records of the MIT-BIH Arrhythmia Database that are nearly free of ectopy.

Examples:
  $ beatlens evaluate mitdb --records ds2
  $ beatlens evaluate mitdb --report mitdb.html
  $ beatlens evaluate mitdb --records ds2 --peaks reference --json | jq 'select(.type == "summary")'
  $ beatlens evaluate mitdb --records 100,119 --annotations out && rdann -r mitdb/100 -a bl`,
    )
    .action(evaluate);
}

async function evaluate(folder: string, options: EvaluateOptions): Promise<void> {
  if (parentPort) return serve(parentPort);
  const { peaks, annotations, report, model } = options;
  if (report !== undefined && !report.endsWith('.html')) {
    throw new UsageError(`--report ${report} does not end in .html; name the page, such as report.html`);
  }
  const names = await recordNames(folder, options.records);
  if (annotations !== undefined) await mkdir(annotations, { recursive: true });
  const progress =
    report === undefined
      ? new Progress(names.length, 'records')
      : new Progress(2 * names.length, 'runs of a record');
  const run = (job: Job) => evaluateAll(names, job, () => progress.advance());
  const job: Job = { folder, peaks, annotations, model, pictures: report !== undefined };
  let results: RecordResult[];
  try {
    results = await run(job);
    if (report !== undefined) {
      const other = peaks === 'own' ? 'reference' : 'own';
      const others = await run({ ...job, peaks: other, annotations: undefined });
      await writeReport(report, folder, names, model, { [peaks]: results, [other]: others });
    }
  } finally {
    progress.end();
  }
  const lines = options.json ? asJson(names, results, peaks) : asTable(names, results, peaks);
  process.stdout.write(`${lines.join('\n')}\n`);
  if (report !== undefined) process.stderr.write(`beatlens: wrote ${report} and ${jsonBeside(report)}\n`);
}

async function writeReport(
  path: string,
  folder: string,
  names: readonly string[],
  model: string | undefined,
  results: { readonly [whose in Peaks]?: readonly RecordResult[] },
): Promise<void> {
  const { card } = await loadBeatModel(model);
  const { own = [], reference = [] } = results;
  const database = basename(resolve(folder));
  const report = evaluationReport({ model: card.name, database, names, own, reference });
  const worst = names.flatMap((record, n) => {
    const stretch = own[n].worst;
    return stretch === undefined ? [] : { record, stretch };
  });
  await writeWhole(path, [evaluationPage(report, worst)]);
  await writeWhole(jsonBeside(path), [`${JSON.stringify(report, undefined, 1)}\n`]);
}

function jsonBeside(page: string): string {
  return page.replace(/\.html$/, '.json');
}

/** The records of a folder that a `--records` names. */
export async function recordNames(folder: string, wanted: string): Promise<readonly string[]> {
  const files = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    throw new InputError(`${folder}: cannot read this folder (${error.code}); give a folder of WFDB records`);
  });
  const present = new Set(files);
  const annotated = files
    .filter((file) => file.endsWith('.hea'))
    .map((file) => file.slice(0, -'.hea'.length))
    .filter((name) => present.has(`${name}.atr`))
    .sort();
  if (annotated.length === 0) {
    throw new InputError(`${folder}: no annotated records; each needs its .hea, .dat and .atr file here`);
  }
  if (wanted === 'all') return annotated;
  const list = RECORD_LISTS[wanted as keyof typeof RECORD_LISTS];
  const names = list ?? [...new Set(wanted.split(','))];
  if (names.includes('')) {
    throw new UsageError(
      `--records ${wanted} has an empty name; give all, ds1, ds2, normal, or names such as 100,119`,
    );
  }
  const missing = names.filter((name) => !annotated.includes(name));
  if (missing.length > 0) {
    throw new InputError(
      `${folder}: no annotated record ${missing.join(', ')}; put its .hea, .dat and .atr file here, or choose others with --records`,
    );
  }
  return names;
}

/** Without the record whose subject is in the training set too; undefined where that changes nothing. */
function withoutTrainingSubject(
  names: readonly string[],
  results: readonly RecordResult[],
): Figures | undefined {
  if (names.length < 2 || !names.includes(SUBJECT_OF_DS1)) return undefined;
  return figures(results.filter((_, i) => names[i] !== SUBJECT_OF_DS1));
}

function asJson(names: readonly string[], results: readonly RecordResult[], peaks: Peaks): string[] {
  const without = withoutTrainingSubject(names, results);
  const records = names.map((record, i) => ({
    type: 'record',
    record,
    peaks,
    ...rounded(figures([results[i]])),
  }));
  const summary = {
    type: 'summary',
    ...rounded(figures(results)),
    records: names.length,
    peaks,
    ...(without && { [`without${SUBJECT_OF_DS1}`]: rounded(without) }),
  };
  return [...records, summary].map((line) => JSON.stringify(line));
}

function asTable(names: readonly string[], results: readonly RecordResult[], peaks: Peaks): string[] {
  const row = (name: string, { beats, qrs, veb, sveb, accuracy }: Figures) =>
    [
      name.padEnd(8),
      String(beats).padStart(7),
      ...[qrs, veb, sveb].map((s) => `${percentText(s?.se)}${percentText(s?.ppv)}${percentText(s?.f1)}`),
      percentText(accuracy),
    ].join('  ');
  const without = withoutTrainingSubject(names, results);
  const gross = figures(results);
  return [
    `EC57, whole records, matches within 150 ms, R peaks: ${peaks === 'own' ? "the gateway's own" : 'reference'}`,
    '',
    '                           QRS                    VEB                   SVEB',
    `${'record'.padEnd(8)}  ${'beats'.padStart(7)}${'       Se     +P     F1'.repeat(3)}      Acc`,
    ...names.map((name, i) => row(name, figures([results[i]]))),
    row('gross', gross),
    ...(without ? [row(`no ${SUBJECT_OF_DS1}`, without)] : []),
    '',
    ...remarks(gross),
  ];
}

/** What has no column of its own. */
function remarks({ qrsWithin50ms: near, falseAlerts }: Figures): string[] {
  const within = `QRS within 50 ms: Se ${percentText(near.se).trim()}, +P ${percentText(near.ppv).trim()}, F1 ${percentText(near.f1).trim()}`;
  if (falseAlerts === undefined) return [within];
  const { veb, sveb, perHour, perDay } = falseAlerts;
  return [
    within,
    `false alerts: ${veb} VEB, ${sveb} SVEB; together ${perHour.toFixed(2)} an hour, ${perDay.toFixed(0)} in 24 hours`,
  ];
}

function percentText(value: number | undefined): string {
  return (value === undefined ? '–' : value.toFixed(2)).padStart(7);
}
