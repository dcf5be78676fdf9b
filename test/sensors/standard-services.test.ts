import { describe, expect, test } from 'vitest';
import {
  BATTERY_LEVEL,
  decodeHeartRate,
  FIRMWARE_REVISION,
  HEART_RATE_MEASUREMENT,
  MANUFACTURER_NAME,
  MODEL_NUMBER,
} from '../../src/formats/standard-services.ts';
import { StandardServicesDriver } from '../../src/sensors/standard-services.ts';
import { heard, hex } from './heard.ts';

const said = (characteristic: string, bytes: ArrayLike<number>) =>
  new StandardServicesDriver().push(heard(characteristic, bytes));

describe('Heart Rate', () => {
  test.each([
    ['00 48', { rate: 72, contact: undefined, rrIntervals: [] }],
    ['01 48 01', { rate: 328, contact: undefined, rrIntervals: [] }],
    ['04 48', { rate: 72, contact: false, rrIntervals: [] }],
    ['16 48 00 04 00 02', { rate: 72, contact: true, rrIntervals: [1, 0.5] }],
    ['18 48 aa bb 00 04', { rate: 72, contact: undefined, rrIntervals: [1] }],
  ])('%s', (text, value) => {
    expect(decodeHeartRate(hex(text))).toEqual({ ok: true, value });
  });

  test.each(['', '00', '01 48', '10 48 00', '00 48 00', '08 48 01'])('refuses "%s"', (text) => {
    expect(decodeHeartRate(text === '' ? new Uint8Array(0) : hex(text)).ok).toBe(false);
  });

  test('becomes a status: rate, and lead-off where the sensor can tell', () => {
    expect(said(HEART_RATE_MEASUREMENT, hex('06 48'))).toEqual([
      { kind: 'sensor-status', receivedAtMs: 1_000, heartRate: 72, leadOff: false },
    ]);
    expect(said(HEART_RATE_MEASUREMENT, hex('04 00'))).toMatchObject([{ leadOff: true }]);
    expect(Object.keys(said(HEART_RATE_MEASUREMENT, hex('00 48'))[0])).not.toContain('leadOff');
  });
});

test('Battery', () => {
  expect(said(BATTERY_LEVEL, [87])).toMatchObject([{ kind: 'sensor-status', batteryPercent: 87 }]);
  expect(said(BATTERY_LEVEL, [101])).toMatchObject([{ kind: 'bad-frame', reason: 'battery: bad-battery' }]);
  expect(said(BATTERY_LEVEL, [])).toMatchObject([{ kind: 'bad-frame' }]);
});

test('Device Information', () => {
  const text = (value: string) => new TextEncoder().encode(value);
  expect(said(MODEL_NUMBER, text('H10\0'))).toMatchObject([{ kind: 'sensor-info', model: 'H10' }]);
  expect(said(MANUFACTURER_NAME, text('Polar Electro Oy '))).toMatchObject([{ maker: 'Polar Electro Oy' }]);
  expect(said(FIRMWARE_REVISION, text('5.0.0'))).toMatchObject([{ firmware: '5.0.0' }]);
  expect(said(MODEL_NUMBER, text('\x1b[2J'))).toMatchObject([{ kind: 'bad-frame' }]);
  expect(said(MODEL_NUMBER, new Uint8Array(500).fill(65))).toMatchObject([{ kind: 'bad-frame' }]);
});
