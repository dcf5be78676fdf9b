import type { Explanation } from '../../explain/explanation.ts';
import { wrap } from '../terminal/text.ts';
import { ecgTrace, type Trace, traceStyle } from './ecg-trace.ts';
import { evidenceBars, evidenceHeight, evidenceStyle } from './evidence-bars.ts';
import { LIGHT_INKS } from './inks.ts';
import { element, text } from './markup.ts';
import { ON_LIGHT, relevanceStyle } from './relevance-colours.ts';

/** One beat, pictured: what it was called, its trace, and why. */
export interface BeatPicture {
  /** The class's letters. */
  readonly class: string;
  /** When it was. */
  readonly when: string;
  /** How sure the network is, and such. */
  readonly aside: string;
  readonly trace: Trace;
  readonly sentence: string;
  /** What the score is made of, where that is known. */
  readonly parts?: Explanation | undefined;
}

/** Size of the picture, in units that a phone shows at about one pixel each. */
const WIDTH = 360;
const TRACE_HEIGHT = 120;

/** As a card for a page whose style is `pageStyle`. */
export function pictureCard(picture: BeatPicture): string {
  const drawn = (label: string, height: number, content: string) =>
    element('svg', { viewBox: `0 0 ${WIDTH} ${height}`, role: 'img', 'aria-label': label }, content);
  return [
    `<article><h3>${badge(picture.class)} <span class="time">${text(picture.when)}</span> <span class="sureness">${text(picture.aside)}</span></h3>`,
    drawn(`ECG at ${picture.when}`, TRACE_HEIGHT, ecgTrace(picture.trace, traceFrame(0))),
    `<p>${text(picture.sentence)}</p>`,
    ...(picture.parts
      ? [drawn('parts of the score', evidenceHeight(picture.parts), evidenceBars(picture.parts, WIDTH))]
      : []),
    '</article>',
  ].join('\n');
}

/** A class as a coloured label. */
export function badge(name: string): string {
  return `<span class="badge class-${text(name)}">${text(name)}</span>`;
}

const MARGIN = 10;
const LINE = 12;
/** Columns of the sentence that fit in the width, by the widest of the usual fonts (DejaVu Sans). */
const COLUMNS = 58;

/** As an SVG that stands alone, on a light ground. */
export function pictureSvg(picture: BeatPicture): string {
  const lines = wrap(picture.sentence, COLUMNS, 6);
  const traceTop = MARGIN + 16;
  const textTop = traceTop + TRACE_HEIGHT + LINE;
  const partsTop = textTop + LINE * lines.length;
  const height = partsTop + (picture.parts ? evidenceHeight(picture.parts) : 0) + MARGIN;
  const style = [traceStyle(LIGHT_INKS), evidenceStyle(LIGHT_INKS), relevanceStyle(ON_LIGHT), WORDS_STYLE];
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${WIDTH + 2 * MARGIN} ${height}`,
      width: 2 * (WIDTH + 2 * MARGIN),
      height: 2 * height,
    },
    element('style', {}, style.join('')),
    element('rect', { width: '100%', height: '100%', fill: LIGHT_INKS.card }),
    element(
      'text',
      { class: 'heading', x: MARGIN, y: MARGIN + 9 },
      text(`${picture.class}   ${picture.when}`),
    ),
    element('text', { class: 'aside', x: MARGIN + WIDTH, y: MARGIN + 9 }, text(picture.aside)),
    ecgTrace(picture.trace, { ...traceFrame(traceTop), x: MARGIN }),
    ...lines.map((line, n) =>
      element('text', { class: 'words', x: MARGIN, y: textTop + n * LINE }, text(line)),
    ),
    ...(picture.parts
      ? [element('g', { transform: `translate(${MARGIN} ${partsTop})` }, evidenceBars(picture.parts, WIDTH))]
      : []),
  );
}

const WORDS_STYLE =
  `.heading{font:600 11px system-ui,sans-serif;fill:${LIGHT_INKS.ink}}` +
  `.aside{font:10px system-ui,sans-serif;fill:${LIGHT_INKS.muted};text-anchor:end}` +
  `.words{font:9px system-ui,sans-serif;fill:${LIGHT_INKS.ink}}`;

function traceFrame(y: number) {
  return { x: 0, y, width: WIDTH, height: TRACE_HEIGHT };
}
