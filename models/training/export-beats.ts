/**
 * Writes the model inputs of every beat of recordings, as the gateway itself makes them: the preprocessing of
 * training is the gateway's own because it is the gateway.
 *
 *   node dist/export-beats.js OUT reference|own FOLDER LIST          annotated records, named as for `beatlens evaluate`
 *   node dist/export-beats.js OUT reference|own FOLDER LIST other    the same, by the lead that is not their usual one
 *   node dist/export-beats.js OUT own FOLDER NAMES.txt               records without annotations, a name a line
 *   node dist/export-beats.js OUT own RECORDING                      a capture
 *
 * OUT.waveform.f32 and OUT.rhythm.f32 hold the inputs, little-endian, beat after beat; OUT.json the recording, the
 * AAMI class and the time of each. With `own` the R peaks are the detector's; a beat that matches no annotation has
 * the class "O", as has every beat where there are none.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { RHYTHM_FEATURES } from '../../src/beats/rhythm.ts';
import { WAVEFORM_CHANNELS, WAVEFORM_STEPS } from '../../src/beats/waveform.ts';
import type { Verdict } from '../../src/classify/verdict.ts';
import { recordNames } from '../../src/cli/evaluate.ts';
import { judged } from '../../src/cli/judged.ts';
import { sourceBy } from '../../src/cli/way.ts';
import { concatenated } from '../../src/dsp/concatenated.ts';
import { aamiClass, scoredReference } from '../../src/evaluate/aami.ts';
import type { ReferenceLetter } from '../../src/evaluate/confusion.ts';
import { MATCH_WINDOW, matchBeats } from '../../src/evaluate/match.ts';
import { openSource } from '../../src/sources/open.ts';
import { openRecord, recordAnnotations } from '../../src/sources/wfdb-record.ts';
import { untrained } from './untrained.ts';

const [out, peaks, path, list, lead] = process.argv.slice(2);
const withoutAnnotations = list === undefined || list.endsWith('.txt');
const recordings = list === undefined ? [path] : (await names(list)).map((name) => join(path, name));
const verdicts: Verdict[] = [];
const beats: { record: string; class: ReferenceLetter; time: number; usable: boolean }[] = [];

for (const recording of recordings) {
  const { times, classes } = await annotated(recording);
  const source =
    lead === 'other'
      ? sourceBy({ by: 'other-lead' }, recording)
      : await openSource(recording, { speed: 'max' });
  const found = await judged(source, untrained, peaks === 'reference' ? { referencePeaks: times } : {});
  const letters = new Array<ReferenceLetter>(found.verdicts.length).fill('O');
  if (peaks === 'reference') {
    // They come out one for one, though a fiducial point may have moved.
    letters.splice(0, letters.length, ...classes.slice(0, letters.length));
  } else {
    const detected = found.verdicts.map(({ beat }) => beat.time);
    for (const pair of matchBeats(times, detected, MATCH_WINDOW)) {
      if (pair.reference === undefined || pair.detected === undefined) continue;
      letters[pair.detected] = classes[pair.reference];
    }
  }
  for (const [i, { beat }] of found.verdicts.entries()) {
    const usable = beat.flaw === undefined;
    beats.push({ record: basename(recording), class: letters[i], time: beat.time, usable });
  }
  verdicts.push(...found.verdicts);
  process.stderr.write(`${basename(recording)}: ${found.verdicts.length} beats, ${times.length} annotated\n`);
}

await write(
  'waveform',
  verdicts.map(({ beat }) => beat.waveform),
);
await write(
  'rhythm',
  verdicts.map(({ beat }) => beat.rhythm),
);
await writeFile(
  `${out}.json`,
  JSON.stringify({
    steps: WAVEFORM_STEPS,
    channels: WAVEFORM_CHANNELS,
    rhythmFeatures: RHYTHM_FEATURES,
    beats,
  }),
);

async function write(name: string, rows: readonly Float32Array[]): Promise<void> {
  await writeFile(`${out}.${name}.f32`, new Uint8Array(concatenated(rows).buffer));
}

async function names(list: string): Promise<readonly string[]> {
  return withoutAnnotations ? (await readFile(list, 'utf8')).trim().split('\n') : recordNames(path, list);
}

/** Times (seconds) and classes of a record's annotated beats. */
async function annotated(recording: string): Promise<{ times: Float64Array; classes: ReferenceLetter[] }> {
  if (withoutAnnotations) return { times: new Float64Array(0), classes: [] };
  const record = await openRecord(recording);
  const reference = scoredReference(await recordAnnotations(record, 'atr')).beats;
  return {
    times: Float64Array.from(reference, ({ sample }) => sample / record.header.rate),
    classes: reference.map(({ symbol }) => aamiClass(symbol)),
  };
}
