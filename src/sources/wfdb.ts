import { INFO_CHARACTERISTIC } from '../../firmware-protocol/index.ts';
import type { SignalSpec } from '../formats/wfdb/header.ts';
import { paced, type Speed } from './pace.ts';
import { SimulatedPatch, simulatedInfo } from './simulated/patch.ts';
import type { SensorMessage } from './simulated/simulated-sensor.ts';
import type { Notification, Source, SourceItem } from './source.ts';
import { chooseLead, leadSamples, openRecord, recordName, type WfdbRecord } from './wfdb-record.ts';

/** When a record begins: most do not say when they were made, and the same input must give the same output. */
export const RECORD_BEGINS_MS = Date.UTC(2000, 0, 1);
/** From the patch's radio to the gateway, always the same. */
const LATENCY_MS = 20;

export interface WfdbOptions {
  readonly speed: Speed;
  /** Name of the lead; without it, MLII or the first signal. */
  readonly lead?: string;
  /** Seconds of the record to play; without it, all. */
  readonly until?: number;
}

/**
 * What a test does to a lead before the patch measures it.
 * @param samples of the lead from its first one on, millivolts, block by block
 */
export type Alteration = (
  record: WfdbRecord,
  lead: SignalSpec,
  samples: AsyncIterable<Float32Array>,
) => AsyncIterable<Float32Array>;

/**
 * A WFDB record, as a patch on the same chest would have sent it over a perfect link.
 * Ends with an InputError where the record cannot be read, or its checksum is wrong.
 *
 * @param path `dir/100`, `dir/100.hea` or `dir/100.dat`
 */
export function wfdbSource(path: string, options: WfdbOptions, alter?: Alteration): Source {
  return { title: recordName(path), items: paced(() => recordItems(path, options, alter), options.speed) };
}

async function* recordItems(
  path: string,
  { lead, until }: WfdbOptions,
  alter: Alteration = (_record, _lead, samples) => samples,
): AsyncGenerator<SourceItem[]> {
  const record = await openRecord(path);
  const signal = chooseLead(record, lead);
  const patch = new SimulatedPatch(record.header.rate);
  const receivedAtMs = RECORD_BEGINS_MS;
  const value = simulatedInfo(recordName(path));
  yield [
    { kind: 'link', state: 'connected', receivedAtMs },
    { kind: 'notification', characteristic: INFO_CHARACTERISTIC, via: 'read', value, receivedAtMs },
  ];
  const samples = leadSamples(record, signal, until === undefined ? {} : { to: until });
  for await (const block of alter(record, signal, samples)) {
    yield patch.push(block).map(delivered);
  }
  yield patch.flush().map(delivered);
}

/** A message as the gateway hears it over a perfect link. */
export function delivered({ characteristic, value, readyAt }: SensorMessage): Notification {
  const receivedAtMs = RECORD_BEGINS_MS + readyAt * 1000 + LATENCY_MS;
  return { kind: 'notification', characteristic, via: 'notification', value, receivedAtMs };
}
