import type { ServiceSpec } from '../../formats/att-build.ts';
import { type FrontEnd, type SampledFrame, Sampler } from './sampler.ts';
import { type DeviceTexts, standardValue } from './services.ts';
import type { SensorMessage, SimulatedSensor } from './simulated-sensor.ts';

type Value = Omit<SensorMessage, 'readyAt'>;

/** A simulated sensor that sends frames of samples as they fill, and otherwise only says who it is. */
export abstract class SampledSensor implements SimulatedSensor {
  abstract readonly address: string;
  abstract readonly mtu: number;
  abstract readonly services: readonly ServiceSpec[];
  readonly #frontEnd: FrontEnd;
  readonly #texts: DeviceTexts;
  readonly #sampler: Sampler;

  /** @param rate of the signal, hertz */
  constructor(rate: number, frontEnd: FrontEnd, texts: DeviceTexts) {
    this.#frontEnd = frontEnd;
    this.#texts = texts;
    this.#sampler = new Sampler(rate, frontEnd);
  }

  /** Whether, at the end, it sends a frame that is not full. */
  protected readonly sendsShortFrame: boolean = false;

  /** What it sends of a frame. */
  protected abstract encode(frame: SampledFrame): Value;

  read(characteristic: string): Uint8Array {
    return standardValue(characteristic, this.#texts);
  }

  write(_characteristic: string, _value: Uint8Array): Value | undefined {
    return undefined;
  }

  push(millivolts: Float32Array): SensorMessage[] {
    return this.#sampler.push(millivolts).map((frame) => this.#message(frame));
  }

  flush(): SensorMessage[] {
    const { samplesPerFrame } = this.#frontEnd;
    const sent = this.#sampler
      .flush()
      .filter(({ units }) => units.length === samplesPerFrame || this.sendsShortFrame);
    return sent.map((frame) => this.#message(frame));
  }

  #message(frame: SampledFrame): SensorMessage {
    const readyAt = (frame.firstIndex + frame.units.length) / this.#frontEnd.rate;
    return { ...this.encode(frame), readyAt };
  }
}
