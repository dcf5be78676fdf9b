/**
 * Prints the figures of R-peak detection: whole records, the quality gate open, a causal detector with the delay of
 * all filters. Matches as WFDB's bxb pairs beats.
 *
 *   npm run detection -- DATA
 *
 * DATA holds mitdb/, svdb/ and nstdb/. Noise is added as in the noise stress test.
 */
import { join } from 'node:path';
import { recordNames } from '../../src/cli/evaluate.ts';
import { scoredReference } from '../../src/evaluate/aami.ts';
import { matchBeats } from '../../src/evaluate/match.ts';
import { RECORD_LISTS } from '../../src/evaluate/record-lists.ts';
import { withNoise } from '../../src/sources/noisy-record.ts';
import { type Alteration, wfdbSource } from '../../src/sources/wfdb.ts';
import { openRecord, recordAnnotations } from '../../src/sources/wfdb-record.ts';
import { GRID_RATE } from '../../src/timeline/span.ts';
import { textured } from '../quality/textured.ts';
import { withLowQrs } from './low-qrs.ts';
import { rPeaks } from './r-peaks.ts';

/** Shares of their height that QRS complexes are lowered to: T waves are then about as high, or higher. */
const LOWERED = [0.2, 0.1];
const SNRS = [24, 18, 12, 6, 0, -6];
const WIDE = 0.15;
const NARROW = 0.05;

/** What was counted, and the delays of decision and offsets of the R peaks, milliseconds. */
interface Counts {
  wide: [tp: number, fn: number, fp: number];
  narrow: [tp: number, fn: number, fp: number];
  readonly delays: number[];
  readonly offsets: number[];
}

const [data] = process.argv.slice(2);
const mitdb = join(data, 'mitdb');
const all = await recordNames(mitdb, 'all');

const head = [
  'records',
  'Se',
  '+P',
  'F1',
  'missed',
  'false',
  'F1 at 50 ms',
  'offset, ms',
  'delay, ms: median',
  '99 %',
];
print(head);
print(head.map(() => '---'));
await line('mitdb', mitdb, all);
for (const list of ['ds1', 'ds2'] as const)
  await line(`mitdb, ${list.toUpperCase()}`, mitdb, RECORD_LISTS[list]);
const svdb = await recordNames(join(data, 'svdb'), 'all');
await line(`svdb, ${svdb.length} records`, join(data, 'svdb'), svdb);
const unseen = svdb.filter((_, i) => i % 2 === 1);
await line('svdb, those not trained on', join(data, 'svdb'), unseen);
for (const share of LOWERED)
  await line(`… with QRS of ${share} their height`, join(data, 'svdb'), unseen, withLowQrs(share));

process.stdout.write('\nF1 with noise added, 150 ms\n\n');
const noiseHead = ['records', 'noise', ...SNRS.map((snr) => `${snr} dB`)];
print(noiseHead);
print(noiseHead.map(() => '---'));
for (const [label, names] of [
  ['118, 119', ['118', '119']],
  ['DS2', RECORD_LISTS.ds2],
] as const) {
  for (const noise of ['em', 'ma', 'bw']) {
    const cells: string[] = [];
    for (const snr of SNRS) {
      const counts = none();
      const record = join(data, 'nstdb', noise);
      const alter = withNoise({ record, decibels: snr, when: 'stress-test' });
      for (const name of names) await count(mitdb, name, counts, alter);
      cells.push(f1(counts.wide).toFixed(2));
      process.stderr.write(`${label} ${noise} ${snr} dB\n`);
    }
    print([label, noise, ...cells]);
  }
}

async function line(
  label: string,
  folder: string,
  names: readonly string[],
  alter?: Alteration,
): Promise<void> {
  const counts = none();
  for (const name of names) await count(folder, name, counts, alter);
  const [tp, fn, fp] = counts.wide;
  const percent = (part: number, whole: number) => ((100 * part) / whole).toFixed(2);
  const quantile = (values: number[], share: number) =>
    values.sort((a, b) => a - b)[Math.floor(share * (values.length - 1))].toFixed(0);
  print([
    label,
    percent(tp, tp + fn),
    percent(tp, tp + fp),
    f1(counts.wide).toFixed(2),
    fn,
    fp,
    f1(counts.narrow).toFixed(2),
    `${quantile(counts.offsets, 0.5)} (${quantile(counts.offsets, 0.25)} to ${quantile(counts.offsets, 0.75)})`,
    quantile(counts.delays, 0.5),
    quantile(counts.delays, 0.99),
  ]);
  process.stderr.write(`${label}\n`);
}

function none(): Counts {
  return { wide: [0, 0, 0], narrow: [0, 0, 0], delays: [], offsets: [] };
}

async function count(folder: string, name: string, counts: Counts, alter?: Alteration): Promise<void> {
  const path = join(folder, name);
  const record = await openRecord(path);
  const { rate } = record.header;
  const { beats, fibrillation } = scoredReference(await recordAnnotations(record, 'atr'));
  const reference = beats.map(({ sample }) => sample);
  const peaks = rPeaks((await textured(wfdbSource(path, { speed: 'max' }, alter))).signals);
  for (const { index, decidedAt } of peaks) counts.delays.push(((decidedAt - index) / GRID_RATE) * 1000);
  const detected = peaks.map(({ index }) => Math.round((index / GRID_RATE) * rate)).sort((a, b) => a - b);
  for (const [key, window] of [
    ['wide', WIDE],
    ['narrow', NARROW],
  ] as const) {
    const tally = counts[key];
    for (const pair of matchBeats(reference, detected, Math.floor(window * rate))) {
      if (pair.detected === undefined) tally[1]++;
      else if (pair.reference !== undefined) {
        tally[0]++;
        const offset = detected[pair.detected] - reference[pair.reference];
        if (key === 'wide') counts.offsets.push((offset / rate) * 1000);
      } else {
        const at = detected[pair.detected];
        if (!fibrillation.some(([from, to]) => from <= at && at <= to)) tally[2]++;
      }
    }
  }
}

function f1([tp, fn, fp]: Counts['wide']): number {
  return (200 * tp) / (2 * tp + fn + fp);
}

function print(cells: readonly (string | number)[]): void {
  process.stdout.write(`| ${cells.join(' | ')} |\n`);
}
