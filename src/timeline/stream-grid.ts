import { concatenated } from '../dsp/concatenated.ts';
import { type Ratio, Resampler, rationalRatio } from '../dsp/resample.ts';
import { GRID_RATE } from './span.ts';

/** The grid is fitted to another rate where that differs by this from the one that it goes by. */
const RETUNE_FROM = 0.002;
/** Steps of the rates that it goes by, hertz: so that their ratio to the grid's rate has small terms. */
const RATE_STEP = 0.1;
/** Input that a new resampler is given to begin with: at least twice its reach. */
const TAIL_SECONDS = 0.25;
const LEAST_TAIL = 64;

/** Where the samples of one stream lie on the grid, and what they are worth there. */
export class StreamGrid {
  #rate: number;
  #ratio: Ratio;
  /** Undefined where the stream has the grid's rate: its samples pass untouched. */
  #resampler: Resampler | undefined;
  /** This place among the samples, which may lie between two, … */
  #anchorSample: number;
  /** … lies on this grid index. */
  #anchorGrid: number;
  /** The newest samples of the run, the index after them, and the grid index of the next output. */
  #tail: Float32Array = new Float32Array(0);
  #heard = 0;
  #next = 0;

  /** @param rate nominal, hertz */
  constructor(rate: number, firstSample: number, start: number) {
    this.#rate = rate;
    this.#ratio = rationalRatio(rate, GRID_RATE);
    this.#resampler = rate === GRID_RATE ? undefined : new Resampler(rate, GRID_RATE);
    this.#anchorSample = firstSample;
    this.#anchorGrid = start;
  }

  /** The first grid index at or after a sample. */
  indexOf(sample: number): number {
    const { up, down } = this.#ratio;
    // Rounded first: an anchor between two samples is a multiple of 1 / up.
    return this.#anchorGrid + Math.ceil(Math.round((sample - this.#anchorSample) * up) / down);
  }

  /** The place of a grid index among the stream's samples, fractional. */
  sampleAt(index: number): number {
    const { up, down } = this.#ratio;
    return this.#anchorSample + ((index - this.#anchorGrid) * down) / up;
  }

  /** The sensor lost so many grid samples without counting them. */
  skip(length: number): void {
    this.#anchorGrid += length;
  }

  /** A run of samples begins; `start` is the grid index of its first output, at or after `firstSample`. */
  begin(firstSample: number, start: number): void {
    const { up, down } = this.#ratio;
    const toAnchor = Math.round((firstSample - this.#anchorSample) * up);
    this.#resampler?.restart((start - this.#anchorGrid) * down - toAnchor);
    this.#tail = new Float32Array(0);
    this.#heard = firstSample;
    this.#next = start;
  }

  /**
   * Samples of the run become samples of the grid, the newest of which may be held back.
   *
   * @param trueRate what the stream's rate turns out to be, hertz
   */
  push(samples: Float32Array, trueRate: number): Float32Array {
    const isOff = Math.abs(trueRate / this.#rate - 1) > RETUNE_FROM;
    const before = isOff ? this.#retune(Math.round(trueRate / RATE_STEP) * RATE_STEP) : undefined;
    const now = this.#resampler?.push(samples) ?? samples;
    this.#heard += samples.length;
    this.#remember(samples);
    const output = before === undefined ? now : concatenated([before, now]);
    this.#next += output.length;
    return output;
  }

  #remember(samples: Float32Array): void {
    const length = Math.ceil(Math.max(LEAST_TAIL, TAIL_SECONDS * this.#rate));
    const kept = length - samples.length;
    if (this.#tail.length === length && kept >= 0) {
      // In place: once the tail is full, no block costs an array.
      this.#tail.copyWithin(0, samples.length);
      this.#tail.set(samples, kept);
    } else this.#tail = concatenated([this.#tail, samples]).slice(-length);
  }

  /** The run ends: what was held back. */
  end(): Float32Array {
    return this.#resampler?.flush() ?? new Float32Array(0);
  }

  /** Goes on at another rate from the next output, without a seam: the new resampler hears the newest samples again. */
  #retune(rate: number): Float32Array {
    const tailStart = this.#heard - this.#tail.length;
    const ratio = rationalRatio(rate, GRID_RATE);
    const offset = Math.round((this.sampleAt(this.#next) - tailStart) * ratio.up);
    this.#rate = rate;
    this.#ratio = ratio;
    this.#anchorSample = tailStart + offset / ratio.up;
    this.#anchorGrid = this.#next;
    this.#resampler = new Resampler(rate, GRID_RATE);
    this.#resampler.restart(offset);
    return this.#resampler.push(this.#tail);
  }
}
