import type { BadFrame } from './sensor.ts';

/** @param part of the protocol that the frame belongs to; @param reason why it is of no use */
export function badFrame(part: string, reason: string, receivedAtMs: number): BadFrame {
  return { kind: 'bad-frame', receivedAtMs, reason: `${part}: ${reason}` };
}
