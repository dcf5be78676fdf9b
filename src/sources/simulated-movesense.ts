import { CharacteristicProperty, type ServiceSpec } from '../formats/att-build.ts';
import {
  ECG_RANGE,
  encodeEcg,
  encodeGrant,
  GSP_COMMAND,
  GSP_DATA,
  GSP_SERVICE,
  NANOVOLTS_PER_UNIT,
  SAMPLES_PER_FRAME,
} from '../formats/movesense-gsp.ts';
import { BATTERY_LEVEL, BATTERY_SERVICE } from '../formats/standard-services.ts';
import { type SampledFrame, Sampler } from './sampler.ts';
import type { SensorMessage, SimulatedSensor } from './simulated-sensor.ts';
import { DEVICE_INFORMATION, GENERIC_ACCESS, standardValue } from './simulated-services.ts';

/** Taken to be exact: of a real one no measurement was at hand. */
const RATE = 125;
const AWAKE_MILLISECONDS = 40_000;

const { READ, WRITE, NOTIFY } = CharacteristicProperty;
const TEXTS = { maker: 'Suunto', model: 'Movesense', firmware: '2.2.0' };

/** A Movesense sensor on the chest of a recording. */
export class SimulatedMovesense implements SimulatedSensor {
  readonly address = 'e8:5b:30:74:c2:19';
  readonly mtu = 161;
  readonly services: readonly ServiceSpec[] = [
    GENERIC_ACCESS,
    DEVICE_INFORMATION,
    { uuid: BATTERY_SERVICE, characteristics: { [BATTERY_LEVEL]: READ | NOTIFY } },
    { uuid: GSP_SERVICE, characteristics: { [GSP_COMMAND]: WRITE, [GSP_DATA]: NOTIFY } },
  ];
  readonly #sampler: Sampler;
  readonly #serial: string;
  #reference = 0;

  /** @param rate of the signal, hertz; @param serial what it plays, such as the name of a record */
  constructor(rate: number, serial: string) {
    this.#serial = serial;
    this.#sampler = new Sampler(rate, {
      rate: RATE,
      samplesPerFrame: SAMPLES_PER_FRAME,
      unitsPerMillivolt: 1e6 / NANOVOLTS_PER_UNIT,
      range: ECG_RANGE,
    });
  }

  read(characteristic: string): Uint8Array {
    return standardValue(characteristic, { ...TEXTS, serial: this.#serial });
  }

  write(_characteristic: string, value: Uint8Array) {
    this.#reference = value[1];
    return { characteristic: GSP_DATA, value: encodeGrant(value) };
  }

  push(millivolts: Float32Array): SensorMessage[] {
    return this.#sampler.push(millivolts).map((frame) => this.#message(frame));
  }

  /** A Movesense sends whole frames only. */
  flush(): SensorMessage[] {
    const whole = this.#sampler.flush().filter(({ units }) => units.length === SAMPLES_PER_FRAME);
    return whole.map((frame) => this.#message(frame));
  }

  #message({ firstIndex, units }: SampledFrame): SensorMessage {
    const milliseconds = (AWAKE_MILLISECONDS + Math.floor((firstIndex / RATE) * 1_000)) % 2 ** 32;
    return {
      characteristic: GSP_DATA,
      value: encodeEcg(this.#reference, { milliseconds, samples: units }),
      readyAt: (firstIndex + units.length) / RATE,
    };
  }
}
