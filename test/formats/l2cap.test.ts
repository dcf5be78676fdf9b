import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AttReassembler } from '../../src/formats/l2cap.ts';

function l2cap(payload: Uint8Array, channel = 4): Uint8Array {
  return Uint8Array.of(payload.length & 0xff, payload.length >> 8, channel, 0, ...payload);
}

/** Pushes a packet in fragments, of which the first holds at least the header. */
function push(reassembler: AttReassembler, packet: Uint8Array, fragmentLength: number): Uint8Array[] {
  const whole: Uint8Array[] = [];
  const length = Math.max(4, fragmentLength);
  for (let at = 0; at < packet.length; at += length) {
    const done = reassembler.push({
      handle: 1,
      continues: at > 0,
      payload: packet.subarray(at, at + length),
    });
    if (done !== undefined) whole.push(done);
  }
  return whole;
}

function watched() {
  const losses: string[] = [];
  return { losses, reassembler: new AttReassembler((loss) => losses.push(loss)) };
}

describe('AttReassembler', () => {
  it('puts fragments of any size together', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 4, max: 60 }),
        (pdus, fragmentLength) => {
          const { losses, reassembler } = watched();
          expect(pdus.flatMap((pdu) => push(reassembler, l2cap(pdu), fragmentLength))).toEqual(pdus);
          expect(losses).toEqual([]);
        },
      ),
    );
  });

  it('passes over other channels, in fragments too', () => {
    const { losses, reassembler } = watched();
    expect(push(reassembler, l2cap(new Uint8Array(40_000), 5), 1000)).toEqual([]);
    expect(push(reassembler, l2cap(Uint8Array.of(1)), 10)).toEqual([Uint8Array.of(1)]);
    expect(losses).toEqual([]);
  });

  it('reports a packet whose end is missing, and reads the next', () => {
    const { losses, reassembler } = watched();
    reassembler.push({ handle: 1, continues: false, payload: l2cap(new Uint8Array(30)).subarray(0, 20) });
    expect(push(reassembler, l2cap(Uint8Array.of(7)), 10)).toEqual([Uint8Array.of(7)]);
    expect(losses).toEqual(['an attribute packet whose end is missing']);
  });

  it('reports a fragment that fits nothing, an impossible length, and a missing header', () => {
    const { losses, reassembler } = watched();
    reassembler.push({ handle: 1, continues: true, payload: new Uint8Array(3) });
    reassembler.push({ handle: 1, continues: false, payload: Uint8Array.of(0xff, 0xff, 4, 0) });
    reassembler.push({ handle: 1, continues: false, payload: Uint8Array.of(1) });
    expect(losses.length).toBe(3);
    expect(push(reassembler, l2cap(Uint8Array.of(7)), 10)).toEqual([Uint8Array.of(7)]);
  });
});
