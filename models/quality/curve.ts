/**
 * Prints the operating curve of the quality gate: for each threshold of a beat's doubt, which beats it refuses, how
 * many of them would have been judged wrongly, and how many of handheld recordings.
 *
 *   npm run quality -- DATA [RECORDS] [OUT]
 *
 * DATA holds mitdb/, nstdb/ and cinc2017/; RECORDS is as for `beatlens evaluate`, ds2 unless given. Noise is added
 * as in the noise stress test, of the part that the beat network did not hear in training. A verdict is spoilt where
 * no reference beat is within 150 ms, or where its class is not the one that the same beat has without noise. With
 * OUT, what the doubt is made of is written for fit.py.
 */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Beat, RPeak } from '../../src/beats/beat.ts';
import { BeatBuilder } from '../../src/beats/beat-builder.ts';
import { DOUBTED_FROM, doubt, doubtParts } from '../../src/beats/doubt.ts';
import { RPeakDetector } from '../../src/beats/r-peak-detector.ts';
import { loadBeatModel } from '../../src/classify/beat-model.ts';
import { Classifier } from '../../src/classify/classifier.ts';
import { recordNames } from '../../src/cli/evaluate.ts';
import { mean } from '../../src/dsp/mean.ts';
import { aamiClass, scoredReference } from '../../src/evaluate/aami.ts';
import { MATCH_WINDOW, matchBeats } from '../../src/evaluate/match.ts';
import { noiseLogOdds } from '../../src/signal/noise-index.ts';
import { NOISY_FROM } from '../../src/signal/quality-meter.ts';
import type { Signal } from '../../src/signal/signal.ts';
import { noisyRecord, UNHEARD_NOISE } from '../../src/sources/noisy-record.ts';
import { wfdbSource } from '../../src/sources/wfdb.ts';
import { openRecord, recordAnnotations } from '../../src/sources/wfdb-record.ts';
import { GRID_RATE } from '../../src/timeline/span.ts';
import { isStressed, type Textured, textured } from './textured.ts';

const NOISES = [
  ['em', 6],
  ['em', 0],
  ['ma', 6],
  ['ma', 0],
  ['bw', 0],
] as const;
/** Infinity: only what is too noisy for any verdict is refused. */
const THRESHOLDS = [-3, -2, -1.5, DOUBTED_FROM, -0.5, 0, Number.POSITIVE_INFINITY];
/** Where the noise index counts for a beat: where its window begins, has its middle, and ends. */
const LOOKS = [-72, 0, 57];

/** A beat that the gateway found, the gate being open. */
interface Found {
  readonly time: number;
  readonly class: string;
  /** The highest noise index in its window. */
  readonly noise: number;
  readonly doubt: number;
  readonly parts: readonly number[];
}

const [data, list = 'ds2', out] = process.argv.slice(2);
const model = await loadBeatModel();
const mitdb = join(data, 'mitdb');
const sound: (Found & { readonly reference: string })[] = [];
const noisy = NOISES.map(() => [] as (Found & { readonly spoilt: boolean })[]);

const names = await recordNames(mitdb, list);
for (const [done, name] of names.entries()) {
  const path = join(mitdb, name);
  const record = await openRecord(path);
  const { beats } = scoredReference(await recordAnnotations(record, 'atr'));
  const times = beats.map(({ sample }) => sample / record.header.rate);
  const clean = judged(await textured(wfdbSource(path, { speed: 'max' })));
  const cleanClasses = new Map<number, string>();
  for (const { reference, detected } of pairs(times, clean)) {
    if (reference === undefined || detected === undefined) continue;
    cleanClasses.set(reference, clean[detected].class);
    sound.push({ ...clean[detected], reference: aamiClass(beats[reference].symbol) });
  }
  for (const [i, [noise, decibels]] of NOISES.entries()) {
    const record = join(data, 'nstdb', noise);
    const added = { record, part: UNHEARD_NOISE, decibels, when: 'stress-test' } as const;
    const found = judged(await textured(noisyRecord(path, added, { speed: 'max' })));
    for (const { reference, detected } of pairs(times, found)) {
      if (detected === undefined || !isStressed(found[detected].time * GRID_RATE)) continue;
      const spoilt = reference === undefined || cleanClasses.get(reference) !== found[detected].class;
      noisy[i].push({ ...found[detected], spoilt });
    }
  }
  process.stderr.write(`${done + 1} of ${names.length} records\n`);
}

/** By label N, A, O and ~: the beats of each recording that the index was not fitted on. */
const handheld = new Map<string, Found[][]>();
const lines = readFileSync(join(data, 'cinc2017/REFERENCE.csv'), 'utf8').trim().split(/\r?\n/);
for (const line of lines.filter((_, i) => i % 2 === 1)) {
  const [name, label] = line.split(',');
  const found = judged(await textured(wfdbSource(join(data, 'cinc2017', name), { speed: 'max' })));
  handheld.set(label, [...(handheld.get(label) ?? []), found]);
}

const all = noisy.flat();
const spoilt = all.filter((beat) => beat.spoilt);
const right = all.filter((beat) => !beat.spoilt);
const refused = (threshold: number) => (beat: Found) => beat.noise > NOISY_FROM || beat.doubt > threshold;
const from = (threshold: number) => (threshold === DOUBTED_FROM ? `**${threshold}**` : String(threshold));
const doubts = (beats: readonly Found[]) => beats.map((beat) => beat.doubt);
const noises = (beats: readonly Found[]) => beats.map(({ noise }) => Math.max(noise, -10));

print(`Beats of ${list} that are refused (%)`, '');
table(
  ['doubt from', 'clean', 'N', 'S', 'V', ...NOISES.map((noise) => noise.join(' ')), 'spoilt', 'right'],
  THRESHOLDS.map((threshold) => {
    const isRefused = refused(threshold);
    const ofClass = (letter: string) => sound.filter(({ reference }) => reference === letter);
    const groups = [sound, ...['N', 'S', 'V'].map(ofClass), ...noisy, spoilt, right];
    return [from(threshold), ...groups.map((beats) => share(beats, isRefused))];
  }),
);
print(
  'AUC by the doubt, and by the noise index alone:',
  `spoilt against right verdicts in noise ${auc(doubts(spoilt), doubts(right))}, ${auc(noises(spoilt), noises(right))};`,
  `beats in noise against clean ones ${auc(doubts(all), doubts(sound))}, ${auc(noises(all), noises(sound))}`,
  '',
);
print('Spoilt among what is judged (%)', '');
table(
  ['noise', 'gate open', 'gate as it is'],
  NOISES.map((noise, i) => {
    const passed = noisy[i].filter((beat) => !refused(DOUBTED_FROM)(beat));
    return [noise.join(' '), ...[noisy[i], passed].map((beats) => share(beats, (beat) => beat.spoilt))];
  }),
);
print('Beats of handheld recordings that are refused (%), by label', '');
table(
  ['doubt from', ...'NAO~'],
  THRESHOLDS.map((threshold) => [
    from(threshold),
    ...[...'NAO~'].map((label) => share((handheld.get(label) ?? []).flat(), refused(threshold))),
  ]),
);
print(
  'AUC of recordings labelled ~ against the others, by their mean doubt, and their mean noise index:',
  `${auc(means('~', doubts), means('NAO', doubts))}, ${auc(means('~', noises), means('NAO', noises))}`,
);

if (out !== undefined) {
  const rows = [
    ...sound.flatMap(({ parts }) => [0, 0, ...parts]),
    ...all.flatMap((beat) => [0, beat.spoilt ? 1 : 0, ...beat.parts]),
  ];
  await writeFile(`${out}.f32`, new Uint8Array(Float32Array.from(rows).buffer));
  await writeFile(`${out}.json`, JSON.stringify({ measures: ['noise', 'logOdds'] }));
}

/** The gateway's verdicts with the gate open, and what the gate would go by. */
function judged(recording: Textured): Found[] {
  const detector = new RPeakDetector();
  const builder = new BeatBuilder();
  const classifier = new Classifier(model);
  const peaks = new Map<number, RPeak>();
  const found: Found[] = [];
  const take = (item: { readonly kind: string }) => {
    if (item.kind !== 'beat') return;
    const beat = item as Beat;
    const peak = peaks.get(beat.index) as RPeak;
    const [verdict] = classifier.push({ ...beat, flaw: undefined });
    found.push({
      time: beat.time,
      class: verdict.class,
      noise: Math.max(...LOOKS.map((look) => noiseAt(recording, beat.index + look))),
      doubt: doubt(peak),
      parts: doubtParts(peak),
    });
  };
  const hear = (item: Signal | RPeak) => {
    if (item.kind === 'r-peak') peaks.set(item.index, item);
    builder.push(item).forEach(take);
  };
  for (const signal of recording.signals) {
    for (const item of detector.push({ ...signal, flaw: undefined })) if (item.kind !== 'gap') hear(item);
  }
  detector.flush().forEach(hear);
  builder.flush().forEach(take);
  return found.sort((a, b) => a.time - b.time);
}

function noiseAt({ textureAt }: Textured, index: number): number {
  const texture = textureAt(index);
  return texture === undefined ? Number.NEGATIVE_INFINITY : noiseLogOdds(texture);
}

function pairs(times: readonly number[], found: readonly Found[]) {
  const detected = found.map(({ time }) => time);
  return matchBeats(times, detected, MATCH_WINDOW);
}

/** Of each handheld recording with one of the labels, the mean over its beats. */
function means(labels: string, of: (beats: readonly Found[]) => number[]): number[] {
  const recordings = [...labels].flatMap((label) => handheld.get(label) ?? []);
  return recordings.filter((beats) => beats.length > 0).map((beats) => mean(of(beats)));
}

/** Chance that one of the first kind lies above one of the second. */
function auc(above: readonly number[], below: readonly number[]): string {
  const ranked = [
    ...above.map((value) => ({ value, isAbove: true })),
    ...below.map((value) => ({ value, isAbove: false })),
  ].sort((a, b) => a.value - b.value);
  let seen = 0;
  let wins = 0;
  for (const { isAbove } of ranked) {
    if (isAbove) wins += seen;
    else seen++;
  }
  return (wins / (above.length * below.length)).toFixed(3);
}

function share<T>(items: readonly T[], test: (item: T) => boolean): string {
  return items.length === 0 ? '–' : ((100 * items.filter(test).length) / items.length).toFixed(1);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): void {
  for (const cells of [head, head.map(() => '---'), ...rows]) print(`| ${cells.join(' | ')} |`);
  print('');
}

function print(...lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}
