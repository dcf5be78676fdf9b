import { Buffer } from 'buffer/index.js';
import { MAX_RATES } from './coding.ts';
import { type Decoded, decoded, refused } from './decoded.ts';
import { bitsOf, type Flags, flagsOf } from './flags.ts';
import { recordReason } from './version.ts';

const FIXED_LENGTH = 20;
const MAX_TEXT_LENGTH = 24;
const MIN_RATE_MILLIHERTZ = 1_000;
const MAX_RATE_MILLIHERTZ = 8_000_000;
const MAX_NANOVOLTS_PER_UNIT = 1_000_000;

/** Bit number of each capability. The others are reserved: sent as 0, ignored when received. */
const CAPABILITIES = {
  backfill: 0,
  timePing: 1,
  /** Lead-off is told for each electrode; otherwise both flags are set together. */
  leadOffPerElectrode: 2,
  eventButton: 3,
  temperature: 4,
  deltaPackedSamples: 5,
  int24Samples: 6,
} as const;

export type Capabilities = Flags<typeof CAPABILITIES>;

/** What the info characteristic says: constant while the patch is connected. */
export interface PatchInfo {
  readonly major: number;
  readonly minor: number;
  readonly capabilities: Capabilities;
  /** What one unit of a sample is worth, 1 to 1,000,000 nV. */
  readonly nanovoltsPerUnit: number;
  /** Nominal sampling rates, one to eight of 1,000 to 8,000,000 mHz; the first is the usual one. */
  readonly ratesMillihertz: readonly number[];
  /** Samples that the patch keeps for backfill; 0: none. */
  readonly ringDepth: number;
  /** Printable ASCII, at most 24 characters. */
  readonly model: string;
  /** Printable ASCII, at most 24 characters. */
  readonly serial: string;
}

export type PatchInfoReason =
  | 'too-short'
  | 'unknown-major'
  | 'bad-length'
  | 'bad-text'
  | 'bad-scale'
  | 'bad-rate';

/**
 * Encodes the value of the info characteristic.
 * @throws RangeError when a field does not fit its place on the wire.
 */
export function encodeInfo(info: PatchInfo): Uint8Array {
  for (const text of [info.model, info.serial]) {
    if (!isPlainText(text)) throw new RangeError(`"${text}" is not 0 to 24 printable ASCII characters`);
  }
  const [usualRate, ...furtherRates] = info.ratesMillihertz;
  if (usualRate === undefined || furtherRates.length >= MAX_RATES) {
    throw new RangeError(`a patch has 1 to ${MAX_RATES} rates, not ${info.ratesMillihertz.length}`);
  }
  const textEnd = FIXED_LENGTH + info.model.length + info.serial.length;
  const bytes = Buffer.alloc(textEnd + 4 * furtherRates.length);
  bytes.writeUInt8(info.major, 0);
  bytes.writeUInt8(info.minor, 1);
  bytes.writeUInt8(info.model.length, 2);
  bytes.writeUInt8(info.serial.length, 3);
  bytes.writeUInt16LE(bitsOf(info.capabilities, CAPABILITIES), 4);
  bytes.writeUInt8(furtherRates.length, 6);
  bytes.writeUInt32LE(info.nanovoltsPerUnit, 8);
  bytes.writeUInt32LE(usualRate, 12);
  bytes.writeUInt32LE(info.ringDepth, 16);
  bytes.write(info.model + info.serial, FIXED_LENGTH, MAX_TEXT_LENGTH * 2, 'ascii');
  for (const [i, rate] of furtherRates.entries()) bytes.writeUInt32LE(rate, textEnd + 4 * i);
  return bytes;
}

/** Decodes a read of the info characteristic. Never throws. */
export function decodeInfo(value: Uint8Array): Decoded<PatchInfo, PatchInfoReason> {
  const tooFew = recordReason(value.subarray(0, FIXED_LENGTH), FIXED_LENGTH);
  if (tooFew) return refused(tooFew);
  const bytes = Buffer.from(value.buffer as ArrayBuffer, value.byteOffset, value.length);
  const modelEnd = FIXED_LENGTH + bytes[2];
  const serialEnd = modelEnd + bytes[3];
  const furtherRates = bytes[6];
  const reason = recordReason(value, serialEnd + 4 * furtherRates);
  if (reason) return refused(reason);

  const model = bytes.toString('latin1', FIXED_LENGTH, modelEnd);
  const serial = bytes.toString('latin1', modelEnd, serialEnd);
  // These go to terminals: a control character here could move the cursor of whoever watches.
  if (!isPlainText(model) || !isPlainText(serial)) return refused('bad-text');
  const nanovoltsPerUnit = bytes.readUInt32LE(8);
  if (nanovoltsPerUnit < 1 || nanovoltsPerUnit > MAX_NANOVOLTS_PER_UNIT) return refused('bad-scale');
  if (furtherRates >= MAX_RATES) return refused('bad-rate');
  const ratesMillihertz = [bytes.readUInt32LE(12)];
  for (let i = 0; i < furtherRates; i++) ratesMillihertz.push(bytes.readUInt32LE(serialEnd + 4 * i));
  if (!ratesMillihertz.every(isRate)) return refused('bad-rate');
  return decoded({
    major: bytes[0],
    minor: bytes[1],
    capabilities: flagsOf(bytes.readUInt16LE(4), CAPABILITIES),
    nanovoltsPerUnit,
    ratesMillihertz,
    ringDepth: bytes.readUInt32LE(16),
    model,
    serial,
  });
}

function isRate(millihertz: number): boolean {
  return millihertz >= MIN_RATE_MILLIHERTZ && millihertz <= MAX_RATE_MILLIHERTZ;
}

function isPlainText(text: string): boolean {
  return text.length <= MAX_TEXT_LENGTH && /^[\x20-\x7e]*$/.test(text);
}
