import { type BrailleCanvas, DOTS_ACROSS, DOTS_DOWN } from './braille.ts';

/** Millivolts at the lower and the upper edge of a trace. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/**
 * Draws a curve over the whole canvas: dot column x covers the samples from `first + x × samplesPerDot`.
 * Each column spans the extremes of its samples and reaches back to the sample before, so that a QRS narrower
 * than a dot is seen and the curve never breaks where the signal does not. NaN draws nothing.
 *
 * @param at millivolts of a sample by its index
 */
export function drawTrace(
  canvas: BrailleCanvas,
  at: (index: number) => number,
  first: number,
  samplesPerDot: number,
  range: Range,
): void {
  const bottom = canvas.rows * DOTS_DOWN - 1;
  const dotsPerMillivolt = bottom / (range.high - range.low);
  const row = (millivolts: number) =>
    Math.min(bottom, Math.max(0, Math.round((range.high - millivolts) * dotsPerMillivolt)));
  for (let x = 0; x < canvas.columns * DOTS_ACROSS; x++) {
    const start = first + x * samplesPerDot;
    const end = start + samplesPerDot;
    if (isEmpty(extremes(at, start, end))) continue;
    const { low, high } = extremes(at, start - 1, end);
    canvas.column(x, row(high), row(low));
  }
}

/** The smallest and the largest value of samples [from, to); empty when there is none. */
export function extremes(at: (index: number) => number, from: number, to: number): Range {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let index = from; index < to; index++) {
    const value = at(index);
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return { low, high };
}

export function isEmpty({ low, high }: Range): boolean {
  return low > high;
}
