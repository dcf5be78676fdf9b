import { describe, expect, it } from 'vitest';
import { type BtsnoopRecord, DataLink } from '../../src/formats/btsnoop.ts';
import {
  disconnectReason,
  MalformedPacket,
  PacketType,
  readAcl,
  readLinkEvent,
  unwrapHci,
} from '../../src/formats/hci.ts';
import {
  attPacket,
  type CapturedPacket,
  connectionComplete,
  createConnection,
  disconnect,
  disconnectionComplete,
} from '../../src/formats/hci-build.ts';

const link = { handle: 0x0041, address: 'f6:3a:2c:51:0b:e7', intervalMs: 30, supervisionTimeoutMs: 4000 };

function record(data: Uint8Array, flags: number): BtsnoopRecord {
  return { kind: 'record', offset: 16, atMs: 0, cutOff: 0, data, flags };
}

function event(...bytes: number[]) {
  return readLinkEvent({ type: PacketType.EVENT, received: true, adapter: 0, data: Uint8Array.from(bytes) });
}

function built({ bytes, flags }: CapturedPacket) {
  const packet = unwrapHci(record(bytes, flags), DataLink.H4);
  if (packet === undefined) throw new Error('no packet');
  return packet;
}

describe('unwrapHci', () => {
  const data = Uint8Array.of(1, 2, 3);

  it.each([
    [0, PacketType.ACL, false],
    [1, PacketType.ACL, true],
    [2, PacketType.COMMAND, false],
    [3, PacketType.EVENT, true],
  ])('tells packets of data link 1001 by their flags %i', (flags, type, received) => {
    expect(unwrapHci(record(data, flags), DataLink.H1)).toEqual({ type, received, adapter: 0, data });
  });

  it('tells packets of data link 1002 by their first byte', () => {
    expect(unwrapHci(record(Uint8Array.of(2, 9), 1), DataLink.H4)).toEqual({
      type: PacketType.ACL,
      received: true,
      adapter: 0,
      data: Uint8Array.of(9),
    });
  });

  it('tells packets of the Linux monitor by opcode and adapter, and passes over its notes', () => {
    expect(unwrapHci(record(data, 0x0001_0005), DataLink.MONITOR)).toEqual({
      type: PacketType.ACL,
      received: true,
      adapter: 1,
      data,
    });
    expect(unwrapHci(record(data, 2), DataLink.MONITOR)?.type).toBe(PacketType.COMMAND);
    expect(unwrapHci(record(data, 3), DataLink.MONITOR)?.type).toBe(PacketType.EVENT);
    expect(unwrapHci(record(data, 4), DataLink.MONITOR)?.received).toBe(false);
    expect(unwrapHci(record(data, 12), DataLink.MONITOR)).toBeUndefined();
  });
});

describe('readLinkEvent', () => {
  it('reads the connection that the builder made', () => {
    const [connected, dataLength] = connectionComplete(link).map(built);
    expect(readLinkEvent(connected)).toEqual({ kind: 'connected', handle: 0x41, address: link.address });
    expect(readLinkEvent(dataLength)).toBeUndefined();
    for (const packet of [...createConnection(link), ...disconnect(0x41, 0x16)]) {
      expect(readLinkEvent(built(packet))).toBeUndefined();
    }
  });

  it('reads an enhanced connection event', () => {
    const enhanced = [0x0a, 0, 0x40, 0, 0, 1, 6, 5, 4, 3, 2, 1, ...new Array(19).fill(0)];
    expect(event(0x3e, enhanced.length, ...enhanced)).toEqual({
      kind: 'connected',
      handle: 0x40,
      address: '01:02:03:04:05:06',
    });
  });

  it('reads disconnections and resets, and passes over what failed', () => {
    expect(readLinkEvent(built(disconnectionComplete(0x41, 8)))).toEqual({
      kind: 'disconnected',
      handle: 0x41,
      reason: 8,
    });
    expect(event(0x05, 4, 0x0c, 0x41, 0, 8)).toBeUndefined();
    expect(event(0x3e, 19, 1, 0x3e, ...new Array(17).fill(0))).toBeUndefined();
    const reset = { type: PacketType.COMMAND, received: false, adapter: 0, data: Uint8Array.of(3, 0x0c, 0) };
    expect(readLinkEvent(reset)).toEqual({ kind: 'reset' });
  });

  it('refuses events whose lengths contradict them', () => {
    expect(() => event(0x05)).toThrow(MalformedPacket);
    expect(() => event(0x05, 5, 0, 0x41, 0, 8)).toThrow(MalformedPacket);
    expect(() => event(0x05, 1, 0)).toThrow(MalformedPacket);
    expect(() => event(0x3e, 3, 1, 0, 0x41)).toThrow(MalformedPacket);
  });
});

describe('readAcl', () => {
  it('reads what the builder made', () => {
    const packet = built(attPacket(0x41, Uint8Array.of(0x1b, 3, 0, 9), true));
    expect(packet.received).toBe(true);
    expect(readAcl(packet.data)).toEqual({
      handle: 0x41,
      continues: false,
      payload: Uint8Array.of(4, 0, 4, 0, 0x1b, 3, 0, 9),
    });
  });

  it('knows a continuing fragment, and refuses a wrong length', () => {
    expect(readAcl(Uint8Array.of(0x41, 0x10, 1, 0, 7))).toMatchObject({ handle: 0x41, continues: true });
    expect(() => readAcl(Uint8Array.of(0x41, 0x10, 2, 0, 7))).toThrow(MalformedPacket);
    expect(() => readAcl(Uint8Array.of(0x41))).toThrow(MalformedPacket);
  });
});

describe('disconnectReason', () => {
  it('speaks in words, or names the code', () => {
    expect(disconnectReason(0x08)).toMatch(/out of reach/);
    expect(disconnectReason(0x16)).toMatch(/gateway ended/);
    expect(disconnectReason(0xee)).toBe('error 0xee');
  });
});
