import { mkdir, readdir } from 'node:fs/promises';
import { parentPort } from 'node:worker_threads';
import { Command, Option } from 'commander';
import { Confusion } from '../evaluate/confusion.ts';
import type { RecordResult } from '../evaluate/record.ts';
import { RECORD_LISTS, SUBJECT_OF_DS1 } from '../evaluate/record-lists.ts';
import { accuracy, qrsScore, type Score, svebScore, vebScore } from '../evaluate/score.ts';
import { InputError } from '../formats/input-error.ts';
import type { Job, Peaks } from './evaluate-record.ts';
import { evaluateAll, serve } from './evaluate-workers.ts';
import { UsageError } from './usage-error.ts';

interface EvaluateOptions {
  readonly records: string;
  readonly peaks: Peaks;
  readonly annotations?: string;
  readonly model?: string;
  readonly json?: boolean;
}

/** `beatlens evaluate DIR` */
export function evaluateCommand(): Command {
  return new Command('evaluate')
    .description('Score the gateway on a folder of annotated WFDB records by EC57, on all processor cores.')
    .argument('<dir>', 'folder with the records and their reference annotations (.atr)')
    .option('--records <list>', 'all, ds1, ds2, or names with commas between', 'all')
    .addOption(
      new Option('--peaks <whose>', "classify the beats of the gateway's own detector, or of the reference")
        .choices(['own', 'reference'])
        .default('own'),
    )
    .option('--annotations <out>', "folder for the gateway's beats as annotation files (annotator bl)")
    .option(
      '--model <file>',
      'beat model, by its card, such as models/beat-tiny.json (default: models/beat.json)',
    )
    .option('--json', 'one JSON object a line on stdout; logs on stderr')
    .addHelpText(
      'after',
      `
Whole records from their first sample, lead MLII or else the first, matches within 150 ms. Records with paced
beats count for QRS detection only.

Examples:
  $ beatlens evaluate mitdb --records ds2
  $ beatlens evaluate mitdb --records ds2 --peaks reference --json | jq 'select(.type == "summary")'
  $ beatlens evaluate mitdb --records 100,119 --annotations out && rdann -r mitdb/100 -a bl`,
    )
    .action(evaluate);
}

async function evaluate(folder: string, options: EvaluateOptions): Promise<void> {
  if (parentPort) return serve(parentPort);
  const names = await recordNames(folder, options.records);
  const { peaks, annotations, model } = options;
  if (annotations !== undefined) await mkdir(annotations, { recursive: true });
  const progress = new Progress(names.length);
  const job: Job = { folder, peaks, annotations, model };
  const results = await evaluateAll(names, job, () => progress.advance()).finally(() => progress.end());
  const lines = options.json ? asJson(names, results, peaks) : asTable(names, results, peaks);
  process.stdout.write(`${lines.join('\n')}\n`);
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
  const names = RECORD_LISTS[wanted] ?? [...new Set(wanted.split(','))];
  if (names.includes('')) {
    throw new UsageError(
      `--records ${wanted} has an empty name; give all, ds1, ds2, or names such as 100,119`,
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

/** The figures of some records together. */
export interface Figures {
  /** Seconds of signal. */
  readonly time: number;
  /** Reference beats. */
  readonly beats: number;
  readonly qrs: Score;
  /** Undefined where only paced records are counted. */
  readonly veb: Score | undefined;
  readonly sveb: Score | undefined;
  readonly accuracy: number | undefined;
}

export function figures(results: readonly RecordResult[]): Figures {
  const all = grossOf(results);
  const unpaced = results.filter(({ paced }) => !paced);
  const classes = unpaced.length > 0 ? grossOf(unpaced) : undefined;
  return {
    time: results.reduce((sum, { duration }) => sum + duration, 0),
    beats: all.sum('NSVFQ', 'nsvfqo'),
    qrs: qrsScore(all),
    veb: classes && vebScore(classes),
    sveb: classes && svebScore(classes),
    accuracy: classes && accuracy(classes),
  };
}

function grossOf(results: readonly RecordResult[]): Confusion {
  const gross = new Confusion();
  for (const { confusion } of results) gross.add(confusion);
  return gross;
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

/** Percentages to two decimals; null where there are none. */
function rounded({ time, beats, qrs, veb, sveb, accuracy }: Figures) {
  const percent = (value: number | undefined) => (value === undefined ? null : Math.round(100 * value) / 100);
  const score = (s: Score | undefined) =>
    s === undefined ? null : { ...s, se: percent(s.se), ppv: percent(s.ppv), f1: percent(s.f1) };
  return { time, beats, qrs: score(qrs), veb: score(veb), sveb: score(sveb), accuracy: percent(accuracy) };
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
  return [
    `EC57, whole records, matches within 150 ms, R peaks: ${peaks === 'own' ? "the gateway's own" : 'reference'}`,
    '',
    '                           QRS                    VEB                   SVEB',
    `${'record'.padEnd(8)}  ${'beats'.padStart(7)}${'       Se     +P     F1'.repeat(3)}      Acc`,
    ...names.map((name, i) => row(name, figures([results[i]]))),
    row('gross', figures(results)),
    ...(without ? [row(`no ${SUBJECT_OF_DS1}`, without)] : []),
  ];
}

function percentText(value: number | undefined): string {
  return (value === undefined ? '–' : value.toFixed(2)).padStart(7);
}

/** How far the work is, on stderr: on one line where someone watches, else now and then. */
class Progress {
  #done = 0;
  readonly #total: number;

  constructor(total: number) {
    this.#total = total;
  }

  advance(): void {
    this.#done++;
    const said = `${this.#done} of ${this.#total} records`;
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${said}`);
    else if (this.#done % 10 === 0 || this.#done === this.#total) process.stderr.write(`beatlens: ${said}\n`);
  }

  end(): void {
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  }
}
