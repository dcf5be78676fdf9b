import { element, short } from '../../outputs/picture/markup.ts';
import type { Reliability } from '../reliability.ts';
import { type Axis, chart, through } from './chart.ts';
import type { OffsetReport, PeaksReport } from './evaluation-report.ts';

/** CSS of what the charts draw: the series of a class has its colour. */
export const CHARTS_STYLE =
  '.series{fill:none;stroke-width:1.8;stroke-linejoin:round}' +
  '.series-S{stroke:var(--s)}.series-V{stroke:var(--v)}' +
  '.dot{stroke:var(--card);stroke-width:1.2}' +
  '.dot-S{fill:var(--s)}.dot-V{fill:var(--v)}' +
  '.whisker{stroke-width:1.2;opacity:.55}' +
  '.bar{fill:var(--middle)}';

const QUARTERS = [0, 0.25, 0.5, 0.75, 1].map((at) => ({ at, label: String(at) }));
const share = (label: string): Axis => ({ label, from: 0, to: 1, ticks: QUARTERS });

/** How often the class came, by the probability it was given; the line is where both are equal. */
export function reliabilityChart(name: 'S' | 'V', { bins }: Reliability): string {
  return chart(
    `Reliability of the probability of ${name}`,
    share(`probability of ${name}`),
    share(`share that were ${name}`),
    ({ x, y }) => {
      const at = (value: number) => [x(value), y(value)] as const;
      const whiskers = bins.map(({ predicted, interval: [low, high] }) =>
        element('path', {
          class: `whisker series-${name}`,
          d: `M${short(x(predicted))} ${short(y(low))}V${short(y(high))}`,
        }),
      );
      const line = through(bins.map(({ predicted, observed }) => [x(predicted), y(observed)]));
      const dots = bins.map(({ predicted, observed, beats }) =>
        element(
          'circle',
          { class: `dot dot-${name}`, cx: x(predicted), cy: y(observed), r: 4 },
          element('title', {}, `${beats.toLocaleString('en')} beats`),
        ),
      );
      return [
        element('path', { class: 'guide', d: through([at(0), at(1)]) }),
        ...whiskers,
        element('path', { class: `series series-${name}`, d: line }),
        ...dots,
      ].join('');
    },
  );
}

/** The rarest false alarm that is drawn: one in ten thousand beats. */
const LEAST_RATE = 1e-4;
const DECADES = [
  { at: 1e-4, label: '0.01 %' },
  { at: 1e-3, label: '0.1 %' },
  { at: 1e-2, label: '1 %' },
  { at: 1e-1, label: '10 %' },
  { at: 1, label: '100 %' },
];

/** Sensitivity over the rate of false alarms, whose scale is logarithmic: alarms must be rare to be of use. */
export function rocChart(curves: PeaksReport['roc']): string {
  return chart(
    'ROC of S and V',
    { label: 'false positive rate', from: LEAST_RATE, to: 1, ticks: DECADES, logarithmic: true },
    share('sensitivity'),
    ({ x, y }) =>
      (['S', 'V'] as const)
        .map((name) => {
          const curve = curves[name];
          if (curve === null) return '';
          const places = curve.points.map(
            ({ falsePositiveRate: rate, sensitivity }) =>
              [x(Math.max(rate, LEAST_RATE)), y(sensitivity)] as const,
          );
          const { chosen } = curve;
          return [
            element('path', { class: `series series-${name}`, d: through(distinct(places)) }),
            element('circle', {
              class: `dot dot-${name}`,
              cx: x(Math.max(chosen.falsePositiveRate, LEAST_RATE)),
              cy: y(chosen.sensitivity),
              r: 5,
            }),
          ].join('');
        })
        .join(''),
  );
}

/** Without points that the picture cannot tell from the one before. */
function distinct(places: readonly (readonly [number, number])[]): (readonly [number, number])[] {
  const kept: (readonly [number, number])[] = [];
  for (const [n, place] of places.entries()) {
    const last = kept.at(-1);
    const moved = last === undefined || Math.hypot(place[0] - last[0], place[1] - last[1]) >= 0.5;
    if (moved || n === places.length - 1) kept.push(place);
  }
  return kept;
}

/** Beats by how far the detected R peak lies from the reference, on a logarithmic scale: the rare ones count. */
export function offsetChart({ histogram }: OffsetReport): string {
  const { from, width, counts } = histogram;
  const most = Math.max(...counts);
  const decades = Math.max(1, Math.ceil(Math.log10(most)));
  const ticks = Array.from({ length: decades + 1 }, (_, n) => ({
    at: 10 ** n,
    label: (10 ** n).toLocaleString('en'),
  }));
  return chart(
    'Offset of the R peaks',
    {
      label: 'detected minus reference, ms',
      from,
      to: from + width * counts.length,
      ticks: [-50, -25, 0, 25, 50].map((at) => ({ at, label: String(at).replace('-', '−') })),
    },
    { label: 'beats', from: 0.7, to: 10 ** decades, ticks, logarithmic: true },
    ({ x, y }) =>
      counts
        .map((count, n) => {
          if (count === 0) return '';
          const left = x(from + n * width);
          return element('rect', {
            class: 'bar',
            x: left + 0.5,
            y: y(count),
            width: x(from + (n + 1) * width) - left - 1,
            height: y(0.7) - y(count),
          });
        })
        .join(''),
  );
}
