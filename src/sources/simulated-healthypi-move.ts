import { CharacteristicProperty, type ServiceSpec } from '../formats/att-build.ts';
import {
  ECG_CHARACTERISTIC,
  ECG_RANGE,
  ECG_RATE,
  ECG_SERVICE,
  encodeSamples,
  GSR_CHARACTERISTIC,
  NANOVOLTS_PER_UNIT,
} from '../formats/healthypi-move.ts';
import {
  BATTERY_LEVEL,
  BATTERY_SERVICE,
  HEART_RATE_MEASUREMENT,
  HEART_RATE_SERVICE,
} from '../formats/standard-services.ts';
import { type SampledFrame, Sampler } from './sampler.ts';
import type { SensorMessage, SimulatedSensor } from './simulated-sensor.ts';
import { DEVICE_INFORMATION, GENERIC_ACCESS, standardValue } from './simulated-services.ts';

const SAMPLES_PER_FRAME = 8;

const { READ, NOTIFY } = CharacteristicProperty;
const TEXTS = { maker: 'Protocentral', model: 'HealthyPi Move', firmware: '2.0.0' };

/** A HealthyPi Move on the wrist of a recording. */
export class SimulatedHealthyPiMove implements SimulatedSensor {
  readonly address = 'c9:62:1d:af:58:e3';
  readonly mtu = 247;
  readonly services: readonly ServiceSpec[] = [
    GENERIC_ACCESS,
    { uuid: HEART_RATE_SERVICE, characteristics: { [HEART_RATE_MEASUREMENT]: NOTIFY } },
    { uuid: BATTERY_SERVICE, characteristics: { [BATTERY_LEVEL]: READ | NOTIFY } },
    DEVICE_INFORMATION,
    {
      uuid: ECG_SERVICE,
      characteristics: { [ECG_CHARACTERISTIC]: READ | NOTIFY, [GSR_CHARACTERISTIC]: READ | NOTIFY },
    },
  ];
  readonly #sampler: Sampler;
  readonly #serial: string;

  /** @param rate of the signal, hertz; @param serial what it plays, such as the name of a record */
  constructor(rate: number, serial: string) {
    this.#serial = serial;
    this.#sampler = new Sampler(rate, {
      rate: ECG_RATE,
      samplesPerFrame: SAMPLES_PER_FRAME,
      unitsPerMillivolt: 1e6 / NANOVOLTS_PER_UNIT,
      range: ECG_RANGE,
    });
  }

  read(characteristic: string): Uint8Array {
    return standardValue(characteristic, { ...TEXTS, serial: this.#serial });
  }

  write(): undefined {}

  push(millivolts: Float32Array): SensorMessage[] {
    return this.#sampler.push(millivolts).map(message);
  }

  flush(): SensorMessage[] {
    return this.#sampler.flush().map(message);
  }
}

function message({ firstIndex, units }: SampledFrame): SensorMessage {
  return {
    characteristic: ECG_CHARACTERISTIC,
    value: encodeSamples(units),
    readyAt: (firstIndex + units.length) / ECG_RATE,
  };
}
