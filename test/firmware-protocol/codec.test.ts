import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  crc16,
  decodeAnswer,
  decodeInfo,
  decodeRequest,
  decodeStatus,
  decodeStreamFrame,
  encodeStreamFrame,
  MAX_FRAME_LENGTH,
  MAX_FRAME_SAMPLES,
  type StreamFrame,
} from '../../firmware-protocol/index.ts';

const decoders = { decodeStreamFrame, decodeInfo, decodeStatus, decodeRequest, decodeAnswer };

const u32 = fc.nat({ max: 0xffffffff });
const frames: fc.Arbitrary<StreamFrame> = fc.record({
  flags: fc.record({
    leadOffPositive: fc.boolean(),
    leadOffNegative: fc.boolean(),
    saturated: fc.boolean(),
    discontinuity: fc.boolean(),
    lowBattery: fc.boolean(),
    eventMarker: fc.boolean(),
  }),
  session: fc.nat({ max: 0xffff }),
  firstIndex: u32,
  ticks: u32,
  samples: fc
    .array(fc.integer({ min: -32768, max: 32767 }), { minLength: 1, maxLength: MAX_FRAME_SAMPLES })
    .map((samples) => Int32Array.from(samples)),
});

test('CRC-16/IBM-3740 has its catalogued check value', () => {
  expect(crc16(new TextEncoder().encode('123456789'))).toBe(0x29b1);
});

describe('stream frames', () => {
  test('any frame comes back as it was, from anywhere inside a larger buffer', () => {
    fc.assert(
      fc.property(frames, fc.nat({ max: 9 }), (frame, offset) => {
        const bytes = encodeStreamFrame(frame);
        expect(bytes.length).toBeLessThanOrEqual(MAX_FRAME_LENGTH);
        const larger = new Uint8Array(bytes.length + 2 * offset).fill(0xee);
        larger.set(bytes, offset);
        expect(decodeStreamFrame(larger.subarray(offset, offset + bytes.length))).toEqual({
          ok: true,
          value: frame,
        });
      }),
      { numRuns: 2_000 },
    );
  });

  test('no burst of up to 16 wrong bits passes', () => {
    fc.assert(
      fc.property(frames, fc.nat(), fc.integer({ min: 1, max: 0xffff }), (frame, place, burst) => {
        const bytes = encodeStreamFrame(frame);
        // Among the samples: a burst across the edge of the check, which stands in the header, is two to the CRC.
        const at = 16 + (place % (bytes.length - 17));
        bytes[at] ^= burst & 0xff;
        bytes[at + 1] ^= burst >> 8;
        expect(decodeStreamFrame(bytes)).toEqual({ ok: false, reason: 'bad-check' });
      }),
      { numRuns: 20_000 },
    );
  });

  test.each([
    ['no samples', { samples: new Int32Array(0) }],
    ['115 samples', { samples: new Int32Array(115) }],
    ['a sample beyond 16 bits', { samples: Int32Array.of(32_768) }],
    ['a session beyond 16 bits', { session: 65_536 }],
    ['an index beyond 32 bits', { firstIndex: 2 ** 32 }],
    ['negative ticks', { ticks: -1 }],
  ])('%s cannot be encoded', (_, wrong) => {
    const [frame] = fc.sample(frames, { numRuns: 1, seed: 1 });
    expect(() => encodeStreamFrame({ ...frame, ...wrong })).toThrow(RangeError);
  });
});

describe('bytes from the air', () => {
  test.each(Object.entries(decoders))('%s never throws on random bytes', (_, decode) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 512 }), (bytes) => {
        const result = decode(bytes);
        expect(result.ok || result.reason.length > 0).toBe(true);
      }),
      { numRuns: 20_000 },
    );
  });
});
