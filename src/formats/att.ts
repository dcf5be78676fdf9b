import { uuidFromBytes } from './uuid.ts';

/** Opcodes of the attribute protocol. Bluetooth Core Specification, volume 3, part F. */
export const AttOpcode = {
  ERROR: 0x01,
  MTU_REQUEST: 0x02,
  MTU_RESPONSE: 0x03,
  FIND_INFORMATION_REQUEST: 0x04,
  FIND_INFORMATION_RESPONSE: 0x05,
  READ_BY_TYPE_REQUEST: 0x08,
  READ_BY_TYPE_RESPONSE: 0x09,
  READ_REQUEST: 0x0a,
  READ_RESPONSE: 0x0b,
  READ_BY_GROUP_REQUEST: 0x10,
  READ_BY_GROUP_RESPONSE: 0x11,
  WRITE_REQUEST: 0x12,
  WRITE_RESPONSE: 0x13,
  NOTIFICATION: 0x1b,
  INDICATION: 0x1d,
  CONFIRMATION: 0x1e,
} as const;

export const AttError = { ATTRIBUTE_NOT_FOUND: 0x0a } as const;

/** An attribute packet, as far as this reader goes. */
export type AttPdu =
  | { readonly kind: 'error'; readonly request: number; readonly handle: number; readonly code: number }
  | { readonly kind: 'mtu-request' | 'mtu-response'; readonly mtu: number }
  | { readonly kind: 'find-information-request'; readonly start: number; readonly end: number }
  | {
      readonly kind: 'find-information-response';
      readonly attributes: readonly { readonly handle: number; readonly uuid: string }[];
    }
  | {
      readonly kind: 'read-by-type-request' | 'read-by-group-request';
      readonly start: number;
      readonly end: number;
      readonly type: string;
    }
  | {
      readonly kind: 'read-by-type-response';
      readonly attributes: readonly { readonly handle: number; readonly value: Uint8Array }[];
    }
  | {
      readonly kind: 'read-by-group-response';
      readonly services: readonly { readonly start: number; readonly end: number; readonly uuid: string }[];
    }
  | { readonly kind: 'read-request'; readonly handle: number }
  | { readonly kind: 'read-response'; readonly value: Uint8Array }
  | {
      readonly kind: 'write-request' | 'notification' | 'indication';
      readonly handle: number;
      readonly value: Uint8Array;
    }
  | { readonly kind: 'write-response' | 'confirmation' }
  /** A packet that this reader has no use for. */
  | { readonly kind: 'other'; readonly opcode: number }
  | { readonly kind: 'malformed'; readonly opcode: number | undefined };

/** Reads an attribute packet. Never throws: what contradicts itself is `malformed`. */
export function parseAtt(pdu: Uint8Array): AttPdu {
  const malformed: AttPdu = { kind: 'malformed', opcode: pdu[0] };
  const view = new DataView(pdu.buffer, pdu.byteOffset, pdu.byteLength);
  const u16 = (at: number) => view.getUint16(at, true);
  const atLeast = (length: number, read: () => AttPdu) => (pdu.length >= length ? read() : malformed);

  switch (pdu[0]) {
    case undefined:
      return malformed;
    case AttOpcode.ERROR:
      return atLeast(5, () => ({ kind: 'error', request: pdu[1], handle: u16(2), code: pdu[4] }));
    case AttOpcode.MTU_REQUEST:
      return atLeast(3, () => ({ kind: 'mtu-request', mtu: u16(1) }));
    case AttOpcode.MTU_RESPONSE:
      return atLeast(3, () => ({ kind: 'mtu-response', mtu: u16(1) }));
    case AttOpcode.FIND_INFORMATION_REQUEST:
      return atLeast(5, () => ({ kind: 'find-information-request', start: u16(1), end: u16(3) }));
    case AttOpcode.FIND_INFORMATION_RESPONSE: {
      const attributes = entries(pdu, 2, pdu[1] === 1 ? 4 : 18)?.map((entry) => ({
        handle: entry[0] | (entry[1] << 8),
        uuid: uuidFromBytes(entry.subarray(2)) as string,
      }));
      return attributes ? { kind: 'find-information-response', attributes } : malformed;
    }
    case AttOpcode.READ_BY_TYPE_REQUEST:
    case AttOpcode.READ_BY_GROUP_REQUEST: {
      const type = uuidFromBytes(pdu.subarray(5));
      if (type === undefined) return malformed;
      const kind =
        pdu[0] === AttOpcode.READ_BY_TYPE_REQUEST ? 'read-by-type-request' : 'read-by-group-request';
      return { kind, start: u16(1), end: u16(3), type };
    }
    case AttOpcode.READ_BY_TYPE_RESPONSE: {
      const attributes = entries(pdu, 2, pdu[1])?.map((entry) => ({
        handle: entry[0] | (entry[1] << 8),
        value: entry.subarray(2),
      }));
      return attributes ? { kind: 'read-by-type-response', attributes } : malformed;
    }
    case AttOpcode.READ_BY_GROUP_RESPONSE: {
      const services = entries(pdu, 2, pdu[1])?.map((entry) => ({
        start: entry[0] | (entry[1] << 8),
        end: entry[2] | (entry[3] << 8),
        uuid: uuidFromBytes(entry.subarray(4)),
      }));
      if (
        !services?.every(
          (service): service is typeof service & { uuid: string } => service.uuid !== undefined,
        )
      ) {
        return malformed;
      }
      return { kind: 'read-by-group-response', services };
    }
    case AttOpcode.READ_REQUEST:
      return atLeast(3, () => ({ kind: 'read-request', handle: u16(1) }));
    case AttOpcode.READ_RESPONSE:
      return { kind: 'read-response', value: pdu.subarray(1) };
    case AttOpcode.WRITE_REQUEST:
      return atLeast(3, () => ({ kind: 'write-request', handle: u16(1), value: pdu.subarray(3) }));
    case AttOpcode.NOTIFICATION:
      return atLeast(3, () => ({ kind: 'notification', handle: u16(1), value: pdu.subarray(3) }));
    case AttOpcode.INDICATION:
      return atLeast(3, () => ({ kind: 'indication', handle: u16(1), value: pdu.subarray(3) }));
    case AttOpcode.WRITE_RESPONSE:
      return { kind: 'write-response' };
    case AttOpcode.CONFIRMATION:
      return { kind: 'confirmation' };
    default:
      return { kind: 'other', opcode: pdu[0] };
  }
}

/** Splits a list of equally long entries, which begin with a handle; undefined where they do not fit. */
function entries(pdu: Uint8Array, from: number, length: number): Uint8Array[] | undefined {
  const count = (pdu.length - from) / length;
  if (!(length > 2 && count >= 1 && Number.isInteger(count))) return undefined;
  return Array.from({ length: count }, (_, entry) =>
    pdu.subarray(from + entry * length, from + (entry + 1) * length),
  );
}
