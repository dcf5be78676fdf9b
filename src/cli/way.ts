import { defer, filter } from 'rxjs';
import { STREAM_CHARACTERISTIC } from '../../firmware-protocol/index.ts';
import { Resampler } from '../dsp/resample.ts';
import { type AddedNoise, noisyRecord } from '../sources/noisy-record.ts';
import { paced } from '../sources/pace.ts';
import { seededRandom } from '../sources/seeded-random.ts';
import { SIMULATED_SENSORS } from '../sources/simulated/simulated-sensors.ts';
import type { Source, SourceItem } from '../sources/source.ts';
import { type Alteration, delivered, RECORD_BEGINS_MS, wfdbSource } from '../sources/wfdb.ts';
import { chooseLead, leadSamples, openRecord, otherLead, recordName } from '../sources/wfdb-record.ts';

/** How a record reaches the gateway, where that is made harder than a patch over a perfect link. Plain data. */
export type Way =
  | { readonly by: 'noise'; readonly noise: AddedNoise }
  /** Amplitudes times this; below 0 the electrodes are swapped. */
  | { readonly by: 'gain'; readonly times: number }
  /** The record's other lead: electrodes elsewhere on the chest. */
  | { readonly by: 'other-lead' }
  /** The record is resampled to this rate, hertz, before the patch measures it. */
  | { readonly by: 'rate'; readonly rate: number }
  /** Another sensor than the patch. */
  | { readonly by: 'sensor'; readonly name: string }
  /** This share of frames is lost, and the patch has no ring to send them again from. The first arrives: time begins with it. */
  | { readonly by: 'losses'; readonly share: number };

const SPEED = { speed: 'max' } as const;
const SEED = 1;

/** @param path of a WFDB record */
export function sourceBy(way: Way | undefined, path: string): Source {
  switch (way?.by) {
    case undefined:
      return wfdbSource(path, SPEED);
    case 'noise':
      return noisyRecord(path, way.noise, SPEED);
    case 'gain':
      return wfdbSource(path, SPEED, amplified(way.times));
    case 'other-lead':
      return wfdbSource(path, SPEED, ofOtherLead);
    case 'rate':
      return wfdbSource(path, SPEED, resampled(way.rate));
    case 'sensor':
      return { title: recordName(path), items: paced(() => fromSensor(path, way.name), 'max') };
    case 'losses':
      return withLosses(wfdbSource(path, SPEED), way.share);
  }
}

function amplified(times: number): Alteration {
  return async function* (_record, _lead, samples) {
    for await (const block of samples) yield block.map((value) => times * value);
  };
}

const ofOtherLead: Alteration = (record, lead) => leadSamples(record, otherLead(record, lead));

/** To a rate and back: what is lost is what lies above that rate's band. */
function resampled(rate: number): Alteration {
  return async function* ({ header }, _lead, samples) {
    const there = new Resampler(header.rate, rate);
    const back = new Resampler(rate, header.rate);
    for await (const block of samples) yield back.push(there.push(block));
    yield back.push(there.flush());
    yield back.flush();
  };
}

async function* fromSensor(path: string, name: string): AsyncGenerator<SourceItem[]> {
  const record = await openRecord(path);
  const sensor = SIMULATED_SENSORS[name](record.header.rate, recordName(path));
  yield [{ kind: 'link', state: 'connected', receivedAtMs: RECORD_BEGINS_MS }];
  for await (const block of leadSamples(record, chooseLead(record))) yield sensor.push(block).map(delivered);
  yield sensor.flush().map(delivered);
}

function withLosses(source: Source, share: number): Source {
  const items = defer(() => {
    const random = seededRandom(SEED);
    let begun = false;
    return source.items.pipe(
      filter((item) => {
        if (item.kind !== 'notification' || item.characteristic !== STREAM_CHARACTERISTIC) return true;
        const arrives = !begun || random() >= share;
        begun = true;
        return arrives;
      }),
    );
  });
  return { ...source, items };
}
