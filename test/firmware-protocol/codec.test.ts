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
const samples16 = fc.oneof(
  fc.array(fc.integer({ min: -32768, max: 32767 }), { minLength: 1, maxLength: MAX_FRAME_SAMPLES }),
  // Small steps, as a signal has them: these pack well.
  fc.array(fc.integer({ min: -40, max: 40 }), { minLength: 1, maxLength: MAX_FRAME_SAMPLES }).map((steps) => {
    let sample = 0;
    return steps.map((step) => (sample += step));
  }),
);

const int16Frames: fc.Arbitrary<StreamFrame> = fc.record({
  type: fc.constantFrom('live', 'backfill'),
  format: fc.constant('int16'),
  rateNumber: fc.nat({ max: 7 }),
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
  samples: samples16.map((samples) => Int32Array.from(samples)),
});
const frames: fc.Arbitrary<StreamFrame> = fc.oneof(
  int16Frames,
  int16Frames.map((frame) => ({ ...frame, format: 'delta-packed' as const })),
);

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
        const { format } = packingOf(frame);
        expect(decodeStreamFrame(larger.subarray(offset, offset + bytes.length))).toEqual({
          ok: true,
          value: { ...frame, format },
        });
      }),
      { numRuns: 2_000 },
    );
  });

  test('delta-packed samples take the fewest bytes that their differences allow, and never more than int16', () => {
    fc.assert(
      fc.property(frames, (frame) => {
        expect(encodeStreamFrame(frame).length).toBe(16 + packingOf(frame).length);
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
    ['a ninth rate', { rateNumber: 8 }],
    ['a sample beyond 16 bits, packed', { format: 'delta-packed', samples: Int32Array.of(0, -32_769, 0, 0) }],
  ])('%s cannot be encoded', (_, wrong) => {
    const [frame] = fc.sample(int16Frames, { numRuns: 1, seed: 1 });
    expect(() => encodeStreamFrame({ ...frame, ...wrong } as StreamFrame)).toThrow(RangeError);
  });
});

/** How the page says that a frame's samples are written, and in how many bytes: counted, not packed. */
function packingOf({ format, samples }: StreamFrame): Pick<StreamFrame, 'format'> & { length: number } {
  const zigzags = Array.from(samples, (sample, i) => {
    const step = i === 0 ? 0 : sample - samples[i - 1];
    const wrapped = step > 32767 ? step - 65536 : step < -32768 ? step + 65536 : step;
    return wrapped < 0 ? -2 * wrapped - 1 : 2 * wrapped;
  });
  let length = 2;
  for (let from = 1; from < zigzags.length; from += 8) {
    const group = zigzags.slice(from, from + 8);
    const width = Math.max(...group).toString(2).length;
    length += 1 + Math.ceil((group.some(Boolean) ? width * group.length : 0) / 8);
  }
  const plain = 2 * samples.length;
  return format === 'delta-packed' && length < plain
    ? { format: 'delta-packed', length }
    : { format: 'int16', length: plain };
}

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
