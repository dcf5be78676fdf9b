/**
 * Writes what the R-peak detector judges its humps by, and which of them are QRS complexes: for the training of the
 * network that confirms them. Humps are judged in the state that earlier decisions left, so they depend on who
 * decides: at first the reference annotations, then the network as trained so far, so that it learns to get out of
 * its own mistakes.
 *
 *   node dist/export-humps.js OUT DATA reference|WEIGHTS
 *
 * DATA holds mitdb/, svdb/ and nstdb/. OUT.f32 has a row a hump, little-endian: 1 or 0, whether it is a QRS, and the
 * inputs; OUT.json the number of inputs, and of the rows of each record.
 */
import { readFileSync } from 'node:fs';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lastValueFrom } from 'rxjs';
import { confirmer } from '../../src/beats/qrs-confirmer.ts';
import { INPUTS } from '../../src/beats/qrs-memory.ts';
import { RPeakDetector } from '../../src/beats/r-peak-detector.ts';
import { recordNames } from '../../src/cli/evaluate.ts';
import { scoredReference } from '../../src/evaluate/aami.ts';
import { AnySensor } from '../../src/sensors/any-sensor.ts';
import { Conditioner } from '../../src/signal/conditioner.ts';
import { noisyRecord } from '../../src/sources/noisy-record.ts';
import type { Source } from '../../src/sources/source.ts';
import { wfdbSource } from '../../src/sources/wfdb.ts';
import { openRecord, recordAnnotations } from '../../src/sources/wfdb-record.ts';
import { StageClock, through } from '../../src/stage.ts';
import { GRID_RATE } from '../../src/timeline/span.ts';
import { Timeline } from '../../src/timeline/timeline.ts';
import { withLowQrs } from './low-qrs.ts';

/** Kept out of DS1: the noise stress test is made of them. */
const STRESSED = ['118', '119'];
const NOISES = [
  ['em', 12],
  ['em', 6],
  ['em', 0],
  ['ma', 6],
] as const;
/** The stress test adds minutes 5 and 6, 9 and 10 … of the noise; training has minutes 7 and 8, 11 and 12 … */
const OTHER_NOISE_SECONDS = 120;
/** Heights that every QRS of a record is lowered to, record after record: as high as its T wave, more or less. */
const LOW_QRS = [0.12, 0.18, 0.25, 0.35];
/** A hump is that of a QRS up to here from its annotation, none from there on; the rest is not told. Seconds. */
const SURE = 0.12;
const NONE = 0.14;
/** Of several humps at one QRS the nearest is it; others are none if it is this near and they so much farther. */
const NEAR = 0.048;
const FARTHER = 0.04;

const [out, data, policy] = process.argv.slice(2);
const weights = policy === 'reference' ? undefined : JSON.parse(readFileSync(policy, 'utf8'));
const file = await open(`${out}.f32`, 'w');
const records: { kind: string; record: string; rows: number }[] = [];

const ds1 = (await recordNames(join(data, 'mitdb'), 'ds1')).filter((name) => !STRESSED.includes(name));
const svdb = (await recordNames(join(data, 'svdb'), 'all')).filter((_, i) => i % 2 === 0);
for (const name of ds1) {
  const path = join(data, 'mitdb', name);
  await exportRecord('clean', path, wfdbSource(path, { speed: 'max' }));
  for (const [noise, decibels] of NOISES) {
    const record = join(data, 'nstdb', noise);
    const added = { record, decibels, from: OTHER_NOISE_SECONDS, when: 'stress-test' } as const;
    await exportRecord('noisy', path, noisyRecord(path, added, { speed: 'max' }));
  }
}
for (const name of svdb) {
  const path = join(data, 'svdb', name);
  await exportRecord('svdb', path, wfdbSource(path, { speed: 'max' }));
}
const everybody = [
  ...ds1.map((name) => join(data, 'mitdb', name)),
  ...svdb.map((name) => join(data, 'svdb', name)),
];
for (const [i, path] of everybody.entries()) {
  const lowered = withLowQrs(LOW_QRS[i % LOW_QRS.length]);
  await exportRecord('low-qrs', path, wfdbSource(path, { speed: 'max' }, lowered));
}
await file.close();
await writeFile(`${out}.json`, JSON.stringify({ inputs: INPUTS, records }));

async function exportRecord(kind: string, path: string, source: Source): Promise<void> {
  const record = await openRecord(path);
  const reference = scoredReference(await recordAnnotations(record, 'atr'));
  const beats = reference.beats.map(({ sample }) => (sample / record.header.rate) * GRID_RATE);
  const nearest = nearestOf(beats);
  const middles: number[] = [];
  const inputs: number[] = [];
  const decide = weights === undefined ? undefined : confirmer(weights);
  const judge = (x: Float64Array, middle: number) => {
    middles.push(middle);
    inputs.push(...x);
    if (decide !== undefined) return decide(x);
    return Math.abs(beats[nearest(middle)] - middle) <= SURE * GRID_RATE ? 10 : -10;
  };
  const clock = new StageClock();
  await lastValueFrom(
    source.items.pipe(
      through('decode', () => new AnySensor(), clock),
      through('timeline', () => new Timeline(), clock),
      through('signal', () => new Conditioner(), clock),
      through('r-peaks', () => new RPeakDetector(judge), clock),
    ),
    { defaultValue: undefined },
  );
  const fibrillation = reference.fibrillation.map((episode) =>
    episode.map((sample) => (sample / record.header.rate) * GRID_RATE),
  );
  const rows: number[] = [];
  for (const [i, label] of labels(middles, beats, nearest).entries()) {
    const unscored = fibrillation.some(([from, to]) => from <= middles[i] && middles[i] <= to);
    if (label === undefined || unscored) continue;
    rows.push(label, ...inputs.slice(i * INPUTS, (i + 1) * INPUTS));
  }
  await file.write(new Uint8Array(Float32Array.from(rows).buffer));
  records.push({ kind, record: path, rows: rows.length / (INPUTS + 1) });
  process.stderr.write(`${kind} ${path}: ${middles.length} humps\n`);
}

/** 1 for a QRS, 0 for none, undefined where that is not clear. */
function labels(
  middles: readonly number[],
  beats: readonly number[],
  nearest: (middle: number) => number,
): (0 | 1 | undefined)[] {
  const distance = (middle: number) => Math.abs(beats[nearest(middle)] - middle) / GRID_RATE;
  const least = new Float64Array(beats.length).fill(Number.POSITIVE_INFINITY);
  for (const middle of middles) {
    const beat = nearest(middle);
    least[beat] = Math.min(least[beat], distance(middle));
  }
  return middles.map((middle) => {
    const own = distance(middle);
    const best = least[nearest(middle)];
    if (own > NONE || (best <= NEAR && own > best + FARTHER)) return 0;
    return own <= NEAR || (own === best && own <= SURE) ? 1 : undefined;
  });
}

/** Finds the position of the beat that is nearest to a grid index. */
function nearestOf(beats: readonly number[]): (middle: number) => number {
  return (middle) => {
    let low = 0;
    let high = beats.length - 1;
    while (low < high) {
      const half = (low + high) >> 1;
      if (Math.abs(beats[half + 1] - middle) < Math.abs(beats[half] - middle)) low = half + 1;
      else high = half;
    }
    return low;
  };
}
