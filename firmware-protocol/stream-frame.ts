import { Buffer } from 'buffer/index.js';
import { type Coding, codingByte, formatOf, rateNumberOf } from './coding.ts';
import { CRC_SEED, crc16 } from './crc16.ts';
import { type Decoded, decoded, refused } from './decoded.ts';
import { packDeltas, unpackDeltas } from './delta-packing.ts';
import { bitsOf, type Flags, flagsOf } from './flags.ts';
import { PROTOCOL_MAJOR } from './version.ts';

const FRAME_TYPES = {
  /** Samples as they are acquired. */
  live: 1,
  /** Samples from the patch's ring, because the gateway asked for them. */
  backfill: 2,
} as const;

export const FRAME_HEADER_LENGTH = 16;
/** One link-layer packet with data length extension: 251 − 4 (L2CAP) − 3 (ATT). */
export const MAX_FRAME_LENGTH = 244;
export const MAX_FRAME_SAMPLES = (MAX_FRAME_LENGTH - FRAME_HEADER_LENGTH) / 2;

/** The patch's clock: free-running, never set. */
export const TICKS_PER_SECOND = 32_768;

const CHECK_OFFSET = 14;

/** Bit number of each flag in byte 1. Bits 6 and 7 are reserved: sent as 0, ignored when received. */
const FRAME_FLAGS = {
  leadOffPositive: 0,
  leadOffNegative: 1,
  /** A sample of this frame reached the end of the front end's range. */
  saturated: 2,
  /** Samples were lost before this frame that the sample index does not count. */
  discontinuity: 3,
  lowBattery: 4,
  /** The wearer pressed the button during this frame. */
  eventMarker: 5,
} as const;

export type FrameFlags = Flags<typeof FRAME_FLAGS>;

/** Samples, as one notification of the stream characteristic carries them. */
export interface StreamFrame extends Coding {
  readonly type: keyof typeof FRAME_TYPES;
  readonly flags: FrameFlags;
  /** 0 to 65,535; changes at every start. */
  readonly session: number;
  /** Index of the first sample within the session, modulo 2^32. */
  readonly firstIndex: number;
  /** The patch's clock when the first sample was taken, in 1/32,768 s, modulo 2^32. */
  readonly ticks: number;
  /** 1 to {@link MAX_FRAME_SAMPLES} samples in the unit that info states. */
  readonly samples: Int32Array;
}

export type StreamFrameReason =
  | 'too-short'
  | 'unknown-major'
  | 'unknown-frame-type'
  | 'unknown-sample-format'
  | 'unknown-rate'
  | 'bad-count'
  | 'bad-length'
  | 'bad-check'
  | 'bad-packing';

/**
 * Encodes a frame. Samples to be delta-packed that would not become shorter by it are written as int16: the frame
 * says so, and is never longer than an int16 one.
 *
 * @throws RangeError when a field does not fit its place on the wire.
 */
export function encodeStreamFrame(frame: StreamFrame): Uint8Array {
  const { samples } = frame;
  if (samples.length < 1 || samples.length > MAX_FRAME_SAMPLES) {
    throw new RangeError(`a frame holds 1 to ${MAX_FRAME_SAMPLES} samples, not ${samples.length}`);
  }
  const plain = int16Bytes(samples);
  const packed = frame.format === 'delta-packed' ? packDeltas(samples) : undefined;
  const body = packed ?? plain;
  const bytes = Buffer.alloc(FRAME_HEADER_LENGTH + body.length);
  bytes.writeUInt8((PROTOCOL_MAJOR << 4) | FRAME_TYPES[frame.type], 0);
  bytes.writeUInt8(bitsOf(frame.flags, FRAME_FLAGS), 1);
  bytes.writeUInt16LE(frame.session, 2);
  bytes.writeUInt32LE(frame.firstIndex, 4);
  bytes.writeUInt32LE(frame.ticks, 8);
  bytes.writeUInt8(codingByte({ ...frame, format: packed ? 'delta-packed' : 'int16' }), 12);
  bytes.writeUInt8(samples.length, 13);
  bytes.set(body, FRAME_HEADER_LENGTH);
  bytes.writeUInt16LE(checkOf(bytes), CHECK_OFFSET);
  return bytes;
}

/** Decodes one notification of the stream characteristic. Never throws. */
export function decodeStreamFrame(value: Uint8Array): Decoded<StreamFrame, StreamFrameReason> {
  if (value.length < FRAME_HEADER_LENGTH) return refused('too-short');
  // The layout of everything below belongs to this major version, so that it is asked first.
  if (value[0] >> 4 !== PROTOCOL_MAJOR) return refused('unknown-major');
  const type = TYPES[value[0] & 0x0f];
  if (type === undefined) return refused('unknown-frame-type');
  const format = formatOf(value[12]);
  if (format === undefined) return refused('unknown-sample-format');
  const rateNumber = rateNumberOf(value[12]);
  if (rateNumber === undefined) return refused('unknown-rate');
  const count = value[13];
  if (count < 1 || count > MAX_FRAME_SAMPLES) return refused('bad-count');
  const length = value.length - FRAME_HEADER_LENGTH;
  const fits = format === 'int16' ? length === 2 * count : length >= 2 && length < 2 * count;
  if (!fits) return refused('bad-length');
  // A view, and no piece of the value is cut out: to make a Buffer takes as long as to decode a frame.
  const view = new DataView(value.buffer, value.byteOffset, value.length);
  if (view.getUint16(CHECK_OFFSET, true) !== checkOf(value)) return refused('bad-check');

  const samples =
    format === 'int16' ? int16Samples(view, count) : unpackDeltas(value.subarray(FRAME_HEADER_LENGTH), count);
  if (samples === undefined) return refused('bad-packing');
  return decoded({
    type,
    format,
    rateNumber,
    flags: flagsOf(value[1], FRAME_FLAGS),
    session: view.getUint16(2, true),
    firstIndex: view.getUint32(4, true),
    ticks: view.getUint32(8, true),
    samples,
  });
}

const TYPES: readonly (StreamFrame['type'] | undefined)[] = [undefined, 'live', 'backfill'];

/** @throws RangeError when a sample has more than 16 bits */
function int16Bytes(samples: Int32Array): Uint8Array {
  const bytes = Buffer.alloc(2 * samples.length);
  for (let i = 0; i < samples.length; i++) bytes.writeInt16LE(samples[i], 2 * i);
  return bytes;
}

function int16Samples(frame: DataView, count: number): Int32Array {
  const samples = new Int32Array(count);
  for (let i = 0; i < count; i++) samples[i] = frame.getInt16(FRAME_HEADER_LENGTH + 2 * i, true);
  return samples;
}

/** Over the header up to the check itself, then over the samples. */
function checkOf(frame: Uint8Array): number {
  return crc16(frame, crc16(frame, CRC_SEED, 0, CHECK_OFFSET), FRAME_HEADER_LENGTH);
}
