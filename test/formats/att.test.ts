import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AttPdu, parseAtt } from '../../src/formats/att.ts';
import {
  CharacteristicProperty,
  confirmation,
  GattTable,
  indication,
  mtuRequest,
  mtuResponse,
  notification,
  readRequest,
  readResponse,
  writeRequest,
  writeResponse,
} from '../../src/formats/att-build.ts';
import { fullUuid, uuidFromBytes, uuidToBytes } from '../../src/formats/uuid.ts';

const LONG = '694b0001-1533-4fba-92de-87c916dd8c9d';
const { READ, NOTIFY, INDICATE, WRITE } = CharacteristicProperty;

describe('UUIDs', () => {
  it('expand 16 bits with the Bluetooth base, and travel little-endian', () => {
    expect(fullUuid(0x2a37)).toBe('00002a37-0000-1000-8000-00805f9b34fb');
    expect([...uuidToBytes(fullUuid(0x2a37))]).toEqual([0x37, 0x2a]);
    expect(uuidFromBytes(Uint8Array.of(0x37, 0x2a))).toBe(fullUuid(0x2a37));
    expect(uuidToBytes(LONG)[0]).toBe(0x9d);
    expect(uuidFromBytes(uuidToBytes(LONG))).toBe(LONG);
    expect(uuidFromBytes(new Uint8Array(3))).toBeUndefined();
  });
});

describe('parseAtt', () => {
  const value = Uint8Array.of(1, 2, 3);

  it.each<[string, Uint8Array, AttPdu]>([
    ['MTU request', mtuRequest(247), { kind: 'mtu-request', mtu: 247 }],
    ['MTU response', mtuResponse(185), { kind: 'mtu-response', mtu: 185 }],
    ['read request', readRequest(0x102), { kind: 'read-request', handle: 0x102 }],
    ['read response', readResponse(value), { kind: 'read-response', value }],
    ['write request', writeRequest(9, value), { kind: 'write-request', handle: 9, value }],
    ['write response', writeResponse(), { kind: 'write-response' }],
    ['notification', notification(9, value), { kind: 'notification', handle: 9, value }],
    ['indication', indication(9, value), { kind: 'indication', handle: 9, value }],
    ['confirmation', confirmation(), { kind: 'confirmation' }],
    ['write command', Uint8Array.of(0x52, 9, 0, 1), { kind: 'other', opcode: 0x52 }],
  ])('reads a %s', (_, pdu, expected) => {
    expect(parseAtt(pdu)).toEqual(expected);
  });

  it.each([
    ['nothing', []],
    ['a notification without handle', [0x1b, 1]],
    ['a list whose entries do not fit', [0x09, 7, 1, 0, 2, 3, 0]],
    ['a list of entries without handle', [0x09, 0, 1, 0]],
    ['an empty list', [0x11, 6]],
    ['a request with half a UUID', [0x08, 1, 0, 2, 0, 3]],
    ['a service with an impossible UUID', [0x11, 7, 1, 0, 2, 0, 1, 2, 3]],
  ])('finds %s malformed', (_, bytes) => {
    expect(parseAtt(Uint8Array.from(bytes)).kind).toBe('malformed');
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.integer({ min: 0, max: 0x1f }), (bytes, opcode) => {
        parseAtt(bytes);
        parseAtt(Uint8Array.of(opcode, ...bytes));
      }),
      { numRuns: 5000 },
    );
  });
});

describe('GattTable', () => {
  const specs = [
    { uuid: fullUuid(0x1800), characteristics: { [fullUuid(0x2a00)]: READ, [fullUuid(0x2a01)]: READ } },
    {
      uuid: LONG,
      characteristics: Object.fromEntries(
        [2, 3, 4, 5].map((n) => [LONG.replace('0001', `000${n}`), n === 5 ? WRITE | INDICATE : NOTIFY]),
      ),
    },
    { uuid: fullUuid(0x180f), characteristics: { [fullUuid(0x2a19)]: READ | NOTIFY } },
  ];
  const table = new GattTable(specs);

  it('gives out handles in order', () => {
    expect(table.services.map(({ start, end }) => [start, end])).toEqual([
      [1, 5],
      [6, 18],
      [19, 22],
    ]);
    expect(table.find(fullUuid(0x2a19))).toMatchObject({ declaration: 20, value: 21, configuration: 22 });
    expect(() => table.find(fullUuid(0x2a38))).toThrow(RangeError);
  });

  it.each([23, 64, 247])('is discovered whole with an MTU of %i, each packet within it', (mtu) => {
    const found = { services: [] as string[], characteristics: [] as string[], descriptors: [] as number[] };
    for (const [request, response] of table.discovery(mtu)) {
      expect(request.length).toBeLessThanOrEqual(mtu);
      expect(response.length).toBeLessThanOrEqual(mtu);
      const pdu = parseAtt(response);
      if (pdu.kind === 'read-by-group-response') found.services.push(...pdu.services.map(({ uuid }) => uuid));
      if (pdu.kind === 'find-information-response') {
        found.descriptors.push(...pdu.attributes.map(({ handle }) => handle));
        expect(pdu.attributes[0].uuid).toBe(fullUuid(0x2902));
      }
      if (pdu.kind === 'read-by-type-response') {
        found.characteristics.push(
          ...pdu.attributes.map((one) => uuidFromBytes(one.value.subarray(3)) as string),
        );
      }
    }
    expect(found.services).toEqual(specs.map(({ uuid }) => uuid));
    expect(found.characteristics).toEqual(
      specs.flatMap(({ characteristics }) => Object.keys(characteristics)),
    );
    expect(found.descriptors).toEqual([9, 12, 15, 18, 22]);
  });
});
