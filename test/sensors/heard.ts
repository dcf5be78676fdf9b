import type { Block, SensorItem } from '../../src/sensors/sensor.ts';
import type { Notification } from '../../src/sources/source.ts';

/** A notification of some bytes. */
export function heard(characteristic: string, value: ArrayLike<number>, receivedAtMs = 1_000): Notification {
  return {
    kind: 'notification',
    via: 'notification',
    characteristic,
    value: Uint8Array.from(value),
    receivedAtMs,
  };
}

export function blocksIn(items: readonly SensorItem[]): Block[] {
  return items.filter((item) => item.kind === 'block');
}

/** Bytes written as people do: "f0 02 00". */
export function hex(text: string): Uint8Array {
  return Uint8Array.from(text.trim().split(/\s+/), (byte) => Number.parseInt(byte, 16));
}
