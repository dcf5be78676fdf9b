/** How far the R peak may lie before and after the middle of a QRS's energy, grid samples. */
const BEFORE = 12;
const AFTER = 10;

/**
 * The fiducial point of a beat: the largest deflection of either sign near the middle of the QRS.
 * @param ring the ECG, sample i at i & mask
 * @param middle grid index near the middle of the QRS
 * @returns grid index of the R peak
 */
export function rPeakNear(ring: Float32Array, mask: number, middle: number): number {
  let peak = middle;
  let largest = -1;
  for (let i = middle - BEFORE; i <= middle + AFTER; i++) {
    const size = Math.abs(ring[i & mask]);
    if (size > largest) {
      largest = size;
      peak = i;
    }
  }
  return peak;
}
