/** Coefficients of a second-order section, normalised so that a0 = 1. */
export interface BiquadCoefficients {
  readonly b0: number;
  readonly b1: number;
  readonly b2: number;
  readonly a1: number;
  readonly a2: number;
}

/** A second-order IIR section, transposed direct form II. */
export class Biquad {
  readonly #c: BiquadCoefficients;
  #z1 = 0;
  #z2 = 0;

  constructor(coefficients: BiquadCoefficients) {
    this.#c = coefficients;
  }

  /** Filters `block` in place. */
  process(block: Float64Array): void {
    const { b0, b1, b2, a1, a2 } = this.#c;
    let z1 = this.#z1;
    let z2 = this.#z2;
    for (let n = 0; n < block.length; n++) {
      const x = block[n];
      const y = b0 * x + z1;
      z1 = b1 * x - a1 * y + z2;
      z2 = b2 * x - a2 * y;
      block[n] = y;
    }
    this.#z1 = z1;
    this.#z2 = z2;
  }

  reset(): void {
    this.#z1 = 0;
    this.#z2 = 0;
  }
}

// Designs after R. Bristow-Johnson, "Cookbook formulae for audio EQ biquad filter coefficients".

/** Second-order high-pass; q = 1/√2 makes it a Butterworth. */
export function highPass(frequency: number, rate: number, q = Math.SQRT1_2): BiquadCoefficients {
  const w = (2 * Math.PI * frequency) / rate;
  const alpha = Math.sin(w) / (2 * q);
  const cos = Math.cos(w);
  const a0 = 1 + alpha;
  const edge = (1 + cos) / 2;
  return { b0: edge / a0, b1: (-2 * edge) / a0, b2: edge / a0, a1: (-2 * cos) / a0, a2: (1 - alpha) / a0 };
}

/** Notch of −3 dB width frequency / q. */
export function notch(frequency: number, rate: number, q: number): BiquadCoefficients {
  const w = (2 * Math.PI * frequency) / rate;
  const alpha = Math.sin(w) / (2 * q);
  const cos = Math.cos(w);
  const a0 = 1 + alpha;
  return { b0: 1 / a0, b1: (-2 * cos) / a0, b2: 1 / a0, a1: (-2 * cos) / a0, a2: (1 - alpha) / a0 };
}
