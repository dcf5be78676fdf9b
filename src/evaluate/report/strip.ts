import { relevanceAt } from '../../explain/explanation.ts';
import { ecgTrace, rangeOf } from '../../outputs/picture/ecg-trace.ts';
import { element } from '../../outputs/picture/markup.ts';
import { GRID_RATE } from '../../timeline/span.ts';
import type { ShownBeat, WorstStretch } from '../worst-stretch.ts';

/** A piece of a strip: so long that a phone shows it as large as a screen shows two beside each other. */
const PIECE_SECONDS = 5;
const WIDTH = 500;
const HEIGHT = 120;
/** Every second sample is drawn: the filters leave nothing above 40 Hz. */
const STEP = 2;

/** CSS of the strips, beside the trace's own. */
export const STRIP_STYLE =
  '.strip{clear:both;display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,26rem),1fr));gap:.25rem 0}' +
  '.strip svg{overflow:visible}.strip .asked{fill:none}.strip .mark{font-size:11px;font-weight:600;fill:var(--muted)}' +
  '.strip .mark.mark-V{fill:var(--v)}.strip .mark.mark-S{fill:var(--s)}.strip .mark.mark-F{fill:var(--f)}.strip .mark.mark-Q{fill:var(--q)}' +
  '.strip .mark.mark-wrong{fill:var(--ink);font-weight:700;text-decoration:underline}';

/** The worst stretch of a record as pictures that stand in a row, or in rows. */
export function strip({ ecg, from, to, beats }: WorstStretch): string {
  const range = rangeOf(ecg);
  const relevance = relevanceIn(beats);
  const pieces: string[] = [];
  for (let start = from; start < to - 1e-6; start += PIECE_SECONDS) {
    const first = Math.round((start - from) * GRID_RATE);
    // One sample more, so that the line reaches the next piece.
    const samples = ecg
      .subarray(first, first + PIECE_SECONDS * GRID_RATE + 1)
      .filter((_, n) => n % STEP === 0);
    const marks = beats
      .filter(({ time }) => time >= start && time < start + PIECE_SECONDS)
      .map((beat) => ({ time: beat.time, label: labelOf(beat), style: styleOf(beat) }));
    const seconds = ((samples.length - 1) * STEP) / GRID_RATE;
    const width = (WIDTH * seconds) / PIECE_SECONDS;
    const trace = ecgTrace(
      { samples, rate: GRID_RATE / STEP, start, range, relevance, marks },
      { x: 0, y: 0, width, height: HEIGHT },
    );
    const label = `ECG from ${start.toFixed(1)} s`;
    pieces.push(
      element('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': label }, trace),
    );
  }
  return element('div', { class: 'strip' }, ...pieces);
}

/** What a beat was called: a dot for a normal one; − a missed beat, + an extra one, from → to a misjudged one. */
export function labelOf({ reference, test, wrong }: ShownBeat): string {
  if (!wrong) return reference === 'N' ? '·' : reference;
  if (test === 'o') return `−${reference}`;
  if (reference === 'O') return `+${test.toUpperCase()}`;
  return `${reference}→${test.toUpperCase()}`;
}

function styleOf({ reference, wrong }: ShownBeat): string {
  return wrong ? 'mark-wrong' : `mark-${reference}`;
}

/** Relevance at a time, where that lies in the window of a flagged beat. */
function relevanceIn(beats: readonly ShownBeat[]): (time: number) => number | undefined {
  const windows = beats.flatMap(({ time, offset = 0, explanation }) => {
    if (explanation === undefined) return [];
    const rPeak = time + offset;
    const from = rPeak + explanation.relevanceStart;
    const to = from + (explanation.relevance.length - 1) * explanation.relevanceStep;
    return { from, to, rPeak, explanation };
  });
  return (time) => {
    const here = windows.find(({ from, to }) => time >= from && time <= to);
    return here && relevanceAt(here.explanation, time - here.rPeak);
  };
}
