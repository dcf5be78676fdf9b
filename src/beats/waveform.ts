import { clamp } from '../dsp/clamp.ts';
import { Recent } from '../dsp/recent.ts';
import { GRID_RATE } from '../timeline/span.ts';

/** Rate of the classifier's waveform input, hertz: half the grid, since the signal ends at 40 Hz. */
export const WAVEFORM_RATE = 125;
/** Steps of the waveform input. */
export const WAVEFORM_STEPS = 64;
/** The beat itself, and the patient's running template. */
export const WAVEFORM_CHANNELS = 2;
/** Grid samples from the first step to the R peak. */
export const WAVEFORM_BEFORE = 72;

const STRIDE = GRID_RATE / WAVEFORM_RATE;
/** Grid samples from the R peak to the end of the last step. */
export const WAVEFORM_AFTER = WAVEFORM_STEPS * STRIDE - WAVEFORM_BEFORE + 1;
/** Beats that the running template and the running scale remember. */
const TEMPLATE_BEATS = 30;
/** Both channels are bounded, so that one artefact cannot stretch the int8 range. */
const BOUND = 3;

/**
 * Makes the waveform input of each beat: the first difference of the ECG at 125 Hz (which has no baseline) in
 * one channel, the median of the patient's last 30 beats in the other, both over the patient's running scale
 * (median of the steepest slopes of those beats), so that gain and electrode distance cancel out.
 *
 * The template follows the patient without labels: a median ignores ectopic beats while they are the minority.
 */
export class WaveformBuilder {
  readonly #template = Array.from({ length: WAVEFORM_STEPS }, () => new Recent(TEMPLATE_BEATS));
  readonly #scale = new Recent(TEMPLATE_BEATS);
  readonly #slope = new Float64Array(WAVEFORM_STEPS);

  /**
   * @param ecg samples around the R peak, millivolts
   * @param peak position of the R peak in `ecg`
   * @param remember whether the beat is fit to become part of the template
   * @returns [WAVEFORM_STEPS × WAVEFORM_CHANNELS], each value within ±3
   */
  next(ecg: Float32Array, peak: number, remember: boolean): Float32Array {
    const slope = this.#slope;
    let steepest = 0;
    for (let k = 0; k < WAVEFORM_STEPS; k++) {
      const at = peak - WAVEFORM_BEFORE + k * STRIDE;
      slope[k] = ecg[at + STRIDE] - ecg[at];
      steepest = Math.max(steepest, Math.abs(slope[k]));
    }
    // A first beat has nothing to be compared with but itself.
    const known = this.#scale.count > 0;
    const scale = Math.max(known ? this.#scale.median : steepest, 1e-3);
    const waveform = new Float32Array(WAVEFORM_STEPS * WAVEFORM_CHANNELS);
    for (let k = 0; k < WAVEFORM_STEPS; k++) {
      const usual = known ? this.#template[k].median : slope[k];
      waveform[k * WAVEFORM_CHANNELS] = bounded(slope[k] / scale);
      waveform[k * WAVEFORM_CHANNELS + 1] = bounded(usual / scale);
    }
    if (remember) {
      for (let k = 0; k < WAVEFORM_STEPS; k++) this.#template[k].push(slope[k]);
      this.#scale.push(steepest);
    }
    return waveform;
  }
}

function bounded(value: number): number {
  return clamp(value, -BOUND, BOUND);
}
