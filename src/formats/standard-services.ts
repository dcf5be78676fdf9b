import { type Decoded, decoded, refused } from './decoded.ts';
import { fullUuid } from './uuid.ts';

// Services that the Bluetooth SIG specifies. Sources: Heart Rate Service 1.0, Battery Service 1.0, Device
// Information Service 1.1, and the GATT Specification Supplement.

export const HEART_RATE_SERVICE = fullUuid(0x180d);
export const HEART_RATE_MEASUREMENT = fullUuid(0x2a37);
export const BODY_SENSOR_LOCATION = fullUuid(0x2a38);

export const BATTERY_SERVICE = fullUuid(0x180f);
export const BATTERY_LEVEL = fullUuid(0x2a19);

export const DEVICE_INFORMATION_SERVICE = fullUuid(0x180a);
export const MANUFACTURER_NAME = fullUuid(0x2a29);
export const MODEL_NUMBER = fullUuid(0x2a24);
export const SERIAL_NUMBER = fullUuid(0x2a25);
export const FIRMWARE_REVISION = fullUuid(0x2a26);

const RATE_OF_16_BITS = 1 << 0;
const CONTACT = 1 << 1;
const CONTACT_SUPPORTED = 1 << 2;
const HAS_ENERGY = 1 << 3;
const HAS_RR = 1 << 4;
const RR_PER_SECOND = 1024;

/** Longer than any name a sensor was given. */
const MAX_TEXT = 64;

/** A heart rate measurement, by the sensor's own beat detector. */
export interface HeartRateMeasurement {
  /** Beats a minute. */
  readonly rate: number;
  /** Whether the electrodes touch skin; undefined where the sensor cannot tell. */
  readonly contact: boolean | undefined;
  /** RR intervals since the last measurement, oldest first, seconds. */
  readonly rrIntervals: readonly number[];
}

/** Decodes a heart rate measurement. Never throws. */
export function decodeHeartRate(value: Uint8Array): Decoded<HeartRateMeasurement> {
  if (value.length < 2) return refused('too-short');
  const [flags] = value;
  const rrAt = 2 + (flags & RATE_OF_16_BITS ? 1 : 0) + (flags & HAS_ENERGY ? 2 : 0);
  const rrBytes = value.length - rrAt;
  if (rrBytes < 0 || rrBytes % 2 !== 0 || (rrBytes > 0 && !(flags & HAS_RR))) return refused('bad-length');
  const u16 = (at: number) => value[at] | (value[at + 1] << 8);
  return decoded({
    rate: flags & RATE_OF_16_BITS ? u16(1) : value[1],
    contact: flags & CONTACT_SUPPORTED ? (flags & CONTACT) !== 0 : undefined,
    rrIntervals: Array.from({ length: rrBytes / 2 }, (_, n) => u16(rrAt + 2 * n) / RR_PER_SECOND),
  });
}

/** Decodes a battery level, percent. Never throws. */
export function decodeBatteryLevel(value: Uint8Array): Decoded<number> {
  if (value.length !== 1) return refused('bad-length');
  return value[0] <= 100 ? decoded(value[0]) : refused('bad-battery');
}

/** Decodes a text of the device information service. Sensors differ in whether they end it with zeros. */
export function decodeText(value: Uint8Array): Decoded<string> {
  const text = String.fromCharCode(...value.subarray(0, MAX_TEXT + 1)).replace(/\0+$/, '');
  if (text.length > MAX_TEXT) return refused('bad-length');
  return /^[\x20-\x7e]*$/.test(text) ? decoded(text.trim()) : refused('bad-text');
}
