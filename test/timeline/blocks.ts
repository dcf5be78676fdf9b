import type { Block } from '../../src/sensors/sensor.ts';
import type { LinkChange } from '../../src/sources/source.ts';
import type { Gap, SampleSpan } from '../../src/timeline/span.ts';
import type { Timeline } from '../../src/timeline/timeline.ts';

/** Unix time of the first sample in these tests. */
export const BEGAN_AT_MS = 1_700_000_000_000;
export const LATENCY_MS = 30;

/** A block as a perfect link delivers it; its samples are worth their own index, so that each can be told. */
export function block(fields: Partial<Block> & { firstIndex: number }, count = 50): Block {
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
    ...fields,
  };
}

/** Blocks of 50 samples without a hole. */
export function blocks(count: number, fields: Partial<Block> = {}): Block[] {
  const first = fields.firstIndex ?? 0;
  return Array.from({ length: count }, (_, n) => block({ ...fields, firstIndex: first + 50 * n }));
}

export function link(state: LinkChange['state'], receivedAtMs = BEGAN_AT_MS): LinkChange {
  return { kind: 'link', state, receivedAtMs };
}

/** All that comes out, the end included. */
export function run(
  timeline: Timeline,
  items: readonly (Block | LinkChange)[],
): (SampleSpan | Gap | LinkChange)[] {
  return [...items.flatMap((item) => timeline.push(item)), ...timeline.flush()];
}

export function gapsIn(items: readonly { kind: string }[]): Gap[] {
  return items.filter((item): item is Gap => item.kind === 'gap');
}

export function samplesIn(items: readonly { kind: string }[]): SampleSpan[] {
  return items.filter((item): item is SampleSpan => item.kind === 'samples');
}
