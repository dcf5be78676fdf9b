import { Recent } from '../dsp/recent.ts';
import { noiseLogOdds, type Texture } from './noise-index.ts';
import type { QualityFlaw } from './signal.ts';

/** Grid samples of one measurement: 200 ms, so that a QRS fills one or two of the last ten. */
const CHUNK = 50;
const CHUNKS = 10;
/** Grid samples over which a slope is taken (20 ms). */
const SLOPE = 5;
/** Motion: no heart makes a swing like this in 2 s, millivolts. */
const SWING_MV = 15;
/** Less range than this in 2 s is no heart, millivolts. */
const FLAT_MV = 0.05;
/** A converter at the end of its range repeats itself so often (40 ms) at the top or bottom of a signal this high. */
const CLIPPED_RUN = 10;
const CLIPPED_MV = 1;
/** Log odds from which the signal is too noisy for any verdict. Of less, each beat is judged by itself (doubt.ts). */
export const NOISY_FROM = 6;

/** A block of signal on its way through the filters. */
export interface Stations {
  /** As measured. */
  readonly raw: Float32Array;
  /** Without baseline, with mains. */
  readonly humming: Float64Array;
  /** Without mains, with muscle noise. */
  readonly rough: Float64Array;
  /** After the low-pass. */
  readonly smooth: Float64Array;
}

/** Judges the signal of the last two seconds, five times a second. Bounded memory: a number a chunk and measure. */
export class QualityMeter {
  /** Of a chunk, means: |what the notches took|, |second difference|, |slope|. */
  readonly #mains = new Recent(CHUNKS);
  readonly #roughness = new Recent(CHUNKS);
  readonly #activity = new Recent(CHUNKS);
  readonly #levels = new Float64Array(CHUNKS);
  readonly #lows = new Float64Array(CHUNKS);
  readonly #highs = new Float64Array(CHUNKS);
  #chunks = 0;
  /** The chunk after which a clipped one is forgotten. */
  #clippedUntil = 0;
  #flaw: QualityFlaw | undefined;
  #texture: Texture | undefined;
  #noise = Number.NEGATIVE_INFINITY;

  /** The chunk at hand. */
  #chunk = emptyChunk();

  // Samples before
  #run = 0;
  #raw = Number.NaN;
  #rough = 0;
  #roughBefore = 0;
  readonly #smooth = new Float64Array(SLOPE);
  #oldest = 0;

  hear(stations: Stations): void {
    const { length } = stations.raw;
    for (let from = 0; from < length; ) {
      const to = Math.min(length, from + CHUNK - this.#chunk.heard);
      this.#measure(stations, from, to);
      this.#chunk.heard += to - from;
      from = to;
      if (this.#chunk.heard === CHUNK) this.#close();
    }
  }

  /** Adds samples to the chunk at hand. Everything is held in local variables: this runs for each sample. */
  #measure({ raw, humming, rough, smooth }: Stations, from: number, to: number): void {
    const chunk = this.#chunk;
    const slopes = this.#smooth;
    let { mains, roughness, activity, level, low, high, rawLow, rawHigh } = chunk;
    let run = this.#run;
    let lastRaw = this.#raw;
    let lastRough = this.#rough;
    let roughBefore = this.#roughBefore;
    let oldest = this.#oldest;
    for (let n = from; n < to; n++) {
      const r = raw[n];
      run = r === lastRaw ? run + 1 : 1;
      if (run === CLIPPED_RUN) chunk.stuckAt = r;
      lastRaw = r;
      if (r < rawLow) rawLow = r;
      if (r > rawHigh) rawHigh = r;

      const x = rough[n];
      mains += Math.abs(humming[n] - x);
      roughness += Math.abs(x - 2 * lastRough + roughBefore);
      roughBefore = lastRough;
      lastRough = x;

      const y = smooth[n];
      activity += Math.abs(y - slopes[oldest]);
      slopes[oldest] = y;
      if (++oldest === SLOPE) oldest = 0;
      level += y;
      if (y < low) low = y;
      if (y > high) high = y;
    }
    chunk.mains = mains;
    chunk.roughness = roughness;
    chunk.activity = activity;
    chunk.level = level;
    chunk.low = low;
    chunk.high = high;
    chunk.rawLow = rawLow;
    chunk.rawHigh = rawHigh;
    this.#run = run;
    this.#raw = lastRaw;
    this.#rough = lastRough;
    this.#roughBefore = roughBefore;
    this.#oldest = oldest;
  }

  /** The flaw as of now. What the sensor says of itself comes first. */
  flaw(leadOff: boolean, saturated: boolean): QualityFlaw | undefined {
    if (leadOff) return 'lead-off';
    return saturated ? 'saturated' : this.#flaw;
  }

  /** Log odds that the last two seconds are too noisy for a verdict; −∞ until there are two seconds. */
  get noise(): number {
    return this.#noise;
  }

  /** Of the last two seconds, as of the newest chunk; undefined until there are two seconds. */
  get texture(): Texture | undefined {
    return this.#texture;
  }

  #close(): void {
    const { mains, roughness, activity, level, low, high, rawLow, rawHigh, stuckAt } = this.#chunk;
    this.#chunk = emptyChunk();
    const stuck = stuckAt === rawLow || stuckAt === rawHigh;
    if (stuck && rawHigh - rawLow > CLIPPED_MV) this.#clippedUntil = this.#chunks + CHUNKS;
    const at = this.#chunks++ % CHUNKS;
    this.#mains.push(mains / CHUNK);
    this.#roughness.push(roughness / CHUNK);
    this.#activity.push(activity / CHUNK);
    this.#levels[at] = level / CHUNK;
    this.#lows[at] = low;
    this.#highs[at] = high;
    if (this.#chunks >= CHUNKS) this.#judge();
  }

  #judge(): void {
    const range = span(this.#lows, this.#highs);
    this.#texture = {
      qrs: this.#activity.largest(1),
      roughness: this.#roughness.median,
      activity: this.#activity.median,
      wander: span(this.#levels, this.#levels),
      range,
    };
    this.#noise = noiseLogOdds(this.#texture);
    if (range < FLAT_MV) this.#flaw = 'flat';
    else if (this.#chunks <= this.#clippedUntil) this.#flaw = 'clipped';
    else if (this.#mains.median > range) this.#flaw = 'mains';
    else if (range > SWING_MV || this.#noise > NOISY_FROM) this.#flaw = 'noisy';
    else this.#flaw = undefined;
  }
}

/** Sums and extremes of a chunk's samples, and a value that was repeated at length. */
function emptyChunk() {
  return {
    heard: 0,
    mains: 0,
    roughness: 0,
    activity: 0,
    level: 0,
    low: Number.POSITIVE_INFINITY,
    high: Number.NEGATIVE_INFINITY,
    rawLow: Number.POSITIVE_INFINITY,
    rawHigh: Number.NEGATIVE_INFINITY,
    stuckAt: Number.NaN,
  };
}

/** From the lowest of some values to the highest of others. */
function span(lows: Float64Array, highs: Float64Array): number {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < lows.length; i++) {
    if (lows[i] < low) low = lows[i];
    if (highs[i] > high) high = highs[i];
  }
  return high - low;
}
