/**
 * Writes what the quality meter measures of sound and of spoilt signal, for the fit of its index.
 *
 *   node dist/export-textures.js OUT DATA
 *
 * DATA holds mitdb/, nstdb/ and cinc2017/. OUT.f32 has rows, little-endian: 0 for a beat or 1 for a stretch of a
 * handheld recording, 1 or 0 for spoilt or sound, and the measures. A beat of DS1 is sound in its own record, and
 * spoilt where added noise leaves the slopes around it less than 0.9 correlated with what they were; between the two
 * it is not told. Every other handheld recording is taken: spoilt if it was labelled noisy.
 */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { recordNames } from '../../src/cli/evaluate.ts';
import { scoredReference } from '../../src/evaluate/aami.ts';
import { noiseParts } from '../../src/signal/noise-index.ts';
import { noisyRecord } from '../../src/sources/noisy-record.ts';
import { wfdbSource } from '../../src/sources/wfdb.ts';
import { openRecord, recordAnnotations } from '../../src/sources/wfdb-record.ts';
import { GRID_RATE } from '../../src/timeline/span.ts';
import { isStressed, textured } from './textured.ts';

const NOISES = [
  ['em', 12],
  ['em', 6],
  ['em', 0],
  ['ma', 6],
  ['ma', 0],
  ['bw', 0],
] as const;
const SPOILT = 0.9;
/** What is compared of a beat, grid samples around its R peak. */
const BEFORE = 72;
const AFTER = 56;
/** A handheld recording is asked every 400 ms. */
const EVERY = 100;

const [out, data] = process.argv.slice(2);
const rows: number[] = [];
const mitdb = join(data, 'mitdb');
for (const name of await recordNames(mitdb, 'ds1')) {
  const path = join(mitdb, name);
  const record = await openRecord(path);
  const beats = scoredReference(await recordAnnotations(record, 'atr')).beats.map(({ sample }) =>
    Math.round((sample / record.header.rate) * GRID_RATE),
  );
  const sound = await textured(wfdbSource(path, { speed: 'max' }));
  for (const beat of beats) {
    const texture = sound.textureAt(beat + AFTER);
    if (texture !== undefined) rows.push(0, 0, ...noiseParts(texture));
  }
  for (const [noise, decibels] of NOISES) {
    const added = { record: join(data, 'nstdb', noise), decibels, when: 'stress-test' } as const;
    const noisy = await textured(noisyRecord(path, added, { speed: 'max' }));
    for (const beat of beats) {
      if (!isStressed(beat) || beat + AFTER + 2 >= noisy.ecg.length) continue;
      const texture = noisy.textureAt(beat + AFTER);
      if (texture !== undefined && likeness(sound.ecg, noisy.ecg, beat) < SPOILT) {
        rows.push(0, 1, ...noiseParts(texture));
      }
    }
  }
  process.stderr.write(`${name}\n`);
}
for (const [name, label] of handheld(data).filter((_, i) => i % 2 === 0)) {
  const { ecg, textureAt } = await textured(wfdbSource(join(data, 'cinc2017', name), { speed: 'max' }));
  for (let at = 0; at < ecg.length; at += EVERY) {
    const texture = textureAt(at);
    if (texture !== undefined) rows.push(1, label === '~' ? 1 : 0, ...noiseParts(texture));
  }
}
await writeFile(`${out}.f32`, new Uint8Array(Float32Array.from(rows).buffer));
await writeFile(`${out}.json`, JSON.stringify({ measures: ['roughness', 'activity', 'wander', 'range'] }));

/** Names and labels of the handheld recordings. */
function handheld(folder: string): [string, string][] {
  const lines = readFileSync(join(folder, 'cinc2017/REFERENCE.csv'), 'utf8').trim().split(/\r?\n/);
  return lines.map((line) => line.split(',') as [string, string]);
}

/** Correlation of the slopes around a beat. */
function likeness(a: Float32Array, b: Float32Array, beat: number): number {
  let [aa, bb, ab] = [1e-9, 1e-9, 0];
  for (let i = Math.max(0, beat - BEFORE); i < beat + AFTER; i += 2) {
    const slopeA = a[i + 2] - a[i];
    const slopeB = b[i + 2] - b[i];
    aa += slopeA * slopeA;
    bb += slopeB * slopeB;
    ab += slopeA * slopeB;
  }
  return ab / Math.sqrt(aa * bb);
}
