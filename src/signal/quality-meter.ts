import { Recent } from '../dsp/recent.ts';
import type { QualityFlaw } from './signal.ts';

/** Grid samples of one measurement: 200 ms, so that a QRS fills one or two of the last ten. */
const CHUNK = 50;
const CHUNKS = 10;
/** Muscle noise: median over 2 s of the mean |second difference| of a chunk, millivolts. */
const NOISY_MV = 0.12;
/** Motion: no heart makes a swing like this in 2 s, millivolts. */
const SWING_MV = 15;
/** Less than this range in 2 s is no heart, millivolts. */
const FLAT_MV = 0.05;

/** Judges the signal of the last two seconds. Bounded memory: one number a chunk and measure. */
export class QualityMeter {
  readonly #roughness = new Recent(CHUNKS);
  readonly #lows = new Float64Array(CHUNKS);
  readonly #highs = new Float64Array(CHUNKS);
  #seenChunks = 0;
  #rough = 0;
  #heard = 0;
  #seen = 0;
  #low = Number.POSITIVE_INFINITY;
  #high = Number.NEGATIVE_INFINITY;
  #before = 0;
  #beforeThat = 0;

  /** Takes the signal before the low-pass, where muscle noise still is. */
  hear(block: Float64Array): void {
    for (let n = 0; n < block.length; n++) {
      const x = block[n];
      this.#rough += Math.abs(x - 2 * this.#before + this.#beforeThat);
      this.#beforeThat = this.#before;
      this.#before = x;
      if (++this.#heard === CHUNK) {
        this.#roughness.push(this.#rough / CHUNK);
        this.#rough = 0;
        this.#heard = 0;
      }
    }
  }

  /** Takes the signal after the low-pass, whose range tells motion and silence. */
  see(block: Float64Array): void {
    for (let n = 0; n < block.length; n++) {
      const x = block[n];
      if (x < this.#low) this.#low = x;
      if (x > this.#high) this.#high = x;
      if (++this.#seen === CHUNK) {
        const at = this.#seenChunks++ % CHUNKS;
        this.#lows[at] = this.#low;
        this.#highs[at] = this.#high;
        this.#low = Number.POSITIVE_INFINITY;
        this.#high = Number.NEGATIVE_INFINITY;
        this.#seen = 0;
      }
    }
  }

  /** The flaw as of now. What the sensor says of itself comes first. */
  flaw(leadOff: boolean, saturated: boolean): QualityFlaw | undefined {
    if (leadOff) return 'lead-off';
    if (saturated) return 'saturated';
    if (this.#seenChunks >= CHUNKS) {
      const swing = Math.max(...this.#highs) - Math.min(...this.#lows);
      if (swing < FLAT_MV) return 'flat';
      if (swing > SWING_MV || this.#roughness.median > NOISY_MV) return 'noisy';
    }
    return undefined;
  }
}
