/**
 * A causal FIR filter over blocks, with symmetric taps: it has linear phase, every frequency is delayed by `delay`
 * samples, so the shape of a wave survives.
 */
export class Fir {
  /** Delay, samples. */
  readonly delay: number;
  readonly #taps: Float64Array;
  /** The last taps.length − 1 inputs, then the block at hand, and room for one more. */
  #line: Float64Array;

  /** @param taps an odd number, symmetric about the middle one */
  constructor(taps: Float64Array) {
    this.#taps = taps;
    this.delay = (taps.length - 1) / 2;
    this.#line = new Float64Array(taps.length - 1 + 64);
  }

  /** Filters `block` in place. */
  process(block: Float64Array): void {
    const taps = this.#taps;
    const middle = this.delay;
    const history = taps.length - 1;
    if (this.#line.length <= history + block.length) {
      const longer = new Float64Array(history + block.length + 1);
      longer.set(this.#line.subarray(0, history));
      this.#line = longer;
    }
    const line = this.#line;
    line.set(block, history);
    for (let n = 0; n < block.length; n += 2) {
      // Two outputs at a time, which share taps and inputs, and two sums for each, of pairs that share a tap: a
      // processor need not wait for one to begin the other.
      let even = taps[middle] * line[n + middle];
      let nextEven = taps[middle] * line[n + middle + 1];
      let odd = 0;
      let nextOdd = 0;
      for (let k = 0; k < middle; k += 2) {
        const left = n + k;
        const right = n + history - k;
        even += taps[k] * (line[left] + line[right]);
        nextEven += taps[k] * (line[left + 1] + line[right + 1]);
        if (k + 1 < middle) {
          odd += taps[k + 1] * (line[left + 1] + line[right - 1]);
          nextOdd += taps[k + 1] * (line[left + 2] + line[right]);
        }
      }
      block[n] = even + odd;
      if (n + 1 < block.length) block[n + 1] = nextEven + nextOdd;
    }
    line.copyWithin(0, block.length, block.length + history);
  }

  reset(): void {
    this.#line.fill(0);
  }
}

/**
 * Windowed-sinc (Hamming) taps, symmetric, so convolution and correlation are the same.
 * @param length odd number of taps
 * @param low lower edge, hertz; 0 for a low-pass
 * @param high upper edge, hertz
 */
export function windowedSinc(length: number, low: number, high: number, rate: number): Float64Array {
  const taps = new Float64Array(length);
  const middle = (length - 1) / 2;
  const sinc = (f: number, k: number) =>
    k === 0 ? (2 * f) / rate : Math.sin((2 * Math.PI * f * k) / rate) / (Math.PI * k);
  for (let n = 0; n < length; n++) {
    const k = n - middle;
    const window = 0.54 + 0.46 * Math.cos((Math.PI * k) / (middle + 1));
    taps[n] = window * (sinc(high, k) - (low > 0 ? sinc(low, k) : 0));
  }
  // Unit gain at the middle of the band, whatever the window did to it.
  const centre = low > 0 ? (low + high) / 2 : 0;
  let gain = 0;
  for (let n = 0; n < length; n++) gain += taps[n] * Math.cos((2 * Math.PI * centre * (n - middle)) / rate);
  return taps.map((tap) => tap / gain);
}
