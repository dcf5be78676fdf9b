import { clockTime } from '../numbers.ts';
import { element, short } from '../picture/markup.ts';
import type { Bin, Trend } from './trend.ts';

/** The pictures' own units; the page stretches them, and their labels are the page's text. */
const WIDTH = 720;
const HEIGHT = 100;
/** Beats of the classes that are worth a colour, from the axis upwards. */
const STACKED = ['V', 'S', 'F', 'Q'] as const;
const TICKS = [1, 2, 5, 10, 15, 30].flatMap((n) => [n * 60, n * 3600]).concat(10, 20, 30, 86_400, 604_800);
const MOST_TICKS = 4;

/** Heart rate, and under it the beats that are not normal, over time. */
export function trendChart(trend: Trend, duration: number): string {
  const seconds = Math.max(duration, trend.width);
  const x = (time: number) => (time / seconds) * WIDTH;
  const known = trend.bins.filter(({ rateCount }) => rateCount > 0);
  const low = 20 * Math.floor(Math.min(50, ...known.map(({ lowest }) => lowest)) / 20);
  const high = 20 * Math.ceil(Math.max(110, ...known.map(({ highest }) => highest)) / 20);
  const most = Math.max(
    1,
    ...trend.bins.map((bin) => STACKED.reduce((sum, name) => sum + bin.beats[name], 0)),
  );
  const hatched = absences(trend, x);
  return [
    plot(
      'heart rate, beats a minute',
      [String(high), String(low)],
      [hatched, heartRate(trend, x, low, high)],
    ),
    plot(
      `beats that are not normal, in ${widthText(trend.width)}`,
      [String(most), '0'],
      [hatched, counts(trend, x, most)],
    ),
    timeAxis(seconds),
  ].join('');
}

function plot(title: string, [top, bottom]: readonly [string, string], drawn: readonly string[]): string {
  const picture = element(
    'svg',
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', role: 'img', 'aria-label': title },
    ...drawn,
  );
  const axis = element('div', { class: 'y-axis' }, element('span', {}, top), element('span', {}, bottom));
  return element('p', { class: 'plot-title' }, title) + element('div', { class: 'plot' }, axis, picture);
}

/** Stretches without signal, and stretches that could not be judged. */
function absences({ bins, width }: Trend, x: (time: number) => number): string {
  const bands = bins.flatMap(({ gap, flawed }, n) => {
    if (gap + flawed === 0) return [];
    const opacity = Math.max(0.25, Math.min(1, (gap + flawed) / width)).toFixed(2);
    const style = gap >= flawed ? 'missing' : 'flawed';
    return [
      element('rect', { class: style, opacity, x: x(n * width), width: x(width), y: 0, height: HEIGHT }),
    ];
  });
  return bands.join('');
}

function heartRate({ bins, width }: Trend, x: (time: number) => number, low: number, high: number): string {
  const y = (rate: number) => HEIGHT * (1 - (rate - low) / (high - low));
  const parts: string[] = [];
  for (const [from, to] of runsOf(bins, ({ rateCount }) => rateCount > 0)) {
    const run = bins.slice(from, to);
    // A step a bin, so that a single one is seen too.
    const steps = (level: (bin: Bin) => number) =>
      run.flatMap((bin, n) =>
        [0, 1].map((end) => `${short(x((from + n + end) * width))} ${short(y(level(bin)))}`),
      );
    const upper = steps(({ highest }) => highest);
    const lower = steps(({ lowest }) => lowest).reverse();
    const middle = steps(({ rateSum, rateCount }) => rateSum / rateCount);
    parts.push(element('path', { class: 'range', d: `M${[...upper, ...lower].join('L')}Z` }));
    parts.push(element('path', { class: 'middle', d: `M${middle.join('L')}` }));
  }
  return parts.join('');
}

function counts({ bins, width }: Trend, x: (time: number) => number, most: number): string {
  return bins
    .flatMap(({ beats }, n) => {
      let under = 0;
      return STACKED.filter((name) => beats[name] > 0).map((name) => {
        const height = (HEIGHT * beats[name]) / most;
        under += height;
        return element('rect', {
          class: `class-${name}`,
          x: x(n * width),
          y: HEIGHT - under,
          width: Math.max(1, x(width) - 0.4),
          height,
        });
      });
    })
    .join('');
}

function* runsOf<T>(
  values: readonly T[],
  holds: (value: T) => boolean,
): Generator<[from: number, to: number]> {
  for (let from = 0, to = 0; from < values.length; from = to) {
    const inside = holds(values[from]);
    while (to < values.length && holds(values[to]) === inside) to++;
    if (inside) yield [from, to];
  }
}

function timeAxis(seconds: number): string {
  const step = TICKS.sort((a, b) => a - b).find((tick) => seconds / tick <= MOST_TICKS) ?? seconds;
  const labels = Array.from({ length: Math.floor(seconds / step + 1e-9) + 1 }, (_, n) => n * step).map(
    (time) => element('span', { style: `left:${((100 * time) / seconds).toFixed(2)}%` }, clockTime(time)),
  );
  return element('div', { class: 'x-axis' }, ...labels);
}

function widthText(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
