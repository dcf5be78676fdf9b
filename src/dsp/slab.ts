/** Values in a slab (16 KiB). */
const SIZE = 4096;

/**
 * Cuts the small arrays of a stream's blocks out of larger ones: an array with memory of its own costs the engine ten
 * times as much, half a microsecond. A slab is freed once none of its arrays is in use, so this is for arrays that
 * are soon let go of.
 */
export class Slab {
  #slab = new Float32Array(SIZE);
  #used = 0;

  /** @returns an array of so many zeros */
  take(length: number): Float32Array {
    if (length > SIZE) return new Float32Array(length);
    if (this.#used + length > SIZE) {
      this.#slab = new Float32Array(SIZE);
      this.#used = 0;
    }
    const start = this.#used;
    this.#used += length;
    return this.#slab.subarray(start, this.#used);
  }
}
