import { CharacteristicProperty, type ServiceSpec } from '../../formats/att-build.ts';
import {
  ECG_RANGE,
  encodeEcgFrame,
  encodeFeatures,
  encodeGrant,
  PMD_CONTROL,
  PMD_DATA,
  PMD_SERVICE,
} from '../../formats/polar-pmd.ts';
import {
  BATTERY_LEVEL,
  BATTERY_SERVICE,
  BODY_SENSOR_LOCATION,
  HEART_RATE_MEASUREMENT,
  HEART_RATE_SERVICE,
} from '../../formats/standard-services.ts';
import { SampledSensor } from './sampled-sensor.ts';
import type { FrontEnd, SampledFrame } from './sampler.ts';
import { DEVICE_INFORMATION, GENERIC_ACCESS } from './services.ts';

/** As measured over two hours of a real one, whose nominal rate is 130 Hz. */
const TRUE_RATE = 130.045;
const SAMPLES_PER_FRAME = 73;
/** An H10 that nobody has told the time begins here: 2019-01-01, in nanoseconds since 2000-01-01. */
const UNSET_CLOCK = (BigInt(Date.UTC(2019, 0, 1)) - BigInt(Date.UTC(2000, 0, 1))) * 1_000_000n;
const AWAKE_NANOSECONDS = 40_000_000_000n;

const { READ, WRITE, NOTIFY, INDICATE } = CharacteristicProperty;
const TEXTS = { maker: 'Polar Electro Oy', model: 'H10', firmware: '5.0.0' };
const FRONT_END: FrontEnd = {
  rate: TRUE_RATE,
  samplesPerFrame: SAMPLES_PER_FRAME,
  unitsPerMillivolt: 1_000,
  range: ECG_RANGE,
};

/** A Polar H10 on the chest of a recording. Its Heart Rate service is there, but says nothing. */
export class SimulatedPolarH10 extends SampledSensor {
  override readonly address = 'd4:1f:86:2a:93:5c';
  override readonly mtu = 232;
  override readonly services: readonly ServiceSpec[] = [
    GENERIC_ACCESS,
    {
      uuid: HEART_RATE_SERVICE,
      characteristics: { [HEART_RATE_MEASUREMENT]: NOTIFY, [BODY_SENSOR_LOCATION]: READ },
    },
    DEVICE_INFORMATION,
    { uuid: BATTERY_SERVICE, characteristics: { [BATTERY_LEVEL]: READ | NOTIFY } },
    { uuid: PMD_SERVICE, characteristics: { [PMD_CONTROL]: READ | WRITE | INDICATE, [PMD_DATA]: NOTIFY } },
  ];

  /** @param rate of the signal, hertz; @param serial what it plays, such as the name of a record */
  constructor(rate: number, serial: string) {
    super(rate, FRONT_END, { ...TEXTS, serial });
  }

  override read(characteristic: string): Uint8Array {
    return characteristic === PMD_CONTROL ? encodeFeatures() : super.read(characteristic);
  }

  override write(_characteristic: string, value: Uint8Array) {
    return { characteristic: PMD_CONTROL, value: encodeGrant(value) };
  }

  protected override encode({ firstIndex, units }: SampledFrame) {
    const last = firstIndex + units.length - 1;
    const sinceFirst = BigInt(Math.round((last / TRUE_RATE) * 1e9));
    const nanoseconds = UNSET_CLOCK + AWAKE_NANOSECONDS + sinceFirst;
    return { characteristic: PMD_DATA, value: encodeEcgFrame({ nanoseconds, samples: units }) };
  }
}
