import { join } from 'node:path';
import type { BeatModel } from '../classify/beat-model.ts';
import type { Verdict } from '../classify/verdict.ts';
import { scoredReference } from '../evaluate/aami.ts';
import { delaysOf } from '../evaluate/delays.ts';
import { MATCH_WINDOW, NEAR_WINDOW } from '../evaluate/match.ts';
import { type Comparison, type DetectedBeat, scoreRecord } from '../evaluate/record.ts';
import type { RecordResult } from '../evaluate/record-result.ts';
import { isError, type WorstStretch, worstStretch } from '../evaluate/worst-stretch.ts';
import type { Explanation } from '../explain/explanation.ts';
import { writeAnnotations } from '../formats/wfdb/annotations.ts';
import { writeWhole } from '../outputs/write-whole.ts';
import type { Signal } from '../signal/signal.ts';
import { openRecord, recordAnnotations } from '../sources/wfdb-record.ts';
import { GRID_RATE } from '../timeline/span.ts';
import { judged } from './judged.ts';
import { sourceBy, type Way } from './way.ts';

/** Whose R peaks are classified: the gateway's detector's, or the reference's. */
export type Peaks = 'own' | 'reference';

/** What to do with each record. */
export interface Job {
  /** Folder of the WFDB records. */
  readonly folder: string;
  readonly peaks: Peaks;
  /** Folder for the gateway's beats as annotation files, annotator `bl`. */
  readonly annotations?: string | undefined;
  /** Card of the beat model; the one that ships when undefined. */
  readonly model?: string | undefined;
  /** Whether to keep the signal and the explanations of each record's worst thirty seconds. */
  readonly pictures?: boolean;
  /** How the record reaches the gateway; over a perfect link from a patch when undefined. */
  readonly way?: Way;
  /** Whether beats in noise are judged all the same; `gated` tells what it would be otherwise. */
  readonly judgeNoisy?: boolean;
}

/** Extension of the gateway's annotation files. */
const ANNOTATOR = 'bl';

/** Runs one record through the gateway and scores it against its reference annotations (`.atr`). */
export async function evaluateRecord(name: string, job: Job, model: BeatModel): Promise<RecordResult> {
  const path = join(job.folder, name);
  const record = await openRecord(path);
  const { rate } = record.header;
  const reference = await recordAnnotations(record, 'atr');
  const referencePeaks = job.peaks === 'own' ? undefined : beatTimes(reference, rate);

  const signal: Signal[] = [];
  const explanations = new Map<number, Explanation>();
  const options = { referencePeaks, judgeNoisy: job.judgeNoisy };
  const { verdicts, duration } = await judged(sourceBy(job.way, path), model, options, (item) => {
    if (!job.pictures) return;
    if (item.kind === 'signal') signal.push(item);
    if (item.kind === 'alert') explanations.set(item.verdict.beat.index, item.explanation);
  });
  const inOrder = verdicts.toSorted((a, b) => a.beat.time - b.beat.time);
  const detected = inOrder.map((verdict) => detectedBeat(verdict, rate));
  if (job.annotations !== undefined) await writeBeats(join(job.annotations, name), detected);
  const compare = (beats: readonly DetectedBeat[], window: number) =>
    scoreRecord(reference, beats, rate, duration, window);
  const comparison = compare(detected, MATCH_WINDOW);
  const gated = detected.map((beat, n) =>
    inOrder[n].beat.flaw === undefined ? beat : { ...beat, symbol: 'Q' },
  );
  return {
    ...comparison,
    near: compare(detected, NEAR_WINDOW).confusion,
    gated: compare(gated, MATCH_WINDOW).confusion,
    delays: delaysOf(verdicts.map(({ beat }) => beat)),
    worst: job.pictures
      ? pictured(comparison, signal, (beat) => explanations.get(inOrder[beat].beat.index))
      : undefined,
  };
}

function beatTimes(reference: Parameters<typeof scoredReference>[0], rate: number): Float64Array {
  return Float64Array.from(scoredReference(reference).beats, ({ sample }) => sample / rate);
}

/** A verdict's beat at the record's own rate. */
function detectedBeat(verdict: Verdict, rate: number): DetectedBeat {
  return {
    sample: Math.max(0, Math.round(verdict.beat.time * rate)),
    symbol: verdict.class,
    probabilities: verdict.class === 'Q' ? undefined : Array.from(verdict.probabilities),
  };
}

/** The AAMI class is the symbol. */
async function writeBeats(path: string, detected: readonly DetectedBeat[]): Promise<void> {
  const annotations = detected.map(({ sample, symbol }) => ({
    sample,
    symbol,
    subtype: 0,
    channel: 0,
    number: 0,
    aux: '',
  }));
  await writeWhole(`${path}.${ANNOTATOR}`, [writeAnnotations(annotations)]);
}

function pictured(
  { beats, paced, duration }: Comparison,
  signal: readonly Signal[],
  explanationOf: (detected: number) => Explanation | undefined,
): WorstStretch | undefined {
  const stretch = worstStretch(beats, paced, duration);
  if (stretch === undefined) return undefined;
  const { from, to } = stretch;
  const ecg = new Float32Array(Math.ceil((to - from) * GRID_RATE)).fill(Number.NaN);
  for (const { time, ecg: block } of signal) {
    const at = Math.round((time - from) * GRID_RATE);
    for (let n = Math.max(0, -at); n < block.length && at + n < ecg.length; n++) ecg[at + n] = block[n];
  }
  const shown = beats
    .filter(({ time }) => time >= from && time <= to)
    .map((beat) => ({
      reference: beat.reference,
      test: beat.test,
      time: beat.time,
      offset: beat.offset,
      wrong: isError(beat, paced),
      explanation: beat.detected === undefined ? undefined : explanationOf(beat.detected),
    }));
  return { ...stretch, ecg, beats: shown };
}
