import type { Frame } from './ecg-trace.ts';
import { LIGHT_INKS } from './inks.ts';
import { element, short, text } from './markup.ts';

/** A curve, with the name of what it is of. */
export interface Curve {
  readonly name: string;
  readonly colour: string;
  readonly dashed: boolean;
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** Curves over the unit square. */
export function lineChart(title: string, curves: readonly Curve[], frame: Frame): string {
  const { x, y, width, height } = frame;
  const place = ([px, py]: readonly [number, number]) =>
    `${short(x + px * width)},${short(y + (1 - py) * height)}`;
  return [
    element('text', { class: 'label', x, y: y - 3 }, text(title)),
    element('rect', { class: 'box', x, y, width, height }),
    ...curves.map(({ colour, dashed, points }) =>
      element('polyline', {
        points: points.map(place).join(' '),
        fill: 'none',
        stroke: colour,
        'stroke-width': dashed ? 0.9 : 1.6,
        'stroke-dasharray': dashed ? '3 2' : undefined,
      }),
    ),
  ].join('');
}

/** The names of curves, in a row. */
export function curveKey(curves: readonly Curve[], x: number, y: number): string {
  let at = x;
  return curves
    .map(({ name, colour, dashed }) => {
      const left = at;
      at += 30 + 6.5 * name.length; // room for the widest of the usual fonts
      return (
        element('line', {
          x1: left,
          x2: left + 14,
          y1: y - 3,
          y2: y - 3,
          stroke: colour,
          'stroke-width': 1.6,
          'stroke-dasharray': dashed ? '3 2' : undefined,
        }) + element('text', { class: 'label', x: left + 17, y }, text(name))
      );
    })
    .join('');
}

/** CSS of charts that stand alone, on a light ground. */
export const CHART_STYLE =
  `.label{font:8px system-ui,sans-serif;fill:${LIGHT_INKS.ink}}` +
  `.heading{font:600 10px system-ui,sans-serif;fill:${LIGHT_INKS.ink}}` +
  `.note{font:7px system-ui,sans-serif;fill:${LIGHT_INKS.muted}}` +
  `.box{fill:none;stroke:${LIGHT_INKS.muted};stroke-width:.4}` +
  `.spread{fill:${LIGHT_INKS.muted};opacity:.18}`;

/** A whole SVG, drawn twice its size. */
export function standalone(
  width: number,
  height: number,
  style: string,
  ...drawn: readonly string[]
): string {
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${width} ${height}`,
      width: 2 * width,
      height: 2 * height,
    },
    element('style', {}, style),
    element('rect', { width: '100%', height: '100%', fill: LIGHT_INKS.card }),
    ...drawn,
  );
}
