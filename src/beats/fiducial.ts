/** How far the R peak may lie before and after the middle of a QRS's energy, grid samples. */
const BEFORE = 12;
const AFTER = 10;
/** A negative deflection must be this much larger to be the R peak: beside an R, the S of a bundle branch block is not. */
const NEGATIVE_WEIGHT = 0.7;

/**
 * The fiducial point of a beat: the largest deflection near the middle of the QRS, upwards rather than
 * downwards, as cardiologists mark it.
 * @param ring the ECG, sample i at i & mask
 * @param middle grid index near the middle of the QRS
 * @returns grid index of the R peak
 */
export function rPeakNear(ring: Float32Array, mask: number, middle: number): number {
  let peak = middle;
  let largest = -1;
  for (let i = middle - BEFORE; i <= middle + AFTER; i++) {
    const value = ring[i & mask];
    const size = value >= 0 ? value : -value * NEGATIVE_WEIGHT;
    if (size > largest) {
      largest = size;
      peak = i;
    }
  }
  return peak;
}
