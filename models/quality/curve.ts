/**
 * Prints the operating curve of the quality gate: for each threshold of the noise index, which beats it refuses, how
 * many of them would have been judged wrongly, and how much of handheld recordings.
 *
 *   npm run quality -- DATA [RECORDS]
 *
 * DATA holds mitdb/, nstdb/ and cinc2017/; RECORDS is as for `beatlens evaluate`, ds2 unless given. Noise is added
 * as in the noise stress test. A verdict is spoilt where no reference beat is within 150 ms, or where its class is
 * not the one that the same beat has without noise.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Beat } from '../../src/beats/beat.ts';
import { BeatBuilder } from '../../src/beats/beat-builder.ts';
import { RPeakDetector } from '../../src/beats/r-peak-detector.ts';
import { loadBeatModel } from '../../src/classify/beat-model.ts';
import { Classifier } from '../../src/classify/classifier.ts';
import { recordNames } from '../../src/cli/evaluate.ts';
import { aamiClass, scoredReference } from '../../src/evaluate/aami.ts';
import { MATCH_WINDOW, matchBeats } from '../../src/evaluate/match.ts';
import { noiseLogOdds } from '../../src/signal/noise-index.ts';
import { NOISY_FROM } from '../../src/signal/quality-meter.ts';
import { noisyRecord } from '../../src/sources/noisy-record.ts';
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
const THRESHOLDS = [0, 1, 2, 3, 4, NOISY_FROM, 6, 7].sort((a, b) => a - b);
/** What the gate looks at of a beat: where its window begins, has its middle, and ends. */
const LOOKS = [-72, 0, 57];

/** A beat that the gateway found, the gate being open. */
interface Found {
  readonly time: number;
  readonly class: string;
  readonly noise: number;
}

const [data, list = 'ds2'] = process.argv.slice(2);
const model = await loadBeatModel();
const mitdb = join(data, 'mitdb');
const sound: { class: string; noise: number }[] = [];
const noisy = NOISES.map(() => [] as { spoilt: boolean; noise: number }[]);

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
    sound.push({ class: aamiClass(beats[reference].symbol), noise: clean[detected].noise });
  }
  for (const [i, [noise, decibels]] of NOISES.entries()) {
    const added = { record: join(data, 'nstdb', noise), decibels, when: 'stress-test' } as const;
    const found = judged(await textured(noisyRecord(path, added, { speed: 'max' })));
    for (const { reference, detected } of pairs(times, found)) {
      if (detected === undefined || !isStressed(found[detected].time * GRID_RATE)) continue;
      const spoilt = reference === undefined || cleanClasses.get(reference) !== found[detected].class;
      noisy[i].push({ spoilt, noise: found[detected].noise });
    }
  }
  process.stderr.write(`${done + 1} of ${names.length} records\n`);
}

/** By label N, A, O and ~: of each recording, the log odds at every 400 ms. */
const handheld = new Map<string, number[][]>();
const lines = readFileSync(join(data, 'cinc2017/REFERENCE.csv'), 'utf8').trim().split(/\r?\n/);
// The half that the index was not fitted on
for (const line of lines.filter((_, i) => i % 2 === 1)) {
  const [name, label] = line.split(',');
  const recording = await textured(wfdbSource(join(data, 'cinc2017', name), { speed: 'max' }));
  const odds: number[] = [];
  for (let at = 2 * GRID_RATE; at < recording.ecg.length; at += 100) odds.push(noiseAt(recording, at));
  handheld.set(label, [...(handheld.get(label) ?? []), odds]);
}

const share = <T>(items: readonly T[], test: (item: T) => boolean) =>
  items.length === 0 ? '–' : ((100 * items.filter(test).length) / items.length).toFixed(1);
const row = (cells: readonly (string | number)[]) => process.stdout.write(`| ${cells.join(' | ')} |\n`);
const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]) => {
  row(head);
  row(head.map(() => '---'));
  rows.forEach(row);
  process.stdout.write('\n');
};
const all = noisy.flat();
const from = (threshold: number) => (threshold === NOISY_FROM ? `**${threshold}**` : threshold);

process.stdout.write(
  `Beats of ${list} (%); AUC ${auc(spoiltOdds(true), spoiltOdds(false)).toFixed(3)} of spoilt `,
);
process.stdout.write(
  `against right verdicts, ${auc(odds(all), odds(sound)).toFixed(3)} of noisy against clean beats\n\n`,
);
table(
  [
    'refused from',
    'clean',
    'clean V',
    'clean S',
    ...NOISES.map((noise) => noise.join(' ')),
    'spoilt caught',
    'right refused',
  ],
  THRESHOLDS.map((threshold) => [
    from(threshold),
    share(sound, ({ noise }) => noise > threshold),
    ...['V', 'S'].map((letter) =>
      share(
        sound.filter((beat) => beat.class === letter),
        ({ noise }) => noise > threshold,
      ),
    ),
    ...noisy.map((beats) => share(beats, ({ noise }) => noise > threshold)),
    share(
      all.filter(({ spoilt }) => spoilt),
      ({ noise }) => noise > threshold,
    ),
    share(
      all.filter(({ spoilt }) => !spoilt),
      ({ noise }) => noise > threshold,
    ),
  ]),
);
process.stdout.write('Spoilt among what is judged (%)\n\n');
table(
  ['noise', 'gate open', `from ${NOISY_FROM}`],
  NOISES.map((noise, i) => [
    noise.join(' '),
    share(noisy[i], ({ spoilt }) => spoilt),
    share(
      noisy[i].filter((beat) => beat.noise <= NOISY_FROM),
      ({ spoilt }) => spoilt,
    ),
  ]),
);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const usable = ['N', 'A', 'O'].flatMap((label) => (handheld.get(label) ?? []).map(mean));
process.stdout.write(
  'Handheld recordings of cinc2017 that the index was not fitted on: share of time refused (%); ',
);
process.stdout.write(
  `AUC of ~ against the rest, by the mean index, ${auc((handheld.get('~') ?? []).map(mean), usable).toFixed(3)}\n\n`,
);
table(
  ['refused from', ...'NAO~'].map(String),
  THRESHOLDS.map((threshold) => [
    from(threshold),
    ...[...'NAO~'].map((label) => share((handheld.get(label) ?? []).flat(), (odds) => odds > threshold)),
  ]),
);

/** The gateway's verdicts with the gate open, and the noise index of each beat. */
function judged(recording: Textured): Found[] {
  const detector = new RPeakDetector();
  const builder = new BeatBuilder();
  const classifier = new Classifier(model);
  const found: Found[] = [];
  const take = (items: readonly { readonly kind: string }[]) => {
    for (const item of items) {
      if (item.kind !== 'beat') continue;
      const beat = item as Beat;
      const noise = Math.max(...LOOKS.map((look) => noiseAt(recording, beat.index + look)));
      for (const verdict of classifier.push(beat))
        found.push({ time: beat.time, class: verdict.class, noise });
    }
  };
  for (const signal of recording.signals) {
    for (const item of detector.push({ ...signal, flaw: undefined })) take(builder.push(item));
  }
  for (const peak of detector.flush()) take(builder.push(peak));
  take(builder.flush());
  return found.sort((a, b) => a.time - b.time);
}

function noiseAt({ textureAt }: Textured, index: number): number {
  const texture = textureAt(index);
  return texture === undefined ? Number.NEGATIVE_INFINITY : noiseLogOdds(texture);
}

function pairs(times: readonly number[], found: readonly Found[]) {
  return matchBeats(
    times,
    found.map(({ time }) => time),
    MATCH_WINDOW,
  );
}

function odds(beats: readonly { readonly noise: number }[]): number[] {
  return beats.map(({ noise }) => noise);
}

function spoiltOdds(wanted: boolean): number[] {
  return odds(all.filter(({ spoilt }) => spoilt === wanted));
}

/** Chance that one of the first kind lies above one of the second. */
function auc(above: readonly number[], below: readonly number[]): number {
  const ranked = [...above.map((value) => [value, 1]), ...below.map((value) => [value, 0])].sort(
    (a, b) => a[0] - b[0],
  );
  let seen = 0;
  let wins = 0;
  for (const [, isAbove] of ranked) {
    if (isAbove === 1) wins += seen;
    else seen++;
  }
  return wins / (above.length * below.length);
}
