import type { RhythmVerdict } from '../../classify/rhythm-verdict.ts';
import type { LinkChange } from '../../sources/source.ts';
import { clockTime, counted } from '../numbers.ts';
import { LISTED_CLASSES } from '../tally.ts';
import { alertBlock } from './alert-block.ts';
import type { LiveState } from './live-state.ts';
import { type Palette, shade } from './palette.ts';
import { classColour, strip, stripRange } from './strip.ts';
import { flow, type Piece, row, singleWidth } from './text.ts';
import type { Range } from './trace.ts';

const MOST_HEADER_ROWS = 4;
const LEAST_STRIP_ROWS = 2;
const MOST_STRIP_ROWS = 8;
/** Share of the screen under the header that the strip takes. */
const STRIP_SHARE = 0.4;

/**
 * The live view: header, ECG strip, latest alerts. Pure: the same state gives the same rows, at most `height` of
 * them and none wider than `width` columns.
 */
export function view(state: LiveState, width: number, height: number, palette: Palette): string[] {
  const top = header(state, width, palette).slice(0, MOST_HEADER_ROWS);
  const room = Math.floor((height - top.length) * STRIP_SHARE);
  const stripRows = Math.min(MOST_STRIP_ROWS, Math.max(LEAST_STRIP_ROWS, room));
  const range = stripRange(state);
  const rows = [
    ...top,
    stripRule(range, width, palette),
    ...strip(state, range, width, stripRows, palette),
    alertRule(width, palette),
  ];
  return [...rows, ...alerts(state, width, height - rows.length, palette)].slice(0, height);
}

function header(state: LiveState, width: number, palette: Palette): string[] {
  const { plain } = palette;
  const time = clockTime(state.tally.duration);
  const name: Piece[] = [
    ['beatlens ', plain.bold],
    [singleWidth(state.title).slice(0, Math.max(0, width - 10 - time.length))],
  ];
  const used = name.reduce((sum, [text]) => sum + text.length, 0);
  const title = row(
    [...name, [' '.repeat(Math.max(1, width - used - time.length))], [time, plain.bold]],
    width,
  );
  return [title, ...flow([...conditions(state, palette), ...counts(state, palette)], width)];
}

function linkField(link: LinkChange | undefined, plain: Palette['plain']): Piece {
  if (link === undefined) return ['○ no link', plain.dim];
  const { state, reason } = link;
  if (state === 'connected' || state === 'streaming') return [`● ${state}`, plain.green];
  if (state === 'lost') return [`○ link lost${reason ? ` (${reason})` : ''}`, plain.red];
  return [`○ ${state}${reason ? ` (${reason})` : ''}`, plain.yellow];
}

/** What the sensor, the link and the heart do now. */
function conditions(state: LiveState, { plain }: Palette): Piece[] {
  const { link, quality, heartRate, rhythm, sensor, tally } = state;
  const fields: Piece[] = [];
  fields.push(linkField(link, plain));
  if (sensor !== undefined) fields.push([sensor]);
  if (tally.batteryPercent !== undefined) {
    fields.push([`battery ${tally.batteryPercent} %`, tally.batteryPercent < 20 ? plain.red : String]);
  }
  fields.push([`♥ ${heartRate === undefined ? '--' : heartRate.toFixed(0)} bpm`, plain.bold]);
  if (rhythm !== undefined) fields.push([`2nd opinion ${rhythmWords(rhythm)}`]);
  if (quality === 'lead-off') fields.push(['LEAD OFF: check the electrodes', plain.red]);
  else if (quality) fields.push([`signal ${quality}`, quality === 'good' ? plain.green : plain.yellow]);
  return fields;
}

/** The newest second opinion, in a width that seldom changes. */
function rhythmWords({ class: rhythm, probabilities }: RhythmVerdict): string {
  return rhythm === 'Q' ? 'none' : `${rhythm.padEnd(4)} ${Math.max(...probabilities).toFixed(2)}`;
}

function counts({ tally }: LiveState, { plain }: Palette): Piece[] {
  const fields: Piece[] = [[counted(tally.beats, 'beat')]];
  for (const name of LISTED_CLASSES) {
    const count = tally.beatsByClass[name];
    if (count > 0) fields.push([`${name} ${count.toLocaleString('en')}`, classColour(name, plain)]);
  }
  if (tally.gaps > 0) fields.push([counted(tally.gaps, 'gap'), plain.yellow]);
  const skipped = tally.badFrames + tally.sourceFaults;
  if (skipped > 0) fields.push([`${skipped.toLocaleString('en')} skipped`, plain.yellow]);
  return fields;
}

function stripRule({ low, high }: Range, width: number, { plain }: Palette): string {
  return rule('ECG', [[` ${low.toFixed(1)} to ${high.toFixed(1)} mV, 40 ms a dot `]], width, plain.dim);
}

function alertRule(width: number, palette: Palette): string {
  const steps = [0, 0.25, 0.5, 0.75, 1];
  const { relevance } = palette;
  const ramp: Piece[] = relevance
    ? steps.map((value) => ['█', (text) => `${relevance(value)}${text}\x1b[0m`])
    : [[steps.map(shade).join('')]];
  return rule('alerts', [[' relevance '], ...ramp, [' ']], width, palette.plain.dim);
}

/** A line across the screen with a name at its left and a key at its right, where there is room for it. */
function rule(name: string, key: readonly Piece[], width: number, colour: (text: string) => string): string {
  const start = `── ${name} `;
  const keyWidth = key.reduce((sum, [text]) => sum + text.length, 0);
  const line = width - start.length - keyWidth - 2;
  const plainKey = key.map(([text, own]): Piece => [text, own ?? colour]);
  if (line < 1) return row([[start + '─'.repeat(width), colour]], width);
  return row([[start + '─'.repeat(line), colour], ...plainKey, ['──', colour]], width);
}

/** As many whole alerts as there is room for, newest first; the newest one even when it must be cut. */
function alerts({ alerts }: LiveState, width: number, height: number, palette: Palette): string[] {
  if (alerts.length === 0) return [row([['no alert yet', palette.plain.dim]], width)];
  const rows: string[] = [];
  for (const alert of alerts) {
    const block = alertBlock(alert, width, palette);
    if (rows.length > 0 && rows.length + block.length > height) break;
    rows.push(...block, '');
  }
  return rows;
}
