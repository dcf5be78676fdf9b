import type { Alert } from '../../alerts/alert.ts';
import { ECG_AFTER, ECG_BEFORE } from '../../beats/beat.ts';
import { type Explanation, relevanceAt, rhythmContribution } from '../../explain/explanation.ts';
import { GRID_RATE } from '../../timeline/span.ts';
import { clockTime } from '../numbers.ts';
import { DOTS_ACROSS } from './braille.ts';
import type { Palette } from './palette.ts';
import { relevanceStrip } from './relevance-strip.ts';
import { classColour } from './strip.ts';
import { row, wrap } from './text.ts';

/** Size of a beat's strip: the whole of it at 20 ms a dot. */
const SAMPLES_PER_DOT = GRID_RATE / 50;
const STRIP_COLUMNS = Math.ceil((ECG_BEFORE + ECG_AFTER) / SAMPLES_PER_DOT / DOTS_ACROSS);
const STRIP_ROWS = 4;

/** Columns from which the words have room beside the strip. */
const SIDE_BY_SIDE = 80;
const GUTTER = '  ';

/**
 * One alert: the beat coloured by relevance, and why it was flagged.
 *
 * @param whose the sensor that it came from, where there are several
 */
export function alertBlock(alert: Alert, width: number, palette: Palette, whose = ''): string[] {
  const picture = beatStrip(alert, Math.min(STRIP_COLUMNS, width), palette);
  if (width < SIDE_BY_SIDE) return [...alertWords(alert, whose, width, 3, palette), ...picture];
  const words = alertWords(alert, whose, width - STRIP_COLUMNS - GUTTER.length, STRIP_ROWS - 1, palette);
  return picture.map((line, i) => (words[i] ? line + GUTTER + words[i] : line));
}

function beatStrip({ verdict, explanation }: Alert, columns: number, palette: Palette): string[] {
  const trace = {
    samples: verdict.beat.ecg,
    rate: GRID_RATE,
    start: -ECG_BEFORE / GRID_RATE,
    relevance: (time: number) => relevanceAt(explanation, time),
  };
  return relevanceStrip(trace, SAMPLES_PER_DOT, columns, STRIP_ROWS, palette);
}

/** Time, class and sentence, in at most `most` lines; then the contributions. */
function alertWords(
  { verdict, explanation }: Alert,
  whose: string,
  width: number,
  most: number,
  { plain }: Palette,
): string[] {
  const time = `${clockTime(verdict.beat.time)}  ${whose === '' ? '' : `${whose}  `}`;
  const [first, ...rest] = wrap(`${time}${verdict.class}  ${explanation.sentence}`, width, most);
  const heading = row(
    [
      [first.slice(0, time.length), plain.dim],
      [first.slice(time.length, time.length + 1), classColour(verdict.class, plain)],
      [first.slice(time.length + 1)],
    ],
    width,
  );
  return [heading, ...rest, ...wrap(contributions(explanation), width, 2).map((line) => plain.dim(line))];
}

/** The sum that the score is: "waveform +3.1, rhythm +1.2, intercept -0.4 = 3.9"; for S and V also "beats before +1.0". */
export function contributions(explanation: Explanation): string {
  const { waveform, beatsBefore, intercept, score } = explanation;
  const signed = (value: number) => `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(1)}`;
  const ofOthers = Math.abs(beatsBefore) < 0.05 ? '' : `, beats before ${signed(beatsBefore)}`;
  return `waveform ${signed(waveform)}, rhythm ${signed(rhythmContribution(explanation))}${ofOthers}, intercept ${signed(intercept)} = ${score.toFixed(1)}`;
}
