import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BeatModel } from '../classify/beat-model.ts';
import type { Verdict } from '../classify/verdict.ts';
import { MATCH_WINDOW, matchBeats } from '../evaluate/match.ts';
import { airCapture } from '../sources/air-capture.ts';
import { captureSource } from '../sources/capture.ts';
import type { SensorProfile } from '../sources/sensor-profile.ts';
import { SIMULATED_SENSORS } from '../sources/simulated/simulated-sensors.ts';
import { wfdbSource } from '../sources/wfdb.ts';
import { chooseLead, leadSamples, openRecord, recordName } from '../sources/wfdb-record.ts';
import { judged } from './judged.ts';

/** Chooses the radio's jitter and retransmissions. */
const SEED = 1;

/** How far two ways to the gateway lead to the same beats. Counts, so that records can be added up. */
export interface Agreement {
  /** Beats of the direct way, of the sensor's, and those that both found. */
  readonly direct: number;
  readonly heard: number;
  readonly both: number;
  /** Of those that both found and judged: how many, and how many were given the same class. */
  readonly judged: number;
  readonly sameClass: number;
}

/** Beats of a record that is played without a sensor or a radio between. */
export async function directBeats(
  path: string,
  model: BeatModel,
  until?: number,
): Promise<readonly Verdict[]> {
  const source = wfdbSource(path, { speed: 'max', ...(until !== undefined && { until }) });
  return (await judged(source, model)).verdicts;
}

/** Beats of a record that was converted into a sensor's capture, and replayed. */
export async function beatsThrough(
  profile: SensorProfile,
  path: string,
  model: BeatModel,
  until?: number,
): Promise<readonly Verdict[]> {
  const record = await openRecord(path);
  const stretch = until === undefined ? {} : { to: until };
  const samples = leadSamples(record, chooseLead(record), stretch);
  const sensor = SIMULATED_SENSORS[profile.name](record.header.rate, recordName(path));
  const folder = await mkdtemp(join(tmpdir(), 'beatlens-'));
  try {
    const file = join(folder, `${profile.name}.btsnoop`);
    const capture = await open(file, 'wx', 0o600);
    for await (const bytes of airCapture({ samples, sensor, profile, seed: SEED }))
      await capture.write(bytes);
    await capture.close();
    return (await judged(captureSource(file, { speed: 'max' }), model)).verdicts;
  } finally {
    await rm(folder, { recursive: true });
  }
}

export function agreement(direct: readonly Verdict[], heard: readonly Verdict[]): Agreement {
  const times = (verdicts: readonly Verdict[]) => verdicts.map(({ beat }) => beat.time);
  let both = 0;
  let judged = 0;
  let sameClass = 0;
  for (const { reference, detected } of matchBeats(times(direct), times(heard), MATCH_WINDOW)) {
    if (reference === undefined || detected === undefined) continue;
    both++;
    const [one, other] = [direct[reference].class, heard[detected].class];
    if (one === 'Q' || other === 'Q') continue;
    judged++;
    if (one === other) sameClass++;
  }
  return { direct: direct.length, heard: heard.length, both, judged, sameClass };
}

export function added(a: Agreement, b: Agreement): Agreement {
  return {
    direct: a.direct + b.direct,
    heard: a.heard + b.heard,
    both: a.both + b.both,
    judged: a.judged + b.judged,
    sameClass: a.sameClass + b.sameClass,
  };
}

/** F1 of the beats found, and share of the judged ones that have the same class, percent. */
export function percentages({ direct, heard, both, judged, sameClass }: Agreement) {
  return { qrs: (200 * both) / (direct + heard), classes: (100 * sameClass) / judged };
}
