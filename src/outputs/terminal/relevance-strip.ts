import type { Trace } from '../picture/ecg-trace.ts';
import { BrailleCanvas, DOTS_ACROSS } from './braille.ts';
import { type Palette, shade } from './palette.ts';
import { drawTrace, extremes } from './trace.ts';

/** A trace coloured by relevance, `rows` tall; without colour the last row shows relevance in shades. */
export function relevanceStrip(
  { samples, rate, start, relevance }: Trace,
  samplesPerDot: number,
  columns: number,
  rows: number,
  palette: Palette,
): string[] {
  const canvas = new BrailleCanvas(columns, palette.relevance ? rows : rows - 1);
  const at = (index: number) => samples[index] ?? Number.NaN;
  const { low, high } = extremes(at, 0, samples.length);
  // A flat beat is drawn in the middle.
  const margin = high > low ? 0 : 0.5;
  drawTrace(canvas, at, 0, samplesPerDot, { low: low - margin, high: high + margin });

  const values = Array.from({ length: columns }, (_, column) =>
    relevance?.(start + ((column + 0.5) * DOTS_ACROSS * samplesPerDot) / rate),
  );
  if (!palette.relevance) return [...canvas.lines(), values.map((value) => shade(value ?? 0)).join('')];
  for (const [column, value] of values.entries()) {
    if (value !== undefined) canvas.paint(column, palette.relevance(value));
  }
  return canvas.lines();
}
