import { Fir, windowedSinc } from '../dsp/fir.ts';
import { GRID_RATE } from '../timeline/span.ts';

/** Most of a QRS's energy, narrow or wide, lies here. */
const BAND_HZ = [5, 22] as const;
const BAND_TAPS = 31;
/** Length of the moving sum, grid samples (104 ms): a wide QRS makes one hump, a narrow one too. */
const SUM = 26;

/** Grid samples by which a hump of the feature lags the middle of its QRS. */
export const FEATURE_DELAY = Math.round((BAND_TAPS - 1) / 2 + 0.5 + (SUM - 1) / 2);

/**
 * How much QRS-like movement there was in the last 104 ms: the moving sum of |slope| in the band of the QRS,
 * after Hamilton & Tompkins 1986. One hump a beat, in millivolts travelled.
 */
export class QrsFeature {
  readonly #band = new Fir(windowedSinc(BAND_TAPS, BAND_HZ[0], BAND_HZ[1], GRID_RATE));
  readonly #slopes = new Float32Array(SUM);
  #next = 0;
  #sum = 0;
  #before = 0;

  /**
   * @param ecg a block of signal, millivolts
   * @param slopes filled with |slope| in the band, one value a sample
   * @param feature filled with the feature, one value a sample
   */
  process(ecg: Float32Array, slopes: Float32Array, feature: Float32Array): void {
    const band = Float64Array.from(ecg);
    this.#band.process(band);
    for (let n = 0; n < band.length; n++) {
      slopes[n] = Math.abs(band[n] - this.#before);
      this.#before = band[n];
      this.#sum += slopes[n] - this.#slopes[this.#next];
      this.#slopes[this.#next] = slopes[n];
      if (++this.#next === SUM) {
        this.#next = 0;
        // Once round, the sum is made anew, so that rounding never adds up.
        this.#sum = this.#slopes.reduce((total, slope) => total + slope, 0);
      }
      feature[n] = this.#sum;
    }
  }

  reset(): void {
    this.#band.reset();
    this.#slopes.fill(0);
    this.#next = 0;
    this.#sum = 0;
    this.#before = 0;
  }
}
