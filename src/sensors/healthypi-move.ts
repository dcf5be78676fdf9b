import {
  decodeSamples,
  ECG_CHARACTERISTIC,
  ECG_RANGE,
  ECG_RATE,
  ECG_SERVICE,
  NANOVOLTS_PER_UNIT,
} from '../formats/healthypi-move.ts';
import { BATTERY_LEVEL, MODEL_NUMBER } from '../formats/standard-services.ts';
import type { SensorProfile } from '../sources/sensor-profile.ts';
import type { Notification } from '../sources/source.ts';
import { badFrame } from './bad-frame.ts';
import { type SensorDriver, type SensorItem, UNFLAGGED } from './sensor.ts';

/** It streams to whoever subscribes while an ECG is being taken on the watch: there is nothing to start or stop. */
export const HEALTHYPI_MOVE: SensorProfile = {
  name: 'healthypi-move',
  service: ECG_SERVICE,
  reads: [MODEL_NUMBER, BATTERY_LEVEL],
  subscriptions: [ECG_CHARACTERISTIC],
  start: () => [],
  stop: () => [],
};

/**
 * The driver of the HealthyPi Move. It sends bare samples, without index, time or flags: what is lost cannot be
 * seen, and the sensor's info says so. Source of all bytes: `formats/healthypi-move.ts`.
 */
export class HealthyPiMoveDriver implements SensorDriver {
  readonly takes = ['notification'] as const;
  readonly characteristics = [ECG_CHARACTERISTIC];
  /** Samples that have arrived. */
  #count = 0;

  push({ value, receivedAtMs }: Notification): readonly SensorItem[] {
    const decoded = decodeSamples(value);
    if (!decoded.ok) return [badFrame('ecg', decoded.reason, receivedAtMs)];
    const samples = decoded.value;
    const firstIndex = this.#count;
    this.#count += samples.length;
    return [
      ...(firstIndex === 0 ? [introduction(receivedAtMs)] : []),
      {
        ...UNFLAGGED,
        kind: 'block',
        session: 1,
        firstIndex,
        deviceTime: undefined,
        receivedAtMs,
        rate: ECG_RATE,
        samples,
        millivoltsPerUnit: NANOVOLTS_PER_UNIT / 1e6,
        saturated: samples.some((sample) => Math.abs(sample) >= ECG_RANGE),
      },
    ];
  }

  flush(): readonly SensorItem[] {
    return [];
  }
}

function introduction(receivedAtMs: number): SensorItem {
  return {
    kind: 'sensor-info',
    receivedAtMs,
    protocol: 'HealthyPi Move',
    rate: ECG_RATE,
    lossEvidence: 'none',
  };
}
