import { clamp } from '../../dsp/clamp.ts';
import { Resampler } from '../../dsp/resample.ts';

/** Samples that fill a frame. */
export interface SampledFrame {
  /** Index of the first sample since the sensor began. */
  readonly firstIndex: number;
  readonly units: Int32Array;
  /** A sample reached the end of the range. */
  readonly saturated: boolean;
  /** In a part of the frame nothing was measured: the last value is held there. */
  readonly leadOff: boolean;
}

/** What the front end of a sensor does. */
export interface FrontEnd {
  /** Samples a second, as it truly is. */
  readonly rate: number;
  readonly samplesPerFrame: number;
  readonly unitsPerMillivolt: number;
  /** Largest magnitude of a sample, units. */
  readonly range: number;
}

/** The front end of a simulated sensor: resamples a signal to its rate, rounds it to its units, and fills frames. */
export class Sampler {
  readonly #inputRate: number;
  readonly #frontEnd: FrontEnd;
  readonly #resampler: Resampler;
  /** Indices of samples that lie in missing ones of the signal: from, to (exclusive). */
  readonly #missing: { readonly from: number; to: number }[] = [];
  #received = 0;
  #lastMillivolts = 0;

  readonly #frame: Int32Array;
  #filled = 0;
  #firstIndex = 0;
  #saturated = false;
  #leadOff = false;

  /** @param inputRate of the signal, 1 to 100,000 Hz */
  constructor(inputRate: number, frontEnd: FrontEnd) {
    this.#inputRate = inputRate;
    this.#frontEnd = frontEnd;
    this.#resampler = new Resampler(inputRate, frontEnd.rate);
    this.#frame = new Int32Array(frontEnd.samplesPerFrame);
  }

  /** @param millivolts NaN where nothing was measured; @returns the frames that became full */
  push(millivolts: Float32Array): SampledFrame[] {
    const held = millivolts.map((value, position) => {
      if (Number.isNaN(value)) this.#markMissing(this.#received + position);
      else this.#lastMillivolts = value;
      return this.#lastMillivolts;
    });
    this.#received += millivolts.length;
    return this.#fill(this.#resampler.push(held));
  }

  /** The signal has ended: the last frames, of which one may be shorter. */
  flush(): SampledFrame[] {
    const frames = this.#fill(this.#resampler.flush());
    if (this.#filled > 0) frames.push(this.#take());
    return frames;
  }

  #markMissing(index: number): void {
    // What lies between this sample and its neighbours on either side is not known either.
    const { rate } = this.#frontEnd;
    const from = Math.floor(((index - 1) * rate) / this.#inputRate) + 1;
    const to = Math.ceil(((index + 1) * rate) / this.#inputRate);
    const last = this.#missing.at(-1);
    if (last !== undefined && from <= last.to) last.to = to;
    else this.#missing.push({ from, to });
  }

  #isMissing(index: number): boolean {
    while (this.#missing.length > 0 && this.#missing[0].to <= index) this.#missing.shift();
    return this.#missing.length > 0 && this.#missing[0].from <= index;
  }

  #fill(millivolts: Float32Array): SampledFrame[] {
    const { unitsPerMillivolt, range } = this.#frontEnd;
    const frames: SampledFrame[] = [];
    for (const value of millivolts) {
      const units = Math.round(value * unitsPerMillivolt);
      const clipped = clamp(units, -range, range);
      this.#saturated ||= clipped !== units;
      this.#leadOff ||= this.#isMissing(this.#firstIndex + this.#filled);
      this.#frame[this.#filled++] = clipped;
      if (this.#filled === this.#frame.length) frames.push(this.#take());
    }
    return frames;
  }

  #take(): SampledFrame {
    const frame = {
      firstIndex: this.#firstIndex,
      units: this.#frame.slice(0, this.#filled),
      saturated: this.#saturated,
      leadOff: this.#leadOff,
    };
    this.#firstIndex += this.#filled;
    this.#filled = 0;
    this.#saturated = false;
    this.#leadOff = false;
    return frame;
  }
}
