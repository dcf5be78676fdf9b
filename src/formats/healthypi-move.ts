import { type Decoded, decoded, refused } from './decoded.ts';

// ECG of a HealthyPi Move: bare samples.
// Source: Protocentral/healthypi-move-fw, app/src/ble_module.c.

export const ECG_SERVICE = '00001122-0000-1000-8000-00805f9b34fb';
export const ECG_CHARACTERISTIC = '00001424-0000-1000-8000-00805f9b34fb';
export const GSR_CHARACTERISTIC = 'babe4a4c-7789-11ed-a1eb-0242ac120002';

/** Hertz, nominal. */
export const ECG_RATE = 128;
/** One unit of a MAX30001 at a gain of 20: 1 V / (2^17 × 20). The firmware does not say which gain it sets. */
export const NANOVOLTS_PER_UNIT = 381.47;
/** Units, either way: 18 bits. */
export const ECG_RANGE = 2 ** 17 - 1;
/** The firmware's buffer holds so many. */
const MAX_SAMPLES = 32;

/** Decodes a notification: i32 samples and nothing else. Never throws. */
export function decodeSamples(value: Uint8Array): Decoded<Int32Array> {
  const count = value.length / 4;
  if (count === 0) return refused('too-short');
  if (!Number.isInteger(count)) return refused('cut-off');
  if (count > MAX_SAMPLES) return refused('bad-length');
  const view = new DataView(value.buffer, value.byteOffset, value.length);
  return decoded(Int32Array.from({ length: count }, (_, n) => view.getInt32(4 * n, true)));
}

/** Encodes a notification. */
export function encodeSamples(samples: Int32Array): Uint8Array {
  const bytes = new Uint8Array(4 * samples.length);
  const view = new DataView(bytes.buffer);
  samples.forEach((sample, n) => {
    view.setInt32(4 * n, sample, true);
  });
  return bytes;
}
