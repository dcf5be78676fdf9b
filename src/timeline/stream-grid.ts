import { type Ratio, Resampler, rationalRatio } from '../dsp/resample.ts';
import { GRID_RATE } from './span.ts';

/** Where the samples of one stream lie on the grid, and what they are worth there. */
export class StreamGrid {
  readonly #ratio: Ratio;
  /** Undefined where the stream has the grid's rate: its samples pass untouched. */
  readonly #resampler: Resampler | undefined;
  /** This sample lies on this grid index. */
  readonly #anchorSample: number;
  #anchorGrid: number;

  constructor(rate: number, firstSample: number, start: number) {
    this.#ratio = rationalRatio(rate, GRID_RATE);
    this.#resampler = rate === GRID_RATE ? undefined : new Resampler(rate, GRID_RATE);
    this.#anchorSample = firstSample;
    this.#anchorGrid = start;
  }

  /** The first grid index at or after a sample. */
  indexOf(sample: number): number {
    const { up, down } = this.#ratio;
    return this.#anchorGrid + Math.ceil(((sample - this.#anchorSample) * up) / down);
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
    this.#resampler?.restart((start - this.#anchorGrid) * down - (firstSample - this.#anchorSample) * up);
  }

  /** Samples of the run become samples of the grid, the newest of which may be held back. */
  push(samples: Float32Array): Float32Array {
    return this.#resampler?.push(samples) ?? samples;
  }

  /** The run ends: what was held back. */
  end(): Float32Array {
    return this.#resampler?.flush() ?? new Float32Array(0);
  }
}
