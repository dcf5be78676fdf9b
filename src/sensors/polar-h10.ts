import {
  decodeEcgFrame,
  decodePmdControl,
  ECG_RANGE,
  ECG_RATE,
  isEcg,
  NANOVOLTS_PER_UNIT,
  PMD_CONTROL,
  PMD_DATA,
  PMD_SERVICE,
  settingsRequest,
  startRequest,
  stopRequest,
} from '../formats/polar-pmd.ts';
import {
  BATTERY_LEVEL,
  HEART_RATE_MEASUREMENT,
  MODEL_NUMBER,
  SERIAL_NUMBER,
} from '../formats/standard-services.ts';
import type { SensorProfile } from '../sources/sensor-profile.ts';
import type { Notification } from '../sources/source.ts';
import { badFrame } from './bad-frame.ts';
import { SampleCounter } from './sample-counter.ts';
import { type SensorDriver, type SensorItem, UNFLAGGED } from './sensor.ts';

/** The heart rate is there for its contact bit: ECG frames do not tell that the strap came off. */
export const POLAR_H10: SensorProfile = {
  name: 'polar-h10',
  service: PMD_SERVICE,
  advertisedName: 'Polar H10',
  reads: [MODEL_NUMBER, SERIAL_NUMBER, BATTERY_LEVEL, PMD_CONTROL],
  subscriptions: [HEART_RATE_MEASUREMENT, PMD_CONTROL, PMD_DATA],
  start: () => [
    { characteristic: PMD_CONTROL, value: settingsRequest() },
    { characteristic: PMD_CONTROL, value: startRequest() },
  ],
  stop: () => [{ characteristic: PMD_CONTROL, value: stopRequest() }],
};

/**
 * The driver of the Polar H10 chest strap. Its frames carry the time of their last sample and no index, so that
 * samples are counted by time stamps. Source of all bytes: `formats/polar-pmd.ts`.
 */
export class PolarH10Driver implements SensorDriver {
  readonly takes = ['notification'] as const;
  readonly characteristics = [PMD_CONTROL, PMD_DATA];
  readonly #counter = new SampleCounter(ECG_RATE);
  /** The first time stamp: seconds are counted from it, since a double holds no nanoseconds since 2000. */
  #origin: bigint | undefined;

  push(notification: Notification): readonly SensorItem[] {
    return notification.characteristic === PMD_DATA ? this.#data(notification) : control(notification);
  }

  flush(): readonly SensorItem[] {
    return [];
  }

  #data({ value, receivedAtMs }: Notification): SensorItem[] {
    // Acceleration, where another host asked for it, comes the same way.
    if (value.length > 0 && !isEcg(value)) return [];
    const frame = decodeEcgFrame(value);
    if (!frame.ok) return [badFrame('ecg', frame.reason, receivedAtMs)];
    const { nanoseconds, samples } = frame.value;
    const isFirst = this.#origin === undefined;
    this.#origin ??= nanoseconds;
    const time = Number(nanoseconds - this.#origin) / 1e9;
    const { session, index } = this.#counter.count(time, samples.length, receivedAtMs);
    const toFirst = samples.length - 1;
    return [
      ...(isFirst ? [introduction(receivedAtMs)] : []),
      {
        ...UNFLAGGED,
        kind: 'block',
        session,
        firstIndex: index - toFirst,
        deviceTime: time - toFirst / this.#counter.rate,
        receivedAtMs,
        rate: ECG_RATE,
        samples,
        millivoltsPerUnit: NANOVOLTS_PER_UNIT / 1e6,
        saturated: samples.some((sample) => Math.abs(sample) >= ECG_RANGE),
      },
    ];
  }
}

function introduction(receivedAtMs: number): SensorItem {
  return { kind: 'sensor-info', receivedAtMs, protocol: 'Polar PMD', rate: ECG_RATE, lossEvidence: 'time' };
}

function control({ value, receivedAtMs }: Notification): SensorItem[] {
  const control = decodePmdControl(value);
  if (!control.ok) return [badFrame('control point', control.reason, receivedAtMs)];
  if (control.value.kind === 'features') {
    return control.value.ecg ? [] : [badFrame('control point', 'the sensor offers no ECG', receivedAtMs)];
  }
  const { request, refusal } = control.value;
  return refusal === undefined
    ? []
    : [badFrame('control point', `${request} refused: ${refusal}`, receivedAtMs)];
}
