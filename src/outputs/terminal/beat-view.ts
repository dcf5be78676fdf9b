import type { BeatPicture } from '../picture/beat-picture.ts';
import { contributions } from './alert-block.ts';
import { DOTS_ACROSS } from './braille.ts';
import type { Palette } from './palette.ts';
import { relevanceStrip } from './relevance-strip.ts';
import { classColour } from './strip.ts';
import { type Piece, row, wrap } from './text.ts';

const TRACE_ROWS = 10;
const MOST_COLUMNS = 120;

/** One beat in full: its trace across the terminal, coloured by relevance, and why. */
export function beatView(picture: BeatPicture, width: number, palette: Palette): string[] {
  const { trace, parts } = picture;
  const { plain } = palette;
  const samplesPerDot = Math.max(
    1,
    Math.ceil(trace.samples.length / (DOTS_ACROSS * Math.min(width, MOST_COLUMNS))),
  );
  const columns = Math.ceil(trace.samples.length / samplesPerDot / DOTS_ACROSS);
  const columnOf = (time: number) =>
    Math.floor(((time - trace.start) * trace.rate) / samplesPerDot / DOTS_ACROSS);

  const marks: Piece[] = Array.from({ length: columns }, () => [' ']);
  for (const { time, label } of trace.marks ?? []) {
    const column = columnOf(time);
    for (let n = 0; n < label.length && column + n < columns; n++) {
      marks[column + n] = [label[n], classColour(label, plain)];
    }
  }
  const heading: Piece[] = [
    [picture.class, classColour(picture.class, plain)],
    [`  ${picture.when}  `],
    [picture.aside, plain.dim],
  ];
  return [
    row(heading, width),
    row(marks, columns),
    ...relevanceStrip(trace, samplesPerDot, columns, TRACE_ROWS, palette),
    row([[seconds(trace.start, columns, samplesPerDot / trace.rate), plain.dim]], columns),
    ...wrap(picture.sentence, width, 4),
    ...(parts ? wrap(contributions(parts), width, 2).map((line) => plain.dim(line)) : []),
  ];
}

/** Half seconds under the trace, with their time from the R peak. */
function seconds(start: number, columns: number, secondsPerDot: number): string {
  const line = new Array<string>(columns).fill(' ');
  const end = start + columns * DOTS_ACROSS * secondsPerDot;
  for (let half = Math.ceil(2 * start); half / 2 < end; half++) {
    const label = `${half > 0 ? '+' : half < 0 ? '-' : ''}${Math.abs(half / 2)}${half === 0 ? ' s' : ''}`;
    const column = Math.floor((half / 2 - start) / secondsPerDot / DOTS_ACROSS);
    if (column + label.length > columns) continue;
    for (let n = 0; n < label.length; n++) line[column + n] = label[n];
  }
  return line.join('');
}
