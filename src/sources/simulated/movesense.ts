import { CharacteristicProperty, type ServiceSpec } from '../../formats/att-build.ts';
import {
  ECG_RANGE,
  encodeEcg,
  encodeGrant,
  GSP_COMMAND,
  GSP_DATA,
  GSP_SERVICE,
  NANOVOLTS_PER_UNIT,
  SAMPLES_PER_FRAME,
} from '../../formats/movesense-gsp.ts';
import { BATTERY_LEVEL, BATTERY_SERVICE } from '../../formats/standard-services.ts';
import { SampledSensor } from './sampled-sensor.ts';
import type { FrontEnd, SampledFrame } from './sampler.ts';
import { DEVICE_INFORMATION, GENERIC_ACCESS } from './services.ts';

/** Taken to be exact: of a real one no measurement was at hand. */
const RATE = 125;
const AWAKE_MILLISECONDS = 40_000;

const { READ, WRITE, NOTIFY } = CharacteristicProperty;
const TEXTS = { maker: 'Suunto', model: 'Movesense', firmware: '2.2.0' };
const FRONT_END: FrontEnd = {
  rate: RATE,
  samplesPerFrame: SAMPLES_PER_FRAME,
  unitsPerMillivolt: 1e6 / NANOVOLTS_PER_UNIT,
  range: ECG_RANGE,
};

/** A Movesense sensor on the chest of a recording. */
export class SimulatedMovesense extends SampledSensor {
  override readonly address = 'e8:5b:30:74:c2:19';
  override readonly mtu = 161;
  override readonly services: readonly ServiceSpec[] = [
    GENERIC_ACCESS,
    DEVICE_INFORMATION,
    { uuid: BATTERY_SERVICE, characteristics: { [BATTERY_LEVEL]: READ | NOTIFY } },
    { uuid: GSP_SERVICE, characteristics: { [GSP_COMMAND]: WRITE, [GSP_DATA]: NOTIFY } },
  ];
  #reference = 0;

  /** @param rate of the signal, hertz; @param serial what it plays, such as the name of a record */
  constructor(rate: number, serial: string) {
    super(rate, FRONT_END, { ...TEXTS, serial });
  }

  override write(_characteristic: string, value: Uint8Array) {
    this.#reference = value[1];
    return { characteristic: GSP_DATA, value: encodeGrant(value) };
  }

  protected override encode({ firstIndex, units }: SampledFrame) {
    const milliseconds = (AWAKE_MILLISECONDS + Math.floor((firstIndex / RATE) * 1_000)) % 2 ** 32;
    const value = encodeEcg(this.#reference, { milliseconds, samples: units });
    return { characteristic: GSP_DATA, value };
  }
}
