import type { BackfillChange, Block } from '../../src/sensors/sensor.ts';
import type { LinkChange } from '../../src/sources/source.ts';
import type { Gap, SampleSpan } from '../../src/timeline/span.ts';
import type { Timeline } from '../../src/timeline/timeline.ts';

/** Unix time of the first sample in these tests. */
export const BEGAN_AT_MS = 1_700_000_000_000;
export const LATENCY_MS = 30;

/** A block with a time stamp. */
export type TimedBlock = Block & { readonly deviceTime: number };

/** A block as a perfect link delivers it; its samples are worth their own index, so that each can be told. */
export function block(fields: Partial<TimedBlock> & { firstIndex: number }, count = 50): TimedBlock {
  const rate = fields.rate ?? 250;
  const samples = Int32Array.from({ length: count }, (_, n) => fields.firstIndex + n);
  return {
    kind: 'block',
    session: 1,
    deviceTime: 1_000 + fields.firstIndex / rate,
    receivedAtMs: BEGAN_AT_MS + LATENCY_MS + ((fields.firstIndex + count) / rate) * 1_000,
    rate,
    samples,
    millivoltsPerUnit: 1,
    leadOff: false,
    saturated: false,
    discontinuity: false,
    eventMarker: false,
    resends: false,
    backfill: false,
    ...fields,
  };
}

/** Blocks of 50 samples without a hole. */
export function blocks(count: number, fields: Partial<TimedBlock> = {}): TimedBlock[] {
  const first = fields.firstIndex ?? 0;
  return Array.from({ length: count }, (_, n) => block({ ...fields, firstIndex: first + 50 * n }));
}

export function link(state: LinkChange['state'], receivedAtMs = BEGAN_AT_MS): LinkChange {
  return { kind: 'link', state, receivedAtMs };
}

/** All that comes out, the end included, but for reports on the clock. */
export function run(
  timeline: Timeline,
  items: readonly (Block | BackfillChange | LinkChange)[],
): (SampleSpan | Gap | LinkChange)[] {
  const out = [...items.flatMap((item) => timeline.push(item)), ...timeline.flush()];
  return out.filter((item) => item.kind !== 'clock');
}

export function gapsIn(items: readonly { kind: string }[]): Gap[] {
  return items.filter((item): item is Gap => item.kind === 'gap');
}

export function samplesIn(items: readonly { kind: string }[]): SampleSpan[] {
  return items.filter((item): item is SampleSpan => item.kind === 'samples');
}
