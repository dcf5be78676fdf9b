import { type BtsnoopRecord, DataLink } from './btsnoop.ts';

/** First byte of a packet in H4 framing. */
export const PacketType = { COMMAND: 1, ACL: 2, SCO: 3, EVENT: 4 } as const;

export const EventCode = { DISCONNECTION_COMPLETE: 0x05, LE_META: 0x3e } as const;
export const LeSubevent = {
  CONNECTION_COMPLETE: 0x01,
  ENHANCED_CONNECTION_COMPLETE: 0x0a,
  ENHANCED_CONNECTION_COMPLETE_V2: 0x29,
} as const;
/** Opcode of the command HCI_Reset. */
const RESET = 0x0c03;

/** Packet boundary flag of a fragment that goes on with a packet; other values begin one. */
const CONTINUING = 0b01;

/** A packet between host and controller. */
export interface HciPacket {
  readonly type: number;
  /** Sent by the host, or received by it. */
  readonly received: boolean;
  /** Which of the machine's adapters; 0 unless the capture tells. */
  readonly adapter: number;
  /** Without the packet type. */
  readonly data: Uint8Array;
}

// What Linux's monitor counts as packets, by its opcode: type, and whether the host received it.
const MONITOR_PACKETS: Readonly<Record<number, readonly [number, boolean]>> = {
  2: [PacketType.COMMAND, false],
  3: [PacketType.EVENT, true],
  4: [PacketType.ACL, false],
  5: [PacketType.ACL, true],
};

/** Unwraps a record as its data link demands; undefined where it holds no packet, but a note of the monitor. */
export function unwrapHci(record: BtsnoopRecord, dataLink: number): HciPacket | undefined {
  const { data, flags } = record;
  const received = (flags & 1) === 1;
  if (dataLink === DataLink.MONITOR) {
    const packet = MONITOR_PACKETS[flags & 0xffff];
    return packet && { type: packet[0], received: packet[1], adapter: flags >>> 16, data };
  }
  if (dataLink === DataLink.H1) {
    const isData = (flags & 2) === 0;
    const type = isData ? PacketType.ACL : received ? PacketType.EVENT : PacketType.COMMAND;
    return { type, received, adapter: 0, data };
  }
  return { type: data[0], received, adapter: 0, data: data.subarray(1) };
}

/** What happened to a connection. */
export type LinkEvent =
  | { readonly kind: 'connected'; readonly handle: number; readonly address: string }
  | { readonly kind: 'disconnected'; readonly handle: number; readonly reason: number }
  /** The host reset the adapter: every connection is gone. */
  | { readonly kind: 'reset' };

/** A packet whose own lengths contradict it. */
export class MalformedPacket extends Error {
  override readonly name = 'MalformedPacket';
}

/**
 * Reads what a command or event says of low-energy connections; undefined where it says nothing of them.
 *
 * @throws MalformedPacket
 */
export function readLinkEvent({ type, data }: HciPacket): LinkEvent | undefined {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (type === PacketType.COMMAND) {
    return data.length >= 2 && view.getUint16(0, true) === RESET ? { kind: 'reset' } : undefined;
  }
  if (type !== PacketType.EVENT) return undefined;
  if (data.length < 2 || data.length !== 2 + data[1])
    throw new MalformedPacket('an event of the wrong length');

  if (data[0] === EventCode.DISCONNECTION_COMPLETE) {
    if (data.length < 6) throw new MalformedPacket('a disconnection event that is cut short');
    const succeeded = data[2] === 0;
    return succeeded
      ? { kind: 'disconnected', handle: view.getUint16(3, true) & 0xfff, reason: data[5] }
      : undefined;
  }
  if (data[0] === EventCode.LE_META && isConnectionComplete(data[2])) {
    // subevent, status, handle (2), role, peer's address type, peer's address (6) …
    if (data.length < 14) throw new MalformedPacket('a connection event that is cut short');
    const succeeded = data[3] === 0;
    if (!succeeded) return undefined;
    return {
      kind: 'connected',
      handle: view.getUint16(4, true) & 0xfff,
      address: formatAddress(data.subarray(8, 14)),
    };
  }
  return undefined;
}

function isConnectionComplete(subevent: number): boolean {
  return Object.values<number>(LeSubevent).includes(subevent);
}

/** An address as people write it, from its little-endian bytes. */
export function formatAddress(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0'))
    .reverse()
    .join(':');
}

/** A fragment of an L2CAP packet. */
export interface AclFragment {
  readonly handle: number;
  readonly continues: boolean;
  readonly payload: Uint8Array;
}

/** @throws MalformedPacket */
export function readAcl(data: Uint8Array): AclFragment {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (data.length < 4 || view.getUint16(2, true) !== data.length - 4) {
    throw new MalformedPacket('a data packet of the wrong length');
  }
  const head = view.getUint16(0, true);
  return { handle: head & 0xfff, continues: ((head >> 12) & 0b11) === CONTINUING, payload: data.subarray(4) };
}

// Bluetooth Core Specification, volume 1, part F.
const REASONS: Readonly<Record<number, string>> = {
  5: 'authentication failed',
  6: 'the pairing key is missing',
  8: 'the sensor went out of reach (supervision time-out)',
  19: 'the sensor ended the connection',
  20: 'the sensor ended the connection: low on resources',
  21: 'the sensor ended the connection: switching off',
  22: 'the gateway ended the connection',
  26: 'the sensor does not support what was asked of it',
  31: 'unspecified error',
  34: 'the sensor did not answer in time',
  40: 'a change of parameters came too late',
  41: 'pairing with unit keys is not supported',
  59: 'the connection parameters were not acceptable',
  61: 'the encryption check failed',
  62: 'the connection could not be established',
};

/** Why a connection ended, in words. */
export function disconnectReason(code: number): string {
  return REASONS[code] ?? `error 0x${code.toString(16).padStart(2, '0')}`;
}

const SUPERVISION_TIMEOUT = 8;

/** The code of such words; without a code of their own, that of a sensor out of reach. */
export function disconnectCode(reason: string | undefined): number {
  const known = Object.entries(REASONS).find(([, words]) => words === reason);
  return known === undefined ? SUPERVISION_TIMEOUT : Number(known[0]);
}
