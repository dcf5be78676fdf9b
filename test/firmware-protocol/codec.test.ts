import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type ControlRequest,
  crc16,
  decodeAnswer,
  decodeInfo,
  decodeRequest,
  decodeStatus,
  decodeStreamFrame,
  encodeAnswer,
  encodeInfo,
  encodeRequest,
  encodeStatus,
  encodeStreamFrame,
  MAX_FRAME_LENGTH,
  type StreamFrame,
} from '../../firmware-protocol/index.ts';
import { answers, frames, infos, requests, statuses } from './messages.ts';

const int16Frames = frames.map((frame): StreamFrame => ({ ...frame, format: 'int16' }));

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

describe.each([
  ['info', infos, encodeInfo, decodeInfo],
  ['status', statuses, encodeStatus, decodeStatus],
  ['request', requests, encodeRequest, decodeRequest],
  ['answer', answers, encodeAnswer, decodeAnswer],
] as [string, fc.Arbitrary<unknown>, (message: unknown) => Uint8Array, (bytes: Uint8Array) => unknown][])(
  '%s',
  (_, messages, encode, decode) => {
    test('any comes back as it was', () => {
      fc.assert(
        fc.property(messages, (message) => {
          expect(decode(encode(message))).toEqual({ ok: true, value: message });
        }),
        { numRuns: 2_000 },
      );
    });
  },
);

test('every request, and every answer but that to get-info, fits the default MTU of 23', () => {
  fc.assert(fc.property(requests, (request) => encodeRequest(request).length <= 20));
  fc.assert(fc.property(answers, (answer) => answer.result === 'info' || encodeAnswer(answer).length <= 20));
});

test.each([
  [
    'start with a ninth rate',
    { opcode: 'start', tag: 1, format: 'int16', rateNumber: 8, samplesPerFrame: 9 },
  ],
  [
    'start with 115 samples a frame',
    { opcode: 'start', tag: 1, format: 'int16', rateNumber: 0, samplesPerFrame: 115 },
  ],
  ['a tag beyond 8 bits', { opcode: 'stop', tag: 256 }],
  ['a token beyond 32 bits', { opcode: 'time-ping', tag: 1, token: 2 ** 32 }],
  ['a backfill of nothing', { opcode: 'backfill', tag: 1, session: 1, firstIndex: 0, count: 0 }],
] as [string, ControlRequest][])('%s cannot be encoded', (_, request) => {
  expect(() => encodeRequest(request)).toThrow(RangeError);
});

test.each([[[]], [Array(9).fill(250_000)]])(
  'a patch of the rates %j cannot be encoded',
  (ratesMillihertz) => {
    const [info] = fc.sample(infos, 1);
    expect(() => encodeInfo({ ...info, ratesMillihertz })).toThrow(RangeError);
  },
);
