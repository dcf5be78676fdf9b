import {
  CONTROL_CHARACTERISTIC,
  type ControlAnswer,
  decodeRequest,
  encodeAnswer,
  encodeInfo,
  encodeStatus,
  encodeStreamFrame,
  INFO_CHARACTERISTIC,
  OPCODES,
  PATCH_SERVICE,
  PROTOCOL_MAJOR,
  PROTOCOL_MINOR,
  STATUS_CHARACTERISTIC,
  STREAM_CHARACTERISTIC,
  type StreamFrame,
  TICKS_PER_SECOND,
} from '../../../firmware-protocol/index.ts';
import { CharacteristicProperty, type ServiceSpec } from '../../formats/att-build.ts';
import { FrameRing } from './frame-ring.ts';
import { type SampledFrame, Sampler } from './sampler.ts';
import { GENERIC_ACCESS } from './services.ts';
import type { SensorMessage, SimulatedSensor } from './simulated-sensor.ts';

const RATE = 250;
const SAMPLES_PER_FRAME = 50;
const UNITS_PER_MILLIVOLT = 1000;
const LARGEST_UNIT = 32_767;
/** The patch has been awake for a while when a stream begins: its clock does not start at 0. */
const AWAKE_SECONDS = 40;
const STATUS_EVERY_SECONDS = 1;
const HOURS_A_CHARGE = 100;
const LOW_BATTERY_PERCENT = 10;
const CENTIDEGREES_ON_SKIN = 3150;

const { READ, WRITE, NOTIFY, INDICATE } = CharacteristicProperty;

export interface SimulatedPatchOptions {
  /** Changes at every start of a stream. */
  readonly session?: number;
  /** What it plays, such as the name of a record. */
  readonly serial?: string;
  /** Seconds a second by which its clock, which also times its samples, is fast. */
  readonly clockError?: number;
  /** Samples that it keeps for backfill; without it, none. */
  readonly ringDepth?: number;
}

/**
 * A patch that measures a signal given to it: resampled to 250 Hz, rounded to int16 at 1 µV a unit, 50 samples
 * a frame, a status each second or when the lead comes off. Every source that plays a stored signal goes
 * through it, so that all of them give the same samples.
 */
export class SimulatedPatch implements SimulatedSensor {
  readonly address = 'f6:3a:2c:51:0b:e7';
  readonly mtu = 247;
  readonly services: readonly ServiceSpec[] = [
    GENERIC_ACCESS,
    {
      uuid: PATCH_SERVICE,
      characteristics: {
        [STREAM_CHARACTERISTIC]: NOTIFY,
        [INFO_CHARACTERISTIC]: READ,
        [STATUS_CHARACTERISTIC]: READ | NOTIFY,
        [CONTROL_CHARACTERISTIC]: WRITE | INDICATE,
      },
    },
  ];
  readonly #session: number;
  readonly #serial: string;
  /** Samples a second of true time. */
  readonly #trueRate: number;
  readonly #sampler: Sampler;
  readonly #ring: FrameRing;
  #leadOff = false;
  #nextStatusAt = 0;
  #backfill: { readonly tag: number; next: number; readonly end: number; complete: boolean } | undefined;

  /** @param rate of the signal, 1 to 100,000 Hz */
  constructor(
    rate: number,
    { session = 1, serial = '', clockError = 0, ringDepth = 0 }: SimulatedPatchOptions = {},
  ) {
    this.#session = session;
    this.#serial = serial;
    this.#trueRate = RATE * (1 + clockError);
    this.#sampler = new Sampler(rate, {
      rate: this.#trueRate,
      samplesPerFrame: SAMPLES_PER_FRAME,
      unitsPerMillivolt: UNITS_PER_MILLIVOLT,
      range: LARGEST_UNIT,
    });
    this.#ring = new FrameRing(ringDepth);
  }

  /** Info and status can be read. */
  read(characteristic: string): Uint8Array {
    return characteristic === INFO_CHARACTERISTIC
      ? simulatedInfo(this.#serial, this.#ring.depth)
      : this.#status(this.#nextStatusAt);
  }

  /** Grants what a request on the control characteristic asks for, as far as it knows it. */
  write(_characteristic: string, value: Uint8Array): { characteristic: string; value: Uint8Array } {
    return { characteristic: CONTROL_CHARACTERISTIC, value: encodeAnswer(this.#answer(value)) };
  }

  /** @param millivolts NaN where nothing was measured: the lead counts as off */
  push(millivolts: Float32Array): SensorMessage[] {
    return this.#sampler.push(millivolts).flatMap((frame) => this.#send(frame));
  }

  /** The signal has ended: returns the last frames, of which one may be shorter. */
  flush(): SensorMessage[] {
    return this.#sampler.flush().flatMap((frame) => this.#send(frame));
  }

  /** The link was lost: what it was about to send again, it does not send. */
  linkLost(): void {
    this.#backfill = undefined;
  }

  /** What it has to send of a backfill, if there is one: the next frame, or the word that it has ended. */
  sendBackfill(): Omit<SensorMessage, 'readyAt'> | undefined {
    const backfill = this.#backfill;
    if (backfill === undefined) return undefined;
    const part = this.#ring.part(backfill.next, backfill.end);
    if (part === undefined) {
      this.#backfill = undefined;
      const answer = { result: 'backfill-ended', tag: backfill.tag, complete: backfill.complete } as const;
      return { characteristic: CONTROL_CHARACTERISTIC, value: encodeAnswer(answer) };
    }
    if (part.firstIndex > backfill.next) backfill.complete = false;
    backfill.next = part.firstIndex + part.units.length;
    return { characteristic: STREAM_CHARACTERISTIC, value: this.#frame(part, 'backfill') };
  }

  #answer(value: Uint8Array): ControlAnswer {
    const request = decodeRequest(value);
    if (!request.ok) {
      return { result: 'refused', tag: value[1] ?? 0, opcode: value[0] & 0x7f, code: 'bad-parameter' };
    }
    const { opcode, tag } = request.value;
    const refused = (code: 'busy' | 'not-in-ring' | 'not-supported'): ControlAnswer => ({
      result: 'refused',
      tag,
      opcode: OPCODES[opcode],
      code,
    });
    switch (request.value.opcode) {
      case 'start': {
        const coding = { format: 'int16', rateNumber: 0 } as const;
        const session = this.#session;
        return { result: 'started', tag, session, samplesPerFrame: SAMPLES_PER_FRAME, ...coding };
      }
      case 'stop':
        return { result: 'stopped', tag };
      case 'backfill': {
        if (this.#backfill !== undefined) return refused('busy');
        const { session, firstIndex, count } = request.value;
        const part = session === this.#session ? this.#ring.part(firstIndex, firstIndex + count) : undefined;
        if (part === undefined) return refused('not-in-ring');
        const next = part.firstIndex;
        const end = Math.min(firstIndex + count, this.#ring.end);
        this.#backfill = { tag, next, end, complete: true };
        return { result: 'backfilling', tag, firstIndex: next, count: end - next };
      }
      case 'abort':
        this.#backfill = undefined;
        return { result: 'aborted', tag };
      default:
        return refused('not-supported');
    }
  }

  #send(frame: SampledFrame): SensorMessage[] {
    this.#ring.push(frame);
    const readyAt = (frame.firstIndex + frame.units.length) / this.#trueRate;
    const messages = [{ characteristic: STREAM_CHARACTERISTIC, value: this.#frame(frame, 'live'), readyAt }];
    if (readyAt >= this.#nextStatusAt || frame.leadOff !== this.#leadOff) {
      this.#leadOff = frame.leadOff;
      this.#nextStatusAt = Math.floor(readyAt) + STATUS_EVERY_SECONDS;
      messages.push({ characteristic: STATUS_CHARACTERISTIC, value: this.#status(readyAt), readyAt });
    }
    return messages;
  }

  #frame({ firstIndex, units, saturated, leadOff }: SampledFrame, type: StreamFrame['type']): Uint8Array {
    return encodeStreamFrame({
      type,
      format: 'int16',
      rateNumber: 0,
      flags: {
        leadOffPositive: leadOff,
        leadOffNegative: leadOff,
        saturated,
        discontinuity: false,
        lowBattery: batteryPercent((firstIndex + units.length) / RATE) <= LOW_BATTERY_PERCENT,
        eventMarker: false,
      },
      session: this.#session,
      firstIndex: firstIndex % 2 ** 32,
      ticks: Math.round((AWAKE_SECONDS + firstIndex / RATE) * TICKS_PER_SECOND) % 2 ** 32,
      samples: units,
    });
  }

  #status(at: number): Uint8Array {
    return encodeStatus({
      major: PROTOCOL_MAJOR,
      minor: PROTOCOL_MINOR,
      batteryPercent: batteryPercent(at),
      flags: {
        leadOffPositive: this.#leadOff,
        leadOffNegative: this.#leadOff,
        streaming: true,
        lowBattery: batteryPercent(at) <= LOW_BATTERY_PERCENT,
        charging: false,
      },
      session: this.#session,
      centidegrees: CENTIDEGREES_ON_SKIN,
      samplesDropped: 0,
      ringHighWater: SAMPLES_PER_FRAME,
    });
  }
}

function batteryPercent(atSeconds: number): number {
  return Math.max(0, 100 - Math.floor((atSeconds / 3600 / HOURS_A_CHARGE) * 100));
}

/**
 * What the info characteristic of a simulated patch reads.
 *
 * @param serial what it plays, such as the name of a record
 */
export function simulatedInfo(serial: string, ringDepth = 0): Uint8Array {
  return encodeInfo({
    major: PROTOCOL_MAJOR,
    minor: PROTOCOL_MINOR,
    capabilities: {
      backfill: ringDepth > 0,
      timePing: false,
      leadOffPerElectrode: false,
      eventButton: false,
      temperature: true,
      deltaPackedSamples: false,
      int24Samples: false,
    },
    nanovoltsPerUnit: 1_000_000 / UNITS_PER_MILLIVOLT,
    ratesMillihertz: [RATE * 1000],
    ringDepth,
    model: 'Simulated patch',
    serial: serial.replace(/[^\x20-\x7e]/g, '?').slice(0, 24),
  });
}
