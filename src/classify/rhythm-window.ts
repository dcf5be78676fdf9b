import { clamp } from '../dsp/clamp.ts';
import { GRID_RATE } from '../timeline/span.ts';

/** Rate of the rhythm models' input, hertz: half the grid, since the signal ends at 40 Hz. */
export const RHYTHM_RATE = 125;
/** Samples of the input: two seconds, with the R peak at sample 125. */
export const RHYTHM_WINDOW = 250;

const STRIDE = GRID_RATE / RHYTHM_RATE;
/** Grid samples of signal that make one input, and those of them that come before the R peak (1 s). */
export const RHYTHM_SPAN = RHYTHM_WINDOW * STRIDE;
export const RHYTHM_BEFORE = RHYTHM_SPAN / 2;

/** The scale is this quantile of the distances from the median: about the height of a QRS, but never one stray sample. */
const SCALE_QUANTILE = 0.99;
/** In millivolts: a straight line must not be blown up to noise. */
const LEAST_SCALE = 0.05;
/** Bounded, so that one artefact cannot stretch the int8 range. */
const BOUND = 2;

/**
 * Makes the input of a rhythm model: every second sample, less the window's median, over the 99th percentile of the
 * distances from it, within ±2. So neither baseline nor gain is left, only shape and timing.
 * @param ecg RHYTHM_SPAN samples at 250 Hz, millivolts, the R peak at RHYTHM_BEFORE
 * @returns RHYTHM_WINDOW values
 */
export function rhythmInput(ecg: Float32Array): Float32Array {
  const input = new Float32Array(RHYTHM_WINDOW);
  for (let i = 0; i < RHYTHM_WINDOW; i++) input[i] = ecg[i * STRIDE];
  const sorted = input.slice().sort();
  const median = (sorted[RHYTHM_WINDOW / 2 - 1] + sorted[RHYTHM_WINDOW / 2]) / 2;
  const distances = input.map((value) => Math.abs(value - median)).sort();
  const scale = Math.max(distances[Math.floor(SCALE_QUANTILE * RHYTHM_WINDOW)], LEAST_SCALE);
  return input.map((value) => clamp((value - median) / scale, -BOUND, BOUND));
}
