import { CharacteristicProperty, type ServiceSpec } from '../../formats/att-build.ts';
import {
  ECG_CHARACTERISTIC,
  ECG_RANGE,
  ECG_RATE,
  ECG_SERVICE,
  encodeSamples,
  GSR_CHARACTERISTIC,
  NANOVOLTS_PER_UNIT,
} from '../../formats/healthypi-move.ts';
import {
  BATTERY_LEVEL,
  BATTERY_SERVICE,
  HEART_RATE_MEASUREMENT,
  HEART_RATE_SERVICE,
} from '../../formats/standard-services.ts';
import { SampledSensor } from './sampled-sensor.ts';
import type { FrontEnd, SampledFrame } from './sampler.ts';
import { DEVICE_INFORMATION, GENERIC_ACCESS } from './services.ts';

const SAMPLES_PER_FRAME = 8;

const { READ, NOTIFY } = CharacteristicProperty;
const TEXTS = { maker: 'Protocentral', model: 'HealthyPi Move', firmware: '2.0.0' };
const FRONT_END: FrontEnd = {
  rate: ECG_RATE,
  samplesPerFrame: SAMPLES_PER_FRAME,
  unitsPerMillivolt: 1e6 / NANOVOLTS_PER_UNIT,
  range: ECG_RANGE,
};

/** A HealthyPi Move on the wrist of a recording. */
export class SimulatedHealthyPiMove extends SampledSensor {
  override readonly address = 'c9:62:1d:af:58:e3';
  override readonly mtu = 247;
  override readonly services: readonly ServiceSpec[] = [
    GENERIC_ACCESS,
    { uuid: HEART_RATE_SERVICE, characteristics: { [HEART_RATE_MEASUREMENT]: NOTIFY } },
    { uuid: BATTERY_SERVICE, characteristics: { [BATTERY_LEVEL]: READ | NOTIFY } },
    DEVICE_INFORMATION,
    {
      uuid: ECG_SERVICE,
      characteristics: { [ECG_CHARACTERISTIC]: READ | NOTIFY, [GSR_CHARACTERISTIC]: READ | NOTIFY },
    },
  ];
  protected override readonly sendsShortFrame = true;

  /** @param rate of the signal, hertz; @param serial what it plays, such as the name of a record */
  constructor(rate: number, serial: string) {
    super(rate, FRONT_END, { ...TEXTS, serial });
  }

  protected override encode({ units }: SampledFrame) {
    return { characteristic: ECG_CHARACTERISTIC, value: encodeSamples(units) };
  }
}
