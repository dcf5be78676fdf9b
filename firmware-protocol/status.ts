import { Buffer } from 'buffer/index.js';
import { type Decoded, decoded, refused } from './decoded.ts';
import { bitsOf, type Flags, flagsOf } from './flags.ts';
import { recordReason } from './version.ts';

const STATUS_LENGTH = 16;
const UNKNOWN_BATTERY = 0xff;
const UNKNOWN_TEMPERATURE = -0x8000;

/** Bit number of each flag in byte 3. The others are reserved: sent as 0, ignored when received. */
const STATUS_FLAGS = {
  leadOffPositive: 0,
  leadOffNegative: 1,
  streaming: 2,
  lowBattery: 3,
  charging: 4,
} as const;

export type StatusFlags = Flags<typeof STATUS_FLAGS>;

/** What the status characteristic says. */
export interface PatchStatus {
  readonly major: number;
  readonly minor: number;
  /** 0 to 100; undefined when the patch does not know. */
  readonly batteryPercent: number | undefined;
  readonly flags: StatusFlags;
  /** The session that streams, or the last one that did. */
  readonly session: number;
  /** Temperature of the patch in 0.01 °C; undefined when it has no sensor. */
  readonly centidegrees: number | undefined;
  /** Samples of this session that were acquired and never sent, modulo 2^32. */
  readonly samplesDropped: number;
  /** Most samples that ever waited in the patch to be sent, since the session began. */
  readonly ringHighWater: number;
}

export type PatchStatusReason = 'too-short' | 'unknown-major' | 'bad-length' | 'bad-battery';

/**
 * Encodes the value of the status characteristic.
 * @throws RangeError when a field does not fit its place on the wire.
 */
export function encodeStatus(status: PatchStatus): Uint8Array {
  const bytes = Buffer.alloc(STATUS_LENGTH);
  bytes.writeUInt8(status.major, 0);
  bytes.writeUInt8(status.minor, 1);
  bytes.writeUInt8(status.batteryPercent ?? UNKNOWN_BATTERY, 2);
  bytes.writeUInt8(bitsOf(status.flags, STATUS_FLAGS), 3);
  bytes.writeUInt16LE(status.session, 4);
  bytes.writeInt16LE(status.centidegrees ?? UNKNOWN_TEMPERATURE, 6);
  bytes.writeUInt32LE(status.samplesDropped, 8);
  bytes.writeUInt32LE(status.ringHighWater, 12);
  return bytes;
}

/** Decodes a read or a notification of the status characteristic. Never throws. */
export function decodeStatus(value: Uint8Array): Decoded<PatchStatus, PatchStatusReason> {
  const reason = recordReason(value, STATUS_LENGTH);
  if (reason) return refused(reason);
  const bytes = Buffer.from(value.buffer as ArrayBuffer, value.byteOffset, value.length);
  const battery = bytes[2];
  if (battery > 100 && battery !== UNKNOWN_BATTERY) return refused('bad-battery');
  const temperature = bytes.readInt16LE(6);
  return decoded({
    major: bytes[0],
    minor: bytes[1],
    batteryPercent: battery === UNKNOWN_BATTERY ? undefined : battery,
    flags: flagsOf(bytes[3], STATUS_FLAGS),
    session: bytes.readUInt16LE(4),
    centidegrees: temperature === UNKNOWN_TEMPERATURE ? undefined : temperature,
    samplesDropped: bytes.readUInt32LE(8),
    ringHighWater: bytes.readUInt32LE(12),
  });
}
