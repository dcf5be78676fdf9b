import { join } from 'node:path';
import { type Counted, figures, grossOf } from '../evaluate/figures.ts';
import type { RecordResult } from '../evaluate/record-result.ts';
import { judgedQrsScore, qrsScore, type Score } from '../evaluate/score.ts';
import { type AddedNoise, UNHEARD_NOISE } from '../sources/noisy-record.ts';
import { evaluateAll } from './evaluate-workers.ts';
import { Progress } from './progress.ts';
import type { Way } from './way.ts';

/** A way to the gateway, and what to call it. */
interface Condition {
  readonly name: string;
  readonly way: Way | undefined;
}

const NOISES = ['bw', 'em', 'ma'] as const;
const DECIBELS = [24, 18, 12, 6, 0, -6] as const;
/** The records of the noise stress test. */
const STRESSED = ['118', '119'];

/** @param nstdb folder of the noise records */
function noisy(nstdb: string, added: Pick<AddedNoise, 'when' | 'part'>): Condition[] {
  return NOISES.flatMap((noise) =>
    DECIBELS.map((decibels) => ({
      name: `${noise}, ${String(decibels).replace('-', '−')} dB`,
      way: { by: 'noise', noise: { record: join(nstdb, noise), decibels, ...added } },
    })),
  );
}

const OTHERWISE: readonly Condition[] = [
  { name: 'as recorded', way: undefined },
  { name: 'amplitude × 4', way: { by: 'gain', times: 4 } },
  { name: 'amplitude × 2', way: { by: 'gain', times: 2 } },
  { name: 'amplitude × 0.5', way: { by: 'gain', times: 0.5 } },
  { name: 'amplitude × 0.25', way: { by: 'gain', times: 0.25 } },
  { name: 'electrodes swapped (× −1)', way: { by: 'gain', times: -1 } },
  { name: 'the record’s other lead', way: { by: 'other-lead' } },
  { name: 'Polar H10, 130 Hz', way: { by: 'sensor', name: 'polar-h10' } },
  { name: 'HealthyPi Move, 128 Hz', way: { by: 'sensor', name: 'healthypi-move' } },
  { name: 'Movesense, 125 Hz', way: { by: 'sensor', name: 'movesense' } },
  { name: 'resampled to 125 Hz and back', way: { by: 'rate', rate: 125 } },
  { name: 'resampled to 512 Hz and back', way: { by: 'rate', rate: 512 } },
  { name: '1 % of frames lost', way: { by: 'losses', share: 0.01 } },
  { name: '5 % of frames lost', way: { by: 'losses', share: 0.05 } },
];

/** What one condition gave, with the quality gate open; and with it closed, as it usually is. */
interface Outcome {
  readonly name: string;
  readonly open: readonly RecordResult[];
  readonly closed: readonly Counted[];
}

/** What the tables are made from. */
export interface RobustnessJob {
  /** Folder of the MIT-BIH Arrhythmia Database, and its records that are made harder. */
  readonly mitdb: string;
  readonly names: readonly string[];
  /** Folder of the noise records. */
  readonly nstdb: string;
  readonly model: string | undefined;
}

/** Detection, classification, and detection under the noise stress test, as tables of Markdown. */
export async function robustnessTables({ mitdb, names, nstdb, model }: RobustnessJob): Promise<string[][]> {
  const stressed = noisy(nstdb, { when: 'stress-test' });
  const conditions = [...OTHERWISE, ...noisy(nstdb, { when: 'always', part: UNHEARD_NOISE })];
  const runs = conditions.length * names.length + stressed.length * STRESSED.length;
  const progress = new Progress(runs, 'runs of a record', 100);
  const evaluate = (records: readonly string[], way: Way | undefined) => {
    const job = { folder: mitdb, peaks: 'own', model, judgeNoisy: true, ...(way && { way }) } as const;
    return evaluateAll(records, job, () => progress.advance());
  };
  try {
    const outcomes: Outcome[] = [];
    for (const { name, way } of conditions) {
      const open = await evaluate(names, way);
      outcomes.push({ name, open, closed: open.map((result) => ({ ...result, confusion: result.gated })) });
    }
    const found = new Map<string, Score>();
    for (const { name, way } of stressed) {
      found.set(name, figures(await evaluate(STRESSED, way)).qrs);
    }
    return [detectionTable(outcomes), classificationTable(outcomes), stressTable(found)];
  } finally {
    progress.end();
  }
}

/** Gate open: every beat that was found. Gate closed: those that were also judged. */
function detectionTable(outcomes: readonly Outcome[]): string[] {
  return [
    '| QRS | gate open: Se | +P | F1 | gate closed: Se | +P | F1 |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...outcomes.map(({ name, closed }) => {
      const confusion = grossOf(closed.map((result) => result.confusion));
      return row(name, ...percentages(qrsScore(confusion)), ...percentages(judgedQrsScore(confusion)));
    }),
  ];
}

function classificationTable(outcomes: readonly Outcome[]): string[] {
  return [
    '| classes | gate open: VEB F1 | SVEB F1 | gate closed: VEB F1 | SVEB F1 | not judged |',
    '| --- | --- | --- | --- | --- | --- |',
    ...outcomes.map(({ name, closed, open }) => {
      const confusion = grossOf(closed.map((result) => result.confusion));
      const found = confusion.sum('NSVFQO', 'nsvfq');
      const unjudged = (100 * confusion.sum('NSVFQO', 'q')) / found;
      const f1s = [open, closed].flatMap((results) => {
        const { veb, sveb } = figures(results);
        return [percent(veb?.f1), percent(sveb?.f1)];
      });
      return row(name, ...f1s, `${unjudged.toFixed(1)} %`);
    }),
  ];
}

/** F1 of QRS detection, a row a kind of noise. */
function stressTable(found: ReadonlyMap<string, Score>): string[] {
  const scores = [...found.values()];
  return [
    `| QRS F1, noise stress test | ${DECIBELS.map((decibels) => `${String(decibels).replace('-', '−')} dB`).join(' | ')} |`,
    `| --- |${' --- |'.repeat(DECIBELS.length)}`,
    ...NOISES.map((noise, n) =>
      row(
        noise,
        ...scores.slice(n * DECIBELS.length, (n + 1) * DECIBELS.length).map(({ f1 }) => percent(f1)),
      ),
    ),
  ];
}

function percentages({ se, ppv, f1 }: Score): string[] {
  return [percent(se), percent(ppv), percent(f1)];
}

function percent(value: number | undefined): string {
  return value === undefined ? '–' : value.toFixed(2);
}

function row(...cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
