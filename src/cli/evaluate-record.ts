import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BeatModel } from '../classify/beat-model.ts';
import { scoredReference } from '../evaluate/aami.ts';
import { asAnnotations, type RecordResult, scoreRecord } from '../evaluate/record.ts';
import { writeAnnotations } from '../formats/wfdb/annotations.ts';
import { wfdbSource } from '../sources/wfdb.ts';
import { openRecord, recordAnnotations } from '../sources/wfdb-record.ts';
import { judged } from './judged.ts';

/** Whose R peaks are classified: the gateway's detector's, or the reference's. */
export type Peaks = 'own' | 'reference';

/** What to do with each record. */
export interface Job {
  /** Folder of the WFDB records. */
  readonly folder: string;
  readonly peaks: Peaks;
  /** Folder for the gateway's beats as annotation files, annotator `bl`. */
  readonly annotations: string | undefined;
  /** Card of the beat model; the one that ships when undefined. */
  readonly model: string | undefined;
}

/** Extension of the gateway's annotation files. */
const ANNOTATOR = 'bl';

/** Runs one record through the gateway and scores it against its reference annotations (`.atr`). */
export async function evaluateRecord(name: string, job: Job, model: BeatModel): Promise<RecordResult> {
  const path = join(job.folder, name);
  const record = await openRecord(path);
  const { rate } = record.header;
  const reference = await recordAnnotations(record, 'atr');
  const options = job.peaks === 'own' ? {} : { referencePeaks: beatTimes(reference, rate) };

  const source = wfdbSource(path, { speed: 'max' });
  const { verdicts, duration } = await judged(source, model, options);
  const detected = asAnnotations(verdicts, rate);
  if (job.annotations !== undefined) {
    await writeFile(join(job.annotations, `${name}.${ANNOTATOR}`), writeAnnotations(detected));
  }
  return scoreRecord(reference, detected, rate, duration);
}

function beatTimes(reference: Parameters<typeof scoredReference>[0], rate: number): Float64Array {
  return Float64Array.from(scoredReference(reference).beats, ({ sample }) => sample / rate);
}
