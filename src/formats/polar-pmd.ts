import { type Decoded, decoded, refused } from './decoded.ts';

// Polar Measurement Data, as the H10 speaks it for ECG.
// Source: polarofficial/polar-ble-sdk (BlePMDClient.kt, PmdDataFrame.kt, EcgData.kt, PmdControlPointResponse.kt).

export const PMD_SERVICE = 'fb005c80-02e7-f387-1cad-8acd2d8df0c8';
export const PMD_CONTROL = 'fb005c81-02e7-f387-1cad-8acd2d8df0c8';
export const PMD_DATA = 'fb005c82-02e7-f387-1cad-8acd2d8df0c8';

/** Hertz, nominal. */
export const ECG_RATE = 130;
export const NANOVOLTS_PER_UNIT = 1_000;
/** Microvolts, either way. */
export const ECG_RANGE = 20_000;

const MeasurementType = { ECG: 0 } as const;
const Opcode = { SETTINGS: 1, START: 2, STOP: 3 } as const;
const Setting = { RATE: 0, RESOLUTION: 1 } as const;
const RESOLUTION_BITS = 14;
const FEATURES = 0x0f;
const RESPONSE = 0xf0;
const FEATURES_LENGTH = 17;

const FRAME_HEADER = 10;
const TYPE_MASK = 0x3f;
/** Frame type of plain 24-bit samples; compressed ones have the highest bit. */
const PLAIN = 0;
const SAMPLE_LENGTH = 3;

const ECG_SETTINGS = [Setting.RATE, 1, ECG_RATE, 0, Setting.RESOLUTION, 1, RESOLUTION_BITS, 0];

export const settingsRequest = () => Uint8Array.of(Opcode.SETTINGS, MeasurementType.ECG);
export const startRequest = () => Uint8Array.of(Opcode.START, MeasurementType.ECG, ...ECG_SETTINGS);
export const stopRequest = () => Uint8Array.of(Opcode.STOP, MeasurementType.ECG);

const STATUS_NAMES = [
  'success',
  'invalid opcode',
  'invalid measurement type',
  'not supported',
  'invalid length',
  'invalid parameter',
  'already in state',
  'invalid resolution',
  'invalid sample rate',
  'invalid range',
  'MTU too small',
  'invalid number of channels',
  'invalid state',
  'charging',
  'disk full',
];

const OPCODE_NAMES: Readonly<Record<number, string>> = {
  [Opcode.SETTINGS]: 'settings',
  [Opcode.START]: 'start',
  [Opcode.STOP]: 'stop',
};

/** What the control point reads or indicates. */
export type PmdControl =
  | { readonly kind: 'features'; readonly ecg: boolean }
  /** `refusal` says why a request was refused; undefined where it was granted. */
  | { readonly kind: 'response'; readonly request: string; readonly refusal: string | undefined };

/** Decodes a value of the control point. Never throws. */
export function decodePmdControl(value: Uint8Array): Decoded<PmdControl> {
  if (value[0] === FEATURES) {
    return value.length >= 2
      ? decoded({ kind: 'features', ecg: (value[1] & 1) !== 0 })
      : refused('too-short');
  }
  if (value[0] !== RESPONSE) return refused('not-a-response');
  if (value.length < 4) return refused('too-short');
  const [, opcode, , status] = value;
  return decoded({
    kind: 'response',
    request: OPCODE_NAMES[opcode] ?? `opcode ${opcode}`,
    refusal: status === 0 ? undefined : (STATUS_NAMES[status] ?? `status ${status}`),
  });
}

/** ECG, as one notification of the data characteristic carries it. */
export interface PmdEcgFrame {
  /** Time of the *last* sample, nanoseconds since 2000-01-01; a clock that was never set begins in 2019. */
  readonly nanoseconds: bigint;
  /** Microvolts. */
  readonly samples: Int32Array;
}

/** Whether a notification of the data characteristic is one of ECG: the others share it. */
export function isEcg(value: Uint8Array): boolean {
  return value.length > 0 && (value[0] & TYPE_MASK) === MeasurementType.ECG;
}

/** Decodes a frame of ECG. Never throws. */
export function decodeEcgFrame(value: Uint8Array): Decoded<PmdEcgFrame> {
  if (value.length < FRAME_HEADER + SAMPLE_LENGTH) return refused('too-short');
  if (!isEcg(value)) return refused('not-ecg');
  const view = new DataView(value.buffer, value.byteOffset, value.length);
  if (view.getUint8(9) !== PLAIN) return refused('unknown-frame-type');
  const count = (value.length - FRAME_HEADER) / SAMPLE_LENGTH;
  if (!Number.isInteger(count)) return refused('cut-off');
  const samples = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const at = FRAME_HEADER + SAMPLE_LENGTH * i;
    samples[i] = (view.getInt8(at + 2) << 16) | view.getUint16(at, true);
  }
  return decoded({ nanoseconds: view.getBigUint64(1, true), samples });
}

/** Encodes a frame of ECG, as an H10 does. */
export function encodeEcgFrame({ nanoseconds, samples }: PmdEcgFrame): Uint8Array {
  const bytes = new Uint8Array(FRAME_HEADER + SAMPLE_LENGTH * samples.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, MeasurementType.ECG);
  view.setBigUint64(1, nanoseconds, true);
  view.setUint8(9, PLAIN);
  for (let i = 0; i < samples.length; i++) {
    view.setUint16(FRAME_HEADER + SAMPLE_LENGTH * i, samples[i] & 0xffff, true);
    view.setInt8(FRAME_HEADER + SAMPLE_LENGTH * i + 2, samples[i] >> 16);
  }
  return bytes;
}

/** What reading the control point of an H10 gives: ECG and acceleration. */
export function encodeFeatures(): Uint8Array {
  const bytes = new Uint8Array(FEATURES_LENGTH);
  bytes.set([FEATURES, 0b101]);
  return bytes;
}

/** What an H10 answers to a request for ECG that it grants. */
export function encodeGrant(request: Uint8Array): Uint8Array {
  const [opcode, type] = request;
  // After status and more-flag come the settings, where these were asked for.
  return Uint8Array.of(RESPONSE, opcode, type, 0, 0, ...(opcode === Opcode.SETTINGS ? ECG_SETTINGS : []));
}
