/** How far the R peak may lie before and after the middle of a QRS's energy, grid samples. */
const BEFORE = 18;
const AFTER = 14;
/** A deflection at the very end of that reach counts so much of one in the middle. */
const FAR_WEIGHT = 0.4;
/** A negative deflection must be this much larger to be the R peak: beside an R, the S of a bundle branch block is not. */
const NEGATIVE_WEIGHT = 0.8;
/** Deflections are measured from the mean of so many grid samples on either side (136 ms). */
const BASELINE = 34;

/**
 * The fiducial point of a beat: the largest deflection near the middle of the QRS, upwards rather than
 * downwards, as cardiologists mark it.
 * @param ring the ECG, sample i at i & mask, BASELINE samples around the middle
 * @param middle grid index near the middle of the QRS
 * @returns grid index of the R peak
 */
export function rPeakNear(ring: Float32Array, mask: number, middle: number): number {
  let baseline = 0;
  for (let i = middle - BASELINE; i <= middle + BASELINE; i++) baseline += ring[i & mask];
  baseline /= 2 * BASELINE + 1;
  let peak = middle;
  let largest = -1;
  for (let i = middle - BEFORE; i <= middle + AFTER; i++) {
    const height = ring[i & mask] - baseline;
    const far = i < middle ? (middle - i) / BEFORE : (i - middle) / AFTER;
    const size = (height >= 0 ? height : -height * NEGATIVE_WEIGHT) * (1 - (1 - FAR_WEIGHT) * far);
    if (size > largest) {
      largest = size;
      peak = i;
    }
  }
  return peak;
}
