import { type Explanation, rhythmContribution } from '../../explain/explanation.ts';
import type { Inks } from './inks.ts';
import { element, text } from './markup.ts';

const ROW = 13;
const BAR = 8;
/** Room for the longest label in the widest of the usual fonts. */
const LABEL_WIDTH = 108;
const NUMBER_WIDTH = 30;

/** CSS of the bars. */
export function evidenceStyle(inks: Inks): string {
  return (
    `.evidence text{font:9px system-ui,sans-serif;fill:${inks.ink}}` +
    '.evidence .number{text-anchor:end;font-variant-numeric:tabular-nums}' +
    `.evidence .axis{stroke:${inks.muted};stroke-width:.5}` +
    `.for{fill:${inks.for}}.against{fill:${inks.against}}.rest{fill:${inks.muted}}`
  );
}

/** The height that the bars of an explanation take. */
export function evidenceHeight(explanation: Explanation): number {
  return rowsOf(explanation).length * ROW;
}

/**
 * What the score is made of: a bar to the right for what speaks for the class, to the left for what speaks
 * against it; their sum is the score.
 */
export function evidenceBars(explanation: Explanation, width: number): string {
  const rows = rowsOf(explanation);
  const least = Math.min(0, ...rows.map(([, value]) => value));
  const most = Math.max(0, ...rows.map(([, value]) => value));
  const room = width - LABEL_WIDTH - NUMBER_WIDTH;
  const x = (value: number) => LABEL_WIDTH + ((value - least) / (most - least || 1)) * room;
  const drawn = rows.map(([label, value, style], n) => {
    const y = n * ROW;
    const from = Math.min(x(0), x(value));
    return [
      element('text', { x: 0, y: y + 9 }, text(label)),
      element('rect', {
        class: style ?? (value < 0 ? 'against' : 'for'),
        x: from,
        y: y + (ROW - BAR) / 2,
        width: Math.abs(x(value) - x(0)),
        height: BAR,
      }),
      element('text', { class: 'number', x: width, y: y + 9 }, signed(value)),
    ].join('');
  });
  const axis = element('line', { class: 'axis', x1: x(0), x2: x(0), y1: 0, y2: rows.length * ROW });
  return element('g', { class: 'evidence' }, ...drawn, axis);
}

type Row = readonly [label: string, value: number, style: string | undefined];

function rowsOf(explanation: Explanation): readonly Row[] {
  const { waveform, beatsBefore, intercept, score } = explanation;
  const ofOthers: readonly Row[] = beatsBefore === 0 ? [] : [['beats before', beatsBefore, undefined]];
  return [
    ['waveform', waveform, undefined],
    ['rhythm', rhythmContribution(explanation), undefined],
    ...ofOthers,
    ['model’s intercept', intercept, 'rest'],
    ['score, their sum', score, 'rest'],
  ];
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(1)}`;
}
