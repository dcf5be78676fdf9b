import type { Inks } from './inks.ts';
import { element, short } from './markup.ts';
import { levelOf } from './relevance-colours.ts';

/** A letter over the trace, such as a beat's class. */
export interface Mark {
  readonly time: number;
  readonly label: string;
  /** CSS class that colours it. */
  readonly style: string;
}

/** The letter of a beat's class over its R peak; a dot for a normal one. */
export function beatMark(name: string, time: number): Mark {
  return { time, label: name === 'N' ? '·' : name, style: `mark-${name}` };
}

/** A stretch of ECG to be drawn. Times are seconds, relative to whatever the picture is about. */
export interface Trace {
  /** Millivolts, NaN where there is no signal. */
  readonly samples: ArrayLike<number>;
  /** Hertz. */
  readonly rate: number;
  /** Time of the first sample. */
  readonly start: number;
  /** Relevance, 0 to 1, at a time; undefined where nothing was asked. */
  readonly relevance?: (time: number) => number | undefined;
  readonly marks?: readonly Mark[];
  /** Millivolts at the lower and the upper edge; without it, as much as the samples need. */
  readonly range?: MillivoltRange;
}

export interface MillivoltRange {
  readonly low: number;
  readonly high: number;
}

/** Where a trace stands in its picture, in the picture's units. */
export interface Frame {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Room for the letters above the trace. */
const MARKS_HEIGHT = 12;
/** ECG paper: its large squares, seconds and millivolts. */
const SQUARE_SECONDS = 0.2;
const SQUARE_MILLIVOLTS = 0.5;
/** Less than this, millivolts, is not blown up to the whole height. */
const LEAST_SPAN = 1;

/**
 * The trace on ECG paper, coloured by relevance where there is any. What it is drawn with comes from CSS:
 * `TRACE_STYLE`, and for the colours `RELEVANCE_STYLE`.
 */
export function ecgTrace(trace: Trace, frame: Frame): string {
  const marked = trace.marks !== undefined;
  const inner: Frame = marked
    ? { ...frame, y: frame.y + MARKS_HEIGHT, height: frame.height - MARKS_HEIGHT }
    : frame;
  const scale = scaleOf(trace, inner);
  const marks = (trace.marks ?? []).map(({ time, label, style }) =>
    element('text', { class: `mark ${style}`, x: scale.x(time), y: frame.y + MARKS_HEIGHT - 3 }, label),
  );
  return [
    asked(trace, inner, scale),
    paper(inner, scale),
    ...gaps(trace, inner, scale),
    ...runs(trace, scale),
    ...marks,
  ].join('');
}

/** CSS of everything in a trace but its relevance. */
export function traceStyle({ ink, paperLine, asked, hatch, v, s, f, q }: Inks): string {
  const classes = Object.entries({ V: v, PVC: v, S: s, PAC: s, F: f, Q: q });
  return (
    '.trace,.relevant{fill:none;stroke-linejoin:round;stroke-linecap:round}' +
    `.trace{stroke:${ink};stroke-width:1.2}` +
    `.paper{fill:none;stroke:${paperLine};stroke-width:.5}` +
    `.asked{fill:${asked}}.missing{fill:${hatch}}` +
    `.mark{font:600 9px system-ui,sans-serif;text-anchor:middle;fill:${ink}}` +
    classes.map(([name, colour]) => `.mark.mark-${name}{fill:${colour}}`).join('')
  );
}

interface Scale {
  readonly x: (time: number) => number;
  readonly y: (millivolts: number) => number;
  readonly low: number;
  readonly high: number;
  readonly from: number;
  readonly to: number;
}

/** The millivolts that samples need, with some room. */
export function rangeOf(samples: ArrayLike<number>): MillivoltRange {
  let least = 0;
  let most = 0;
  for (let i = 0; i < samples.length; i++) {
    if (samples[i] < least) least = samples[i];
    if (samples[i] > most) most = samples[i];
  }
  const slack = Math.max(0, LEAST_SPAN - (most - least)) / 2 + 0.05 * (most - least);
  return { low: least - slack, high: most + slack };
}

function scaleOf(
  { samples, rate, start, range = rangeOf(samples) }: Trace,
  { x, y, width, height }: Frame,
): Scale {
  const { low, high } = range;
  const seconds = (samples.length - 1) / rate;
  return {
    x: (time) => x + ((time - start) / seconds) * width,
    y: (millivolts) => y + ((high - millivolts) / (high - low)) * height,
    low,
    high,
    from: start,
    to: start + seconds,
  };
}

function paper({ x, y, width, height }: Frame, scale: Scale): string {
  let lines = '';
  for (let n = Math.ceil(scale.from / SQUARE_SECONDS - 1e-9); n * SQUARE_SECONDS <= scale.to + 1e-9; n++) {
    lines += `M${short(scale.x(n * SQUARE_SECONDS))} ${short(y)}v${short(height)}`;
  }
  for (let n = Math.ceil(scale.low / SQUARE_MILLIVOLTS); n * SQUARE_MILLIVOLTS <= scale.high; n++) {
    lines += `M${short(x)} ${short(scale.y(n * SQUARE_MILLIVOLTS))}h${short(width)}`;
  }
  return element('path', { class: 'paper', d: lines });
}

/** The stretch for which relevance was asked. */
function asked({ samples, rate, start, relevance }: Trace, { y, height }: Frame, scale: Scale): string {
  const times = Array.from(samples, (_, i) => start + i / rate).filter(
    (time) => relevance?.(time) !== undefined,
  );
  if (times.length === 0) return '';
  const x = scale.x(times[0]);
  return element('rect', { class: 'asked', x, y, width: scale.x(times[times.length - 1]) - x, height });
}

function gaps({ samples, rate, start }: Trace, { y, height }: Frame, scale: Scale): string[] {
  const found: string[] = [];
  for (let from = 0, to = 0; from < samples.length; from = to) {
    const missing = Number.isNaN(samples[from]);
    while (to < samples.length && Number.isNaN(samples[to]) === missing) to++;
    if (!missing) continue;
    const left = scale.x(start + from / rate);
    found.push(
      element('rect', { class: 'missing', x: left, y, width: scale.x(start + to / rate) - left, height }),
    );
  }
  return found;
}

/** The curve, as one line for each run of samples of the same colour; neighbours share their end. */
function runs(trace: Trace, scale: Scale): string[] {
  const { samples, rate, start, relevance } = trace;
  const lines: string[] = [];
  const styleAt = (i: number): string | undefined => {
    if (Number.isNaN(samples[i]) || Number.isNaN(samples[i + 1])) return undefined;
    const value = relevance?.(start + (i + 0.5) / rate);
    return value === undefined ? 'trace' : `relevant q${levelOf(value)}`;
  };
  for (let from = 0, to = 0; from < samples.length - 1; from = to) {
    const style = styleAt(from);
    while (to < samples.length - 1 && styleAt(to) === style) to++;
    if (style === undefined) continue;
    let points = '';
    for (let i = from; i <= to; i++) {
      points += `${i === from ? '' : ' '}${short(scale.x(start + i / rate))},${short(scale.y(samples[i]))}`;
    }
    lines.push(element('polyline', { class: style, points }));
  }
  return lines;
}
