import { EventCode, LeSubevent, PacketType } from './hci.ts';
import { ATT_CHANNEL } from './l2cap.ts';

/** A packet in H4 framing, as a capture holds it. */
export interface CapturedPacket {
  readonly bytes: Uint8Array;
  /** The flags of its btsnoop record. */
  readonly flags: number;
}

const RECEIVED = 1;
const COMMAND_OR_EVENT = 2;

const Opcode = { DISCONNECT: 0x0406, LE_CREATE_CONNECTION: 0x200d } as const;
const COMMAND_STATUS = 0x0f;
const LE_DATA_LENGTH_CHANGE = 0x07;
const RANDOM_ADDRESS = 1;

/** A link as gateways usually make it: one link-layer packet with data length extension fits an ATT packet. */
export const USUAL_LINK = {
  mtu: 247,
  intervalMs: 30,
  supervisionTimeoutMs: 4_000,
  firstHandle: 0x0040,
} as const;

export interface LinkParameters {
  readonly handle: number;
  /** As people write it; static random. */
  readonly address: string;
  readonly intervalMs: number;
  readonly supervisionTimeoutMs: number;
}

/** The host asks for a connection, and the controller says that it is trying. */
export function createConnection(link: LinkParameters): CapturedPacket[] {
  const interval = u16(Math.round(link.intervalMs / 1.25));
  const parameters = [
    ...u16(0x0060), // scan interval and window, 60 ms
    ...u16(0x0060),
    0, // connect to the address that follows
    RANDOM_ADDRESS,
    ...addressBytes(link.address),
    0, // with the host's public address
    ...interval,
    ...interval,
    ...u16(0), // latency
    ...u16(link.supervisionTimeoutMs / 10),
    ...u16(0), // connection event length, least and most
    ...u16(0),
  ];
  return [command(Opcode.LE_CREATE_CONNECTION, parameters), commandStatus(Opcode.LE_CREATE_CONNECTION)];
}

/** The connection stands, and its packets may be 251 bytes long. */
export function connectionComplete(link: LinkParameters): CapturedPacket[] {
  const connected = [
    LeSubevent.CONNECTION_COMPLETE,
    0, // success
    ...u16(link.handle),
    0, // the host is central
    RANDOM_ADDRESS,
    ...addressBytes(link.address),
    ...u16(Math.round(link.intervalMs / 1.25)),
    ...u16(0), // latency
    ...u16(link.supervisionTimeoutMs / 10),
    0, // the central's clock: 500 ppm or better
  ];
  const longest = [...u16(251), ...u16(2120)]; // bytes, and microseconds that they take
  const dataLength = [LE_DATA_LENGTH_CHANGE, ...u16(link.handle), ...longest, ...longest];
  return [event(EventCode.LE_META, connected), event(EventCode.LE_META, dataLength)];
}

/** The host ends the connection. */
export function disconnect(handle: number, reason: number): CapturedPacket[] {
  return [command(Opcode.DISCONNECT, [...u16(handle), reason]), commandStatus(Opcode.DISCONNECT)];
}

/** The connection has ended. */
export function disconnectionComplete(handle: number, reason: number): CapturedPacket {
  return event(EventCode.DISCONNECTION_COMPLETE, [0, ...u16(handle), reason]);
}

/** An attribute packet of at most 247 bytes, which one data packet of a modern controller holds whole. */
export function attPacket(handle: number, pdu: Uint8Array, received: boolean): CapturedPacket {
  // Packet boundary: hosts send 00, controllers deliver 10; both begin an L2CAP packet.
  const head = handle | (received ? 0b10 << 12 : 0);
  const l2cap = [...u16(pdu.length), ...u16(ATT_CHANNEL), ...pdu];
  return {
    bytes: Uint8Array.from([PacketType.ACL, ...u16(head), ...u16(l2cap.length), ...l2cap]),
    flags: received ? RECEIVED : 0,
  };
}

function command(opcode: number, parameters: readonly number[]): CapturedPacket {
  const bytes = Uint8Array.from([PacketType.COMMAND, ...u16(opcode), parameters.length, ...parameters]);
  return { bytes, flags: COMMAND_OR_EVENT };
}

function commandStatus(opcode: number): CapturedPacket {
  return event(COMMAND_STATUS, [0, 1, ...u16(opcode)]);
}

function event(code: number, parameters: readonly number[]): CapturedPacket {
  const bytes = Uint8Array.from([PacketType.EVENT, code, parameters.length, ...parameters]);
  return { bytes, flags: COMMAND_OR_EVENT | RECEIVED };
}

function addressBytes(address: string): number[] {
  return address
    .split(':')
    .map((byte) => Number.parseInt(byte, 16))
    .reverse();
}

function u16(value: number): readonly number[] {
  return [value & 0xff, value >> 8];
}
