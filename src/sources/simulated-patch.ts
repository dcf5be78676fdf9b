import {
  encodeInfo,
  encodeStatus,
  encodeStreamFrame,
  PROTOCOL_MAJOR,
  PROTOCOL_MINOR,
  STATUS_CHARACTERISTIC,
  STREAM_CHARACTERISTIC,
  TICKS_PER_SECOND,
} from '../../firmware-protocol/index.ts';
import { Resampler } from '../dsp/resample.ts';

const RATE = 250;
export const SAMPLES_PER_FRAME = 50;
const UNITS_PER_MILLIVOLT = 1000;
const LARGEST_UNIT = 32_767;
/** The patch has been awake for a while when a stream begins: its clock does not start at 0. */
const AWAKE_SECONDS = 40;
const STATUS_EVERY_SECONDS = 1;
const HOURS_A_CHARGE = 100;
const LOW_BATTERY_PERCENT = 10;
const CENTIDEGREES_ON_SKIN = 3150;

/** Something that the patch notifies. */
export interface PatchMessage {
  readonly characteristic: string;
  readonly value: Uint8Array;
  /** When it was complete, in seconds after the patch took its first sample. */
  readonly readyAt: number;
}

/**
 * A patch that measures a signal given to it: resampled to 250 Hz, rounded to int16 at 1 µV a unit, 50 samples
 * a frame, a status each second or when the lead comes off. Every source that plays a stored signal goes
 * through it, so that all of them give the same samples.
 */
export class SimulatedPatch {
  readonly #rate: number;
  readonly #session: number;
  readonly #resampler: Resampler;
  /** Indices of samples of the patch that lie in missing ones of the signal: from, to (exclusive). */
  readonly #missing: { readonly from: number; to: number }[] = [];
  #received = 0;
  #lastMillivolts = 0;

  readonly #frame = new Int32Array(SAMPLES_PER_FRAME);
  #filled = 0;
  #frameIndex = 0;
  #frameSaturated = false;
  #frameLeadOff = false;
  #leadOff = false;
  #nextStatusAt = 0;

  /**
   * @param rate of the signal, 1 to 100,000 Hz
   * @param session changes at every start of a stream
   */
  constructor(rate: number, session = 1) {
    this.#rate = rate;
    this.#session = session;
    this.#resampler = new Resampler(rate, RATE);
  }

  /** @param millivolts NaN where nothing was measured: the lead counts as off */
  push(millivolts: Float32Array): PatchMessage[] {
    const held = millivolts.map((value, position) => {
      if (Number.isNaN(value)) this.#markMissing(this.#received + position);
      else this.#lastMillivolts = value;
      return this.#lastMillivolts;
    });
    this.#received += millivolts.length;
    return this.#frames(this.#resampler.push(held));
  }

  /** The signal has ended: returns the last frames, of which one may be shorter. */
  flush(): PatchMessage[] {
    const messages = this.#frames(this.#resampler.flush());
    if (this.#filled > 0) messages.push(...this.#send());
    return messages;
  }

  #markMissing(index: number): void {
    // What lies between this sample and its neighbours on either side is not known either.
    const from = Math.floor(((index - 1) * RATE) / this.#rate) + 1;
    const to = Math.ceil(((index + 1) * RATE) / this.#rate);
    const last = this.#missing.at(-1);
    if (last !== undefined && from <= last.to) last.to = to;
    else this.#missing.push({ from, to });
  }

  #isMissing(index: number): boolean {
    while (this.#missing.length > 0 && this.#missing[0].to <= index) this.#missing.shift();
    return this.#missing.length > 0 && this.#missing[0].from <= index;
  }

  #frames(millivolts: Float32Array): PatchMessage[] {
    const messages: PatchMessage[] = [];
    for (const value of millivolts) {
      const units = Math.round(value * UNITS_PER_MILLIVOLT);
      const clipped = Math.max(-LARGEST_UNIT, Math.min(LARGEST_UNIT, units));
      this.#frameSaturated ||= clipped !== units;
      this.#frameLeadOff ||= this.#isMissing(this.#frameIndex + this.#filled);
      this.#frame[this.#filled++] = clipped;
      if (this.#filled === SAMPLES_PER_FRAME) messages.push(...this.#send());
    }
    return messages;
  }

  #send(): PatchMessage[] {
    const readyAt = (this.#frameIndex + this.#filled) / RATE;
    const value = encodeStreamFrame({
      type: 'live',
      format: 'int16',
      rateNumber: 0,
      flags: {
        leadOffPositive: this.#frameLeadOff,
        leadOffNegative: this.#frameLeadOff,
        saturated: this.#frameSaturated,
        discontinuity: false,
        lowBattery: batteryPercent(readyAt) <= LOW_BATTERY_PERCENT,
        eventMarker: false,
      },
      session: this.#session,
      firstIndex: this.#frameIndex % 2 ** 32,
      ticks: Math.round((AWAKE_SECONDS + this.#frameIndex / RATE) * TICKS_PER_SECOND) % 2 ** 32,
      samples: this.#frame.subarray(0, this.#filled),
    });
    const messages = [{ characteristic: STREAM_CHARACTERISTIC, value, readyAt }];
    if (readyAt >= this.#nextStatusAt || this.#frameLeadOff !== this.#leadOff) {
      this.#leadOff = this.#frameLeadOff;
      this.#nextStatusAt = Math.floor(readyAt) + STATUS_EVERY_SECONDS;
      messages.push({ characteristic: STATUS_CHARACTERISTIC, value: this.#status(readyAt), readyAt });
    }
    this.#frameIndex += this.#filled;
    this.#filled = 0;
    this.#frameSaturated = false;
    this.#frameLeadOff = false;
    return messages;
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
export function simulatedInfo(serial: string): Uint8Array {
  return encodeInfo({
    major: PROTOCOL_MAJOR,
    minor: PROTOCOL_MINOR,
    capabilities: {
      backfill: false,
      timePing: false,
      leadOffPerElectrode: false,
      eventButton: false,
      temperature: true,
      deltaPackedSamples: false,
      int24Samples: false,
    },
    nanovoltsPerUnit: 1_000_000 / UNITS_PER_MILLIVOLT,
    ratesMillihertz: [RATE * 1000],
    ringDepth: 0,
    model: 'Simulated patch',
    serial: serial.replace(/[^\x20-\x7e]/g, '?').slice(0, 24),
  });
}
