import { unwrap32 } from '../dsp/unwrap.ts';
import {
  decodeEcg,
  decodeGsp,
  ECG_LENGTH,
  ECG_RANGE,
  ECG_RATES,
  GSP_COMMAND,
  GSP_DATA,
  GSP_SERVICE,
  NANOVOLTS_PER_UNIT,
  SAMPLES_PER_FRAME,
  subscribeEcg,
  unsubscribe,
} from '../formats/movesense-gsp.ts';
import { BATTERY_LEVEL, MODEL_NUMBER, SERIAL_NUMBER } from '../formats/standard-services.ts';
import type { SensorProfile } from '../sources/sensor-profile.ts';
import type { Notification } from '../sources/source.ts';
import { badFrame } from './bad-frame.ts';
import { SampleCounter } from './sample-counter.ts';
import { type Block, type SensorDriver, type SensorItem, UNFLAGGED } from './sensor.ts';

/** What the gateway subscribes to: more would cost the sensor's battery and bring nothing below 40 Hz. */
const RATE = 125;
/** Frames that are held back at the beginning: their time stamps tell the rate that somebody subscribed to. */
const FRAMES_TO_TELL_RATE = 4;
/** Success and the like, as HTTP counts. */
const FIRST_REFUSAL = 300;

export const MOVESENSE: SensorProfile = {
  name: 'movesense',
  service: GSP_SERVICE,
  advertisedName: 'Movesense',
  reads: [MODEL_NUMBER, SERIAL_NUMBER, BATTERY_LEVEL],
  subscriptions: [GSP_DATA],
  start: (reference) => [{ characteristic: GSP_COMMAND, value: subscribeEcg(reference, RATE) }],
  stop: (reference) => [{ characteristic: GSP_COMMAND, value: unsubscribe(reference) }],
};

/** A frame, and the sensor's clock at its first sample, unwrapped. */
interface Frame {
  readonly milliseconds: number;
  readonly samples: Int32Array;
  readonly receivedAtMs: number;
}

interface Stream {
  readonly rate: number;
  readonly counter: SampleCounter;
}

/**
 * The driver of Movesense sensors with the GATT sensor data protocol. Frames carry the time of their first sample
 * in milliseconds and no index, so that samples are counted by time stamps. Source of all bytes:
 * `formats/movesense-gsp.ts`.
 */
export class MovesenseDriver implements SensorDriver {
  readonly takes = ['notification'] as const;
  readonly characteristics = [GSP_DATA];
  /** The first part of a frame that did not fit the MTU. */
  #part: Uint8Array | undefined;
  #milliseconds: number | undefined;
  /** Held back until the rate is known. */
  #held: Frame[] = [];
  #stream: Stream | undefined;

  push({ value, receivedAtMs }: Notification): readonly SensorItem[] {
    const gsp = decodeGsp(value);
    if (!gsp.ok) return [badFrame('gsp', gsp.reason, receivedAtMs)];
    if (gsp.value.kind === 'response') {
      const { status } = gsp.value;
      return status < FIRST_REFUSAL ? [] : [badFrame('gsp', `refused with status ${status}`, receivedAtMs)];
    }
    const { kind, payload } = gsp.value;
    const before = this.#part;
    this.#part = undefined;
    if (kind === 'data-continued') {
      return before === undefined
        ? [badFrame('ecg', 'continues nothing', receivedAtMs)]
        : this.#ecg(Uint8Array.from([...before, ...payload]), receivedAtMs);
    }
    const cutOff = before === undefined ? [] : [badFrame('ecg', 'cut-off', receivedAtMs)];
    if (payload.length < ECG_LENGTH) {
      this.#part = payload.slice();
      return cutOff;
    }
    return [...cutOff, ...this.#ecg(payload, receivedAtMs)];
  }

  /** The source has ended: returns what was held back of a very short stream. */
  flush(): readonly SensorItem[] {
    return this.#stream === undefined && this.#held.length > 0 ? this.#begin() : [];
  }

  #ecg(payload: Uint8Array, receivedAtMs: number): SensorItem[] {
    const ecg = decodeEcg(payload);
    if (!ecg.ok) return [badFrame('ecg', ecg.reason, receivedAtMs)];
    const { milliseconds, samples } = ecg.value;
    this.#milliseconds = unwrap32(milliseconds, this.#milliseconds ?? milliseconds);
    const frame = { milliseconds: this.#milliseconds, samples, receivedAtMs };
    if (this.#stream !== undefined) return [this.#block(frame, this.#stream)];
    this.#held.push(frame);
    return this.#held.length < FRAMES_TO_TELL_RATE ? [] : this.#begin();
  }

  #begin(): SensorItem[] {
    const held = this.#held;
    this.#held = [];
    const rate = rateOf(held);
    const stream = { rate, counter: new SampleCounter(rate) };
    this.#stream = stream;
    const { receivedAtMs } = held[0];
    return [
      { kind: 'sensor-info', receivedAtMs, protocol: 'Movesense GSP', rate, lossEvidence: 'time' },
      ...held.map((frame) => this.#block(frame, stream)),
    ];
  }

  #block({ milliseconds, samples, receivedAtMs }: Frame, { rate, counter }: Stream): Block {
    const deviceTime = milliseconds / 1_000;
    const { session, index } = counter.count(deviceTime, SAMPLES_PER_FRAME, receivedAtMs);
    return {
      ...UNFLAGGED,
      kind: 'block',
      session,
      firstIndex: index,
      deviceTime,
      receivedAtMs,
      rate,
      samples,
      millivoltsPerUnit: NANOVOLTS_PER_UNIT / 1e6,
      saturated: samples.some((sample) => Math.abs(sample) >= ECG_RANGE),
    };
  }
}

/** The rate that was subscribed to: the shortest interval is one in which no frame was lost. */
function rateOf(frames: readonly Frame[]): number {
  const intervals = frames.slice(1).map((frame, n) => frame.milliseconds - frames[n].milliseconds);
  const rate = (1_000 * SAMPLES_PER_FRAME) / Math.min(...intervals.filter((interval) => interval > 0));
  if (rate === 0) return RATE;
  const distance = (candidate: number) => Math.abs(Math.log(candidate / rate));
  return ECG_RATES.reduce<number>((best, one) => (distance(one) < distance(best) ? one : best), RATE);
}
