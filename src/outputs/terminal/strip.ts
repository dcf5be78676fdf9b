import { GRID_RATE } from '../../timeline/span.ts';
import type { SampleState } from '../signal-ring.ts';
import { BrailleCanvas, DOTS_ACROSS } from './braille.ts';
import type { LiveState } from './live-state.ts';
import type { Palette } from './palette.ts';
import { type Piece, row } from './text.ts';
import { drawTrace, extremes, isEmpty, type Range } from './trace.ts';

/** Samples in one dot: 40 ms, the small square of ECG paper. */
const SAMPLES_PER_DOT = GRID_RATE / 25;
const SAMPLES_PER_CELL = SAMPLES_PER_DOT * DOTS_ACROSS;

/** Sequence that opens a dim colour. */
const DIM = '\x1b[2m';

/**
 * The newest signal, `rows` tall, and under it one row of marks: a letter under each flagged R peak, a dot under
 * the others, and in words what keeps a stretch from being judged. Missing samples are hatched.
 */
export function strip(
  state: LiveState,
  range: Range,
  columns: number,
  rows: number,
  palette: Palette,
): string[] {
  const { signal } = state;
  // Aligned to whole cells of the stream, so that the curve moves without changing its shape.
  const firstCell = Math.ceil(signal.end / SAMPLES_PER_CELL) - columns;
  const canvas = new BrailleCanvas(columns, rows);
  const at = (index: number) => signal.at(index);
  drawTrace(canvas, at, firstCell * SAMPLES_PER_CELL, SAMPLES_PER_DOT, range);

  const cells = Array.from({ length: columns }, (_, column) => cellState(state, firstCell + column));
  const dim = palette.plain.isColorSupported ? DIM : '';
  cells.forEach((cell, column) => {
    if (cell === 'gap') canvas.fill(column, '╱');
    if (cell !== 'sound') canvas.paint(column, dim);
  });
  return [...canvas.lines(), marks(state, cells, firstCell, palette)];
}

/** The signal's range over all that is kept, in steps of 0.5 mV so that the scale seldom changes. */
export function stripRange({ signal }: LiveState): Range {
  const kept = extremes((index) => signal.at(index), signal.end - signal.capacity, signal.end);
  const { low, high } = isEmpty(kept) ? { low: -0.5, high: 1 } : kept;
  const step = 0.5;
  return {
    low: Math.min(-step, Math.floor(low / step) * step),
    high: Math.max(step, Math.ceil(high / step) * step),
  };
}

/** The state of a cell: a gap where any sample is missing, else that of its newest sample. */
function cellState({ signal }: LiveState, cell: number): SampleState {
  const start = cell * SAMPLES_PER_CELL;
  let state: SampleState = 'unknown';
  for (let index = start; index < start + SAMPLES_PER_CELL; index++) {
    const here = signal.stateAt(index);
    if (here === 'gap') return 'gap';
    if (here !== 'unknown') state = here;
  }
  return state;
}

function marks(
  state: LiveState,
  cells: readonly SampleState[],
  firstCell: number,
  { plain }: Palette,
): string {
  const marked: Piece[] = cells.map(() => [' ']);
  forEachRun(cells, (name, from, to) => {
    if (name === 'sound' || name === 'unknown') return;
    const label = name.length <= to - from ? name : '';
    const start = from + Math.floor((to - from - label.length) / 2);
    for (let i = 0; i < label.length; i++) marked[start + i] = [label[i], plain.yellow];
  });
  for (const beat of state.beats) {
    const column = Math.floor(beat.index / SAMPLES_PER_CELL) - firstCell;
    if (column < 0 || column >= marked.length) continue;
    if (beat.flagged) marked[column] = [beat.class, classColour(beat.class, plain)];
    else if (marked[column][0] === ' ') marked[column] = [beat.class === 'Q' ? '?' : '·', plain.dim];
  }
  return row(marked, marked.length);
}

function forEachRun<T>(values: readonly T[], visit: (value: T, from: number, to: number) => void): void {
  for (let from = 0, to = 0; from < values.length; from = to) {
    while (to < values.length && values[to] === values[from]) to++;
    visit(values[from], from, to);
  }
}

/** The colour of a flagged class. */
export function classColour(name: string, plain: Palette['plain']): (text: string) => string {
  const colours: Record<string, (text: string) => string> = { S: plain.cyan, V: plain.red, F: plain.magenta };
  const colour = colours[name] ?? ((text: string) => text);
  return (text) => plain.bold(colour(text));
}
