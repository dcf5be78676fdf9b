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
/** Log odds from which the signal is too noisy for a verdict: `npm run quality` prints what others would do. */
export const NOISY_FROM = 2.5;

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
  readonly #levels = new Recent(CHUNKS);
  readonly #lows = new Recent(CHUNKS);
  readonly #highs = new Recent(CHUNKS);
  readonly #clipped = new Recent(CHUNKS);
  #flaw: QualityFlaw | undefined;
  #texture: Texture | undefined;

  // The chunk at hand
  #heard = 0;
  #sumOfMains = 0;
  #sumOfRoughness = 0;
  #sumOfActivity = 0;
  #sumOfLevel = 0;
  #low = Number.POSITIVE_INFINITY;
  #high = Number.NEGATIVE_INFINITY;
  #run = 0;
  #rawLow = Number.POSITIVE_INFINITY;
  #rawHigh = Number.NEGATIVE_INFINITY;
  #stuckAt = Number.NaN;

  // Samples before
  #raw = Number.NaN;
  #rough = 0;
  #roughBefore = 0;
  readonly #smooth = new Float64Array(SLOPE);
  #oldest = 0;

  hear({ raw, humming, rough, smooth }: Stations): void {
    for (let n = 0; n < raw.length; n++) {
      const r = raw[n];
      this.#run = r === this.#raw ? this.#run + 1 : 1;
      if (this.#run === CLIPPED_RUN) this.#stuckAt = r;
      this.#raw = r;
      if (r < this.#rawLow) this.#rawLow = r;
      if (r > this.#rawHigh) this.#rawHigh = r;

      const x = rough[n];
      this.#sumOfMains += Math.abs(humming[n] - x);
      this.#sumOfRoughness += Math.abs(x - 2 * this.#rough + this.#roughBefore);
      this.#roughBefore = this.#rough;
      this.#rough = x;

      const y = smooth[n];
      this.#sumOfActivity += Math.abs(y - this.#smooth[this.#oldest]);
      this.#smooth[this.#oldest] = y;
      if (++this.#oldest === SLOPE) this.#oldest = 0;
      this.#sumOfLevel += y;
      if (y < this.#low) this.#low = y;
      if (y > this.#high) this.#high = y;

      if (++this.#heard === CHUNK) this.#close();
    }
  }

  /** The flaw as of now. What the sensor says of itself comes first. */
  flaw(leadOff: boolean, saturated: boolean): QualityFlaw | undefined {
    if (leadOff) return 'lead-off';
    return saturated ? 'saturated' : this.#flaw;
  }

  /** Of the last two seconds, as of the newest chunk; undefined until there are two seconds. */
  get texture(): Texture | undefined {
    return this.#texture;
  }

  #close(): void {
    const stuck = this.#stuckAt === this.#rawLow || this.#stuckAt === this.#rawHigh;
    this.#clipped.push(stuck && this.#rawHigh - this.#rawLow > CLIPPED_MV ? 1 : 0);
    this.#mains.push(this.#sumOfMains / CHUNK);
    this.#roughness.push(this.#sumOfRoughness / CHUNK);
    this.#activity.push(this.#sumOfActivity / CHUNK);
    this.#levels.push(this.#sumOfLevel / CHUNK);
    this.#lows.push(this.#low);
    this.#highs.push(this.#high);
    this.#heard = 0;
    this.#sumOfMains = 0;
    this.#sumOfRoughness = 0;
    this.#sumOfActivity = 0;
    this.#sumOfLevel = 0;
    this.#low = Number.POSITIVE_INFINITY;
    this.#high = Number.NEGATIVE_INFINITY;
    this.#rawLow = Number.POSITIVE_INFINITY;
    this.#rawHigh = Number.NEGATIVE_INFINITY;
    this.#stuckAt = Number.NaN;
    if (this.#lows.count === CHUNKS) this.#judge();
  }

  #judge(): void {
    const range = this.#highs.largest(0) - this.#lows.smallest(0);
    this.#texture = {
      qrs: this.#activity.largest(1),
      roughness: this.#roughness.median,
      activity: this.#activity.median,
      wander: this.#levels.largest(0) - this.#levels.smallest(0),
      range,
    };
    if (range < FLAT_MV) this.#flaw = 'flat';
    else if (this.#clipped.largest(0) > 0) this.#flaw = 'clipped';
    else if (this.#mains.median > range) this.#flaw = 'mains';
    else if (range > SWING_MV || noiseLogOdds(this.#texture) > NOISY_FROM) this.#flaw = 'noisy';
    else this.#flaw = undefined;
  }
}
