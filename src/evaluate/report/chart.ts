import { element, short, text } from '../../outputs/picture/markup.ts';

/** One axis of a chart. */
export interface Axis {
  readonly label: string;
  readonly from: number;
  readonly to: number;
  readonly ticks: readonly { readonly at: number; readonly label: string }[];
  /** Equal ratios, instead of equal differences, take equal room. */
  readonly logarithmic?: boolean;
}

/** Places values in a chart. */
export interface Scales {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
}

const WIDTH = 340;
const HEIGHT = 260;
const LEFT = 58;
const RIGHT = 20;
const TOP = 10;
const BOTTOM = 40;

/** CSS of a chart's frame. Colours come from the variables of the page's style. */
export const CHART_STYLE =
  '.chart text{font:11px system-ui,sans-serif;fill:var(--muted)}' +
  '.chart .grid{stroke:var(--line);stroke-width:.6}' +
  '.chart .guide{stroke:var(--muted);stroke-width:1;stroke-dasharray:3 3;fill:none}' +
  '.chart .x-tick{text-anchor:middle}.chart .y-tick{text-anchor:end}.chart .axis-label{text-anchor:middle}';

/**
 * A chart as SVG: axes, ticks, and what is drawn between them.
 * @param title what it shows, for those who cannot see it
 */
export function chart(title: string, xAxis: Axis, yAxis: Axis, draw: (scales: Scales) => string): string {
  const right = WIDTH - RIGHT;
  const bottom = HEIGHT - BOTTOM;
  const x = scale(xAxis, LEFT, right);
  const y = scale(yAxis, bottom, TOP);
  const middle = (TOP + bottom) / 2;
  return element(
    'svg',
    { class: 'chart', viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': title },
    ...xAxis.ticks.flatMap(({ at, label }) => [
      element('line', { class: 'grid', x1: x(at), x2: x(at), y1: TOP, y2: bottom }),
      element('text', { class: 'x-tick', x: x(at), y: bottom + 14 }, text(label)),
    ]),
    ...yAxis.ticks.flatMap(({ at, label }) => [
      element('line', { class: 'grid', x1: LEFT, x2: right, y1: y(at), y2: y(at) }),
      element('text', { class: 'y-tick', x: LEFT - 5, y: y(at) + 4 }, text(label)),
    ]),
    element('text', { class: 'axis-label', x: (LEFT + right) / 2, y: HEIGHT - 6 }, text(xAxis.label)),
    element(
      'text',
      { class: 'axis-label', transform: `translate(11 ${middle}) rotate(-90)` },
      text(yAxis.label),
    ),
    draw({ x, y }),
  );
}

function scale({ from, to, logarithmic }: Axis, low: number, high: number): (value: number) => number {
  const place = logarithmic ? Math.log10 : (value: number) => value;
  const part = (value: number) => (place(value) - place(from)) / (place(to) - place(from));
  return (value) => low + (high - low) * Math.min(1, Math.max(0, part(value)));
}

/** A line through points, as the data of a path. */
export function through(points: readonly (readonly [x: number, y: number])[]): string {
  return `M${points.map(([x, y]) => `${short(x)} ${short(y)}`).join('L')}`;
}
