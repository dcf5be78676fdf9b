/** The pass-band ends at this share of the lower of the two rates … */
const PASS_BAND = 0.4;
/** … and the stop-band begins here: what folds back lands above the pass-band. */
const STOP_BAND = 0.6;
const STOP_BAND_DECIBELS = 80;
/** Largest numerator and denominator of the ratio: any two rates in whole hertz are met exactly up to here. */
const MAX_TERM = 32_768;
const MAX_RATE = 100_000;

/** Two rates as a ratio of small whole numbers: out / in = up / down. */
export interface Ratio {
  readonly up: number;
  readonly down: number;
}

/**
 * The nearest ratio outRate / inRate with terms up to 32,768, by continued fractions.
 * Its relative error is below 1 / (32,768 × the smaller term), and none where the ratio has such terms.
 * @throws RangeError when a rate is not between 1 and 100,000 Hz
 */
export function rationalRatio(inRate: number, outRate: number): Ratio {
  for (const rate of [inRate, outRate]) {
    if (!(rate >= 1 && rate <= MAX_RATE))
      throw new RangeError(`a rate of ${rate} Hz is not 1 to ${MAX_RATE} Hz`);
  }
  let [up, down, upBefore, downBefore] = [1, 0, 0, 1];
  for (let rest = outRate / inRate; ; rest = 1 / (rest - Math.floor(rest))) {
    const term = Math.floor(rest);
    const nextUp = term * up + upBefore;
    const nextDown = term * down + downBefore;
    if (nextUp > MAX_TERM || nextDown > MAX_TERM) break;
    [up, down, upBefore, downBefore] = [nextUp, nextDown, up, down];
    // What rounding leaves of an exact ratio.
    if (Math.abs(up / down - outRate / inRate) < (1e-12 * outRate) / inRate) break;
  }
  if (up === 0 || down === 0) throw new RangeError(`${inRate} Hz cannot be resampled to ${outRate} Hz`);
  return { up, down };
}

/**
 * A causal streaming resampler: windowed sinc (Kaiser) as a polyphase filter, flat to 0.4 of the lower rate,
 * 80 dB down from 0.6 of it on (so that nothing folds into the pass-band).
 *
 * Its output has no delay in time: output k lies at k / outRate after the first input sample. The
 * filter's look-ahead is paid by holding samples back until the input that they need has come.
 * Before the first and after the last sample the signal is taken to stand still, so that a run may begin
 * anywhere without a ringing step.
 *
 * Source: Crochiere and Rabiner, Multirate Digital Signal Processing (1983), chapters 3 and 4; Kaiser's window
 * formulas as in Oppenheim and Schafer, Discrete-Time Signal Processing.
 */
export class Resampler {
  readonly #up: number;
  readonly #down: number;
  /** Input samples that an output needs on either side of it. */
  readonly #reach: number;
  /** One row of 2 × reach taps for each of the `up` places where an output can lie between two inputs. */
  readonly #phases: Float64Array;
  /** The newest inputs; the first one has the index #lineStart. */
  #line: Float64Array;
  #lineStart = 0;
  #lineLength = 0;
  /** Inputs so far. */
  #received = 0;
  /** Place of the next output: at input #at + #phase / up. */
  #at = 0;
  #phase = 0;

  /** @throws RangeError when a rate is not between 1 and 100,000 Hz */
  constructor(inRate: number, outRate: number) {
    const { up, down } = rationalRatio(inRate, outRate);
    this.#up = up;
    this.#down = down;
    const lowerRate = Math.min(1, up / down); // of the two, in units of the input's
    // Kaiser's estimate of the length: taps = (A − 7.95) / (2.285 Δω).
    const transition = 2 * Math.PI * (STOP_BAND - PASS_BAND) * lowerRate;
    this.#reach = Math.ceil((STOP_BAND_DECIBELS - 7.95) / (2.285 * transition) / 2);
    this.#phases = phaseTaps(up, this.#reach, lowerRate);
    this.#line = new Float64Array(4 * this.#reach + 256);
  }

  /**
   * Forgets all input: what comes next begins a new run.
   * @param offset where its output 0 lies: so many times 1 / up of an input interval after its first sample
   */
  restart(offset: number): void {
    this.#received = 0;
    this.#at = Math.floor(offset / this.#up);
    this.#phase = offset % this.#up;
  }

  /** Takes input samples and returns the output samples that became ready. */
  push(input: Float32Array | Float64Array): Float32Array {
    if (input.length === 0) return new Float32Array(0);
    if (this.#received === 0) this.#startFrom(input[0]);
    this.#append(input);
    this.#received += input.length;
    return this.#outputsBefore(this.#received - this.#reach);
  }

  /** The input has ended: returns the rest, up to the last output that lies within the last input's interval. */
  flush(): Float32Array {
    if (this.#received === 0) return new Float32Array(0);
    const last = this.#line[this.#lineLength - 1];
    this.#append(new Float64Array(this.#reach).fill(last));
    return this.#outputsBefore(this.#received);
  }

  /** Fills the past, as far as the first outputs can reach back into it. */
  #startFrom(first: number): void {
    this.#lineStart = -this.#reach;
    this.#lineLength = this.#reach;
    this.#line.fill(first, 0, this.#reach);
  }

  #append(input: Float32Array | Float64Array): void {
    // The oldest input that the next output still needs.
    const keepFrom = Math.min(this.#at - this.#reach + 1 - this.#lineStart, this.#lineLength);
    this.#line.copyWithin(0, keepFrom, this.#lineLength);
    this.#lineStart += keepFrom;
    this.#lineLength -= keepFrom;
    const needed = this.#lineLength + input.length;
    if (needed > this.#line.length) {
      const longer = new Float64Array(needed);
      longer.set(this.#line.subarray(0, this.#lineLength));
      this.#line = longer;
    }
    this.#line.set(input, this.#lineLength);
    this.#lineLength = needed;
  }

  /** All outputs that lie before the input with index `end`. */
  #outputsBefore(end: number): Float32Array {
    const left = (end - this.#at) * this.#up - this.#phase;
    const output = new Float32Array(Math.max(0, Math.ceil(left / this.#down)));
    const width = 2 * this.#reach;
    for (let n = 0; n < output.length; n++) {
      const taps = this.#phase * width;
      const samples = this.#at - this.#reach + 1 - this.#lineStart;
      let sum = 0;
      for (let k = 0; k < width; k++) sum += this.#phases[taps + k] * this.#line[samples + k];
      output[n] = sum;
      this.#phase += this.#down;
      this.#at += Math.floor(this.#phase / this.#up);
      this.#phase %= this.#up;
    }
    return output;
  }
}

/** Row p holds the taps for an output that lies p / up after input 0, over the inputs 1 − reach to reach. */
function phaseTaps(up: number, reach: number, lowerRate: number): Float64Array {
  const beta = 0.1102 * (STOP_BAND_DECIBELS - 8.7);
  const cutoff = ((PASS_BAND + STOP_BAND) / 2) * lowerRate; // cycles an input sample
  const width = 2 * reach;
  const taps = new Float64Array(up * width);
  for (let phase = 0; phase < up; phase++) {
    const row = taps.subarray(phase * width, (phase + 1) * width);
    let sum = 0;
    for (let k = 0; k < width; k++) {
      const distance = k + 1 - reach - phase / up;
      const window = besselI0(beta * Math.sqrt(Math.max(0, 1 - (distance / reach) ** 2))) / besselI0(beta);
      row[k] = window * sinc(2 * cutoff * distance);
      sum += row[k];
    }
    // A constant stays exactly what it is, whichever the phase.
    for (let k = 0; k < width; k++) row[k] /= sum;
  }
  return taps;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** Modified Bessel function of the first kind, order 0, by its power series. */
function besselI0(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > 1e-17 * sum; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}
