/**
 * Writes the model inputs of every beat of recordings, as the gateway itself makes them: the preprocessing of
 * training is the gateway's own because it is the gateway.
 *
 *   node dist/export-beats.js OUT reference|own RECORDING [RECORDING …]
 *
 * OUT.waveform.f32 and OUT.rhythm.f32 hold the inputs, little-endian, beat after beat; OUT.json the recording, the
 * annotated symbol and the time of each. With `own` the R peaks are the detector's; a beat that no annotation lies
 * within 150 ms of has the symbol "x", as has every beat of a capture, which has no annotations.
 */
import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { lastValueFrom, tap } from 'rxjs';
import { RHYTHM_FEATURES } from '../../src/beats/rhythm.ts';
import { WAVEFORM_CHANNELS, WAVEFORM_STEPS } from '../../src/beats/waveform.ts';
import type { BeatModel } from '../../src/classify/beat-model.ts';
import type { ModelCard } from '../../src/classify/model-card.ts';
import { CLASSES, type Verdict } from '../../src/classify/verdict.ts';
import { isBeat } from '../../src/formats/wfdb/annotation.ts';
import { gateway } from '../../src/gateway.ts';
import { isCapture, openSource } from '../../src/sources/open.ts';
import { openRecord, recordAnnotations } from '../../src/sources/wfdb-record.ts';
import { StageClock } from '../../src/stage.ts';

const MATCH_SECONDS = 0.15;

/** Judges nothing: every beat is normal, none is flagged. Only the inputs that it is given matter here. */
const untrained: BeatModel = {
  card: { temperature: 1, thresholds: { S: 2, V: 2, F: 2 } } as unknown as ModelCard,
  scores: () => new Float32Array(CLASSES.length),
  featureMaps: () => new Float32Array(0),
};

const [out, peaks, ...recordings] = process.argv.slice(2);
const waveforms: Float32Array[] = [];
const rhythms: Float32Array[] = [];
const beats: { record: string; symbol: string; time: number; usable: boolean }[] = [];

for (const path of recordings) {
  const { times, symbols } = await annotated(path);
  const verdicts: Verdict[] = [];
  const source = await openSource(path, { speed: 'max' });
  const options = peaks === 'reference' ? { referencePeaks: times } : {};
  await lastValueFrom(
    gateway(source, untrained, new StageClock(), options).pipe(
      tap((item) => {
        if (item.kind === 'explained') verdicts.push(item.verdict);
      }),
    ),
  );
  let nearest = 0;
  for (const [i, { beat }] of verdicts.entries()) {
    while (Math.abs(times[nearest + 1] - beat.time) <= Math.abs(times[nearest] - beat.time)) nearest++;
    // Reference peaks come out one for one, though a fiducial point may have moved.
    const match = peaks === 'reference' ? i : nearest;
    const matches = peaks === 'reference' || Math.abs(times[match] - beat.time) <= MATCH_SECONDS;
    const symbol = matches ? symbols[match] : 'x';
    beats.push({ record: basename(path), symbol, time: beat.time, usable: beat.flaw === undefined });
    waveforms.push(beat.waveform);
    rhythms.push(beat.rhythm);
  }
  process.stderr.write(`${basename(path)}: ${verdicts.length} beats, ${times.length} annotated\n`);
}

await writeFile(`${out}.waveform.f32`, joined(waveforms, WAVEFORM_STEPS * WAVEFORM_CHANNELS));
await writeFile(`${out}.rhythm.f32`, joined(rhythms, RHYTHM_FEATURES.length));
await writeFile(
  `${out}.json`,
  JSON.stringify({
    steps: WAVEFORM_STEPS,
    channels: WAVEFORM_CHANNELS,
    rhythmFeatures: RHYTHM_FEATURES,
    beats,
  }),
);

/** Times (seconds) and symbols of a record's annotated beats; a capture has none. */
async function annotated(path: string): Promise<{ times: Float64Array; symbols: string[] }> {
  if (await isCapture(path)) return { times: new Float64Array(0), symbols: [] };
  const record = await openRecord(path);
  const annotations = (await recordAnnotations(record, 'atr')).filter(({ symbol }) => isBeat(symbol));
  return {
    times: Float64Array.from(annotations, ({ sample }) => sample / record.header.rate),
    symbols: annotations.map(({ symbol }) => symbol),
  };
}

function joined(rows: readonly Float32Array[], width: number): Uint8Array {
  const all = new Float32Array(rows.length * width);
  for (const [i, row] of rows.entries()) all.set(row, i * width);
  return new Uint8Array(all.buffer);
}
