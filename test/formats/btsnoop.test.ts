import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type BtsnoopDamage,
  BtsnoopReader,
  type BtsnoopRecord,
  btsnoopHeader,
  btsnoopRecord,
} from '../../src/formats/btsnoop.ts';
import { InputError } from '../../src/formats/input-error.ts';

const START = Date.UTC(2024, 4, 17, 12);

function read(bytes: Uint8Array, pieceLength = bytes.length || 1): (BtsnoopRecord | BtsnoopDamage)[] {
  const reader = new BtsnoopReader('c.btsnoop');
  const found: (BtsnoopRecord | BtsnoopDamage)[] = [];
  for (let at = 0; at < bytes.length; at += pieceLength)
    found.push(...reader.push(bytes.slice(at, at + pieceLength)));
  return [...found, ...reader.finish()];
}

/** A capture whose record n holds n + 1 bytes of value n. */
function capture(count: number): Uint8Array {
  const records = Array.from({ length: count }, (_, n) =>
    btsnoopRecord(new Uint8Array(n + 1).fill(n), 1, START + n * 10.125),
  );
  return Buffer.concat([btsnoopHeader(), ...records]);
}

describe('btsnoop writer', () => {
  it('writes the bytes of the format', () => {
    expect(Buffer.from(btsnoopHeader()).toString('hex')).toBe('6274736e6f6f700000000001000003ea');
    // 1970 is 0x00dcddb30f2f8000 microseconds after the year 0; one millisecond and a half later.
    expect(Buffer.from(btsnoopRecord(Uint8Array.of(4, 0xff), 3, 1.5)).toString('hex')).toBe(
      `${'00000002'.repeat(2)}${'00000003'}${'00000000'}${'00dcddb30f2f85dc'}04ff`,
    );
  });
});

describe('BtsnoopReader', () => {
  it('reads records with their place, time and flags, in pieces of any size', () => {
    const bytes = capture(12);
    const whole = read(bytes);
    expect(whole.length).toBe(12);
    expect(whole[3]).toMatchObject({
      kind: 'record',
      offset: 16 + 3 * 24 + 6,
      flags: 1,
      atMs: START + 30.375,
      cutOff: 0,
    });
    expect([...(whole[3] as BtsnoopRecord).data]).toEqual([3, 3, 3, 3]);
    for (let pieceLength = 1; pieceLength < 60; pieceLength++)
      expect(read(bytes, pieceLength)).toEqual(whole);
  });

  it('reports a torn last record, wherever it is torn', () => {
    const bytes = capture(3);
    const lastRecord = bytes.length - 27;
    for (let length = lastRecord + 1; length < bytes.length; length++) {
      expect(read(bytes.subarray(0, length)).slice(2)).toEqual([
        { kind: 'damage', offset: lastRecord, bytes: length - lastRecord, torn: true },
      ]);
    }
  });

  it('goes on behind bytes that are no record', () => {
    const bytes = capture(4);
    const second = 16 + 25;
    const damaged = Buffer.concat([
      bytes.subarray(0, second),
      Buffer.alloc(100, 0xee),
      bytes.subarray(second),
    ]);
    const found = read(damaged, 7);
    expect(found[1]).toEqual({ kind: 'damage', offset: second, bytes: 100, torn: false });
    expect(found.filter(({ kind }) => kind === 'record').length).toBe(4);
  });

  it('loses no more than the record of a flipped bit and those that a wrong length swallows', () => {
    const bytes = capture(40);
    fc.assert(
      fc.property(
        fc.integer({ min: 16, max: bytes.length - 1 }),
        fc.integer({ min: 0, max: 7 }),
        (at, bit) => {
          const flipped = bytes.slice();
          flipped[at] ^= 1 << bit;
          const records = read(flipped, 50).filter((one): one is BtsnoopRecord => one.kind === 'record');
          // A length can grow by 4,096 at most, which is more than this capture holds: judge by what stands before.
          const before = read(bytes).filter(
            (one) => one.kind === 'record' && one.offset + 24 + one.data.length <= at,
          );
          expect(records.slice(0, before.length)).toEqual(before);
        },
      ),
    );
  });

  it.each([4097, 0x7fff_ffff])('goes on behind a length of %i, without allocating it', (length) => {
    const bytes = Buffer.from(capture(5));
    bytes.writeUInt32BE(length, 16);
    bytes.writeUInt32BE(length, 20);
    const found = read(bytes);
    expect(found[0]).toEqual({ kind: 'damage', offset: 16, bytes: 25, torn: false });
    expect(found.length).toBe(5);
  });

  it.each([
    ['nothing', new Uint8Array(0), /does not begin as a btsnoop capture/],
    ['a text', Buffer.from('Not a capture at all'), /does not begin as a btsnoop capture/],
    ['another version', btsnoopHeader().fill(2, 11, 12), /byte 8: btsnoop version 2/],
    ['another medium', btsnoopHeader().fill(1, 15, 16), /byte 12: data link 769/],
  ])('refuses %s, naming the file', (_, bytes, message) => {
    expect(() => read(bytes)).toThrow(InputError);
    expect(() => read(bytes)).toThrow(message);
    expect(() => read(bytes)).toThrow(/^c\.btsnoop/);
  });

  it('accounts for every byte, whatever the bytes', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 400 }),
        fc.integer({ min: 1, max: 64 }),
        (noise, pieceLength) => {
          const bytes = Buffer.concat([btsnoopHeader(), noise]);
          const sizes = read(bytes, pieceLength).map((one) =>
            one.kind === 'damage' ? one.bytes : 24 + one.data.length,
          );
          expect(sizes.reduce((sum, size) => sum + size, 16)).toBe(bytes.length);
        },
      ),
    );
  });
});
