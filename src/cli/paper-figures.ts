import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { RHYTHM_CLASSES } from '../classify/rhythm-verdict.ts';
import { RHYTHM_BEFORE, RHYTHM_RATE, RHYTHM_WINDOW } from '../classify/rhythm-window.ts';
import { CHANGED } from '../evaluate/explanations/perturbation.ts';
import { scaled } from '../explain/saliency.ts';
import type { Method } from '../explain/window-explanation.ts';
import { clockTime } from '../outputs/numbers.ts';
import { ecgTrace, type Frame, type Trace, traceStyle } from '../outputs/picture/ecg-trace.ts';
import { LIGHT_INKS } from '../outputs/picture/inks.ts';
import { CHART_STYLE, type Curve, curveKey, lineChart, standalone } from '../outputs/picture/line-chart.ts';
import { element, short, text } from '../outputs/picture/markup.ts';
import { ON_LIGHT, relevanceStyle } from '../outputs/picture/relevance-colours.ts';
import { writeWhole } from '../outputs/write-whole.ts';
import { GRID_RATE } from '../timeline/span.ts';
import { BASELINES } from './judge-curves.ts';
import type { ClassJudgement, Example, Judgement } from './judge-model.ts';
import { runCommand, throwing } from './run-command.ts';

/** The method that each network is shown by. */
const SHOWN: Readonly<Record<Judgement['model'], Method>> = { cnn: 'hires-cam', lstm: 'deletion-mask' };
const STYLE = traceStyle(LIGHT_INKS) + relevanceStyle(ON_LIGHT) + CHART_STYLE;
const START = -RHYTHM_BEFORE / GRID_RATE;
const SOURCE = 'MIT-BIH Arrhythmia Database (Moody & Mark 2001), PhysioNet, ODC-BY 1.0';

/** Draws what `judge` found: the paper's figure from real beats, class averages, and the curves. */
async function figures(folder: string, files: readonly string[]): Promise<void> {
  const judgements = await together(files);
  await mkdir(folder, { recursive: true });
  const write = async (name: string, svg: string) => {
    await writeWhole(join(folder, name), [svg]);
    process.stdout.write(`${join(folder, name)}\n`);
  };
  await write('paper-figure.svg', paperFigure(judgements));
  for (const judgement of judgements) {
    await write(`averages-${judgement.model}.svg`, averages(judgement));
    await write(`curves-${judgement.model}.svg`, curveGrid(judgement));
  }
}

/** What several runs of `judge` found, model by model. */
async function together(files: readonly string[]): Promise<Judgement[]> {
  const all: Judgement[] = [];
  for (const file of files) all.push(...(JSON.parse(await readFile(file, 'utf8')) as Judgement[]));
  return (['cnn', 'lstm'] as const).map((model) => ({
    model,
    classes: all
      .filter((one) => one.model === model)
      .flatMap(({ classes }) => classes)
      .sort((a, b) => RHYTHM_CLASSES.indexOf(a.class) - RHYTHM_CLASSES.indexOf(b.class)),
  }));
}

const MARGIN = 12;
const LABEL_WIDTH = 80;
const COLUMN = 230;
const ROW = 66;

/** Eight rows: the trace, and the same trace coloured by what CNN and LSTM look at. */
function paperFigure(judgements: readonly Judgement[]): string {
  const [cnn, lstm] = judgements;
  const top = 42;
  const both = cnn.classes.filter(({ class: name }) => lstm.classes.some((one) => one.class === name));
  const rows = both.flatMap((ofCnn, n) => {
    const ofLstm = lstm.classes.find((one) => one.class === ofCnn.class);
    const pair = ofLstm && commonExample(ofCnn, ofLstm);
    if (pair === undefined) return [];
    const y = top + n * ROW;
    const columns: (readonly number[] | undefined)[] = [
      undefined,
      pair[0].maps[SHOWN.cnn],
      pair[1].maps[SHOWN.lstm],
    ];
    const { record, time, window } = pair[0];
    return [
      element('text', { class: 'heading', x: MARGIN, y: y + 28 }, ofCnn.class),
      element('text', { class: 'note', x: MARGIN, y: y + 38 }, `${record}, ${clockTime(time)}`),
      ...columns.map((map, column) =>
        ecgTrace(traceOf(window, map), {
          x: MARGIN + LABEL_WIDTH + column * (COLUMN + 8),
          y,
          width: COLUMN,
          height: ROW - 8,
        }),
      ),
    ];
  });
  const heads = ['trace', 'CNN, HiResCAM', 'LSTM, deletion mask'].map((name, column) =>
    element('text', { class: 'heading', x: MARGIN + LABEL_WIDTH + column * (COLUMN + 8), y: 36 }, name),
  );
  const height = top + both.length * ROW + 22;
  const width = 2 * MARGIN + LABEL_WIDTH + 3 * COLUMN + 16;
  return standalone(
    width,
    height,
    STYLE,
    ...heads,
    ...rows,
    colourKey(width - MARGIN - 150, 14),
    element('text', { class: 'note', x: MARGIN, y: height - 8 }, text(`2 s each, squares 0.2 s. ${SOURCE}`)),
  );
}

/** The first window drawn that both networks call right, so that nobody chose a fine one. */
function commonExample(a: ClassJudgement, b: ClassJudgement): readonly [Example, Example] | undefined {
  for (const one of a.examples) {
    const other = b.examples.find(({ record, time }) => record === one.record && time === one.time);
    if (other) return [one, other];
  }
  return a.examples[0] && b.examples[0] && [a.examples[0], b.examples[0]];
}

function traceOf(window: readonly number[], map: readonly number[] | undefined): Trace {
  const bright = map && scaled(Float32Array.from(map));
  const trace = { samples: window, rate: RHYTHM_RATE, start: START };
  if (bright === undefined) return trace;
  return {
    ...trace,
    relevance: (time) =>
      bright[Math.min(RHYTHM_WINDOW - 1, Math.max(0, Math.round((time - START) * RHYTHM_RATE)))],
  };
}

function colourKey(x: number, y: number): string {
  const parts = ON_LIGHT.map((_, level) =>
    element('line', { class: `q${level}`, x1: x + 40 + 8 * level, x2: x + 48 + 8 * level, y1: y, y2: y }),
  );
  return (
    element('text', { class: 'label', x: x - 4, y: y + 3 }, 'nothing') +
    parts.join('') +
    element('text', { class: 'label', x: x + 116, y: y + 3 }, 'most')
  );
}

/** The mean trace of each class with its spread, coloured by the mean map; under it the map with its spread. */
function averages({ model, classes }: Judgement): string {
  const columns = 2;
  const width = 330;
  const height = 118;
  const drawn = classes.flatMap((one, n) => {
    const x = MARGIN + (n % columns) * (width + 14);
    const y = 24 + Math.floor(n / columns) * height;
    const judged = one.methods[SHOWN[model]];
    if (judged === undefined) return [];
    const upper: Frame = { x, y: y + 12, width, height: 64 };
    const lower: Frame = { x, y: y + 80, width, height: 26 };
    const title = `${one.class}: ${one.windows} windows of ${one.records} ${one.records === 1 ? 'record' : 'records'}`;
    return [
      element('text', { class: 'label', x, y: y + 8 }, text(title)),
      ecgTrace(traceOf(one.meanTrace, judged.meanMap), upper),
      spread(judged.meanMap, judged.deviation, lower),
    ];
  });
  const bottom = 24 + Math.ceil(classes.length / columns) * height;
  const notes = ['Under each trace: mean relevance ± one standard deviation.', SOURCE];
  return standalone(
    2 * MARGIN + columns * width + 14,
    bottom + 12 * notes.length + 4,
    STYLE,
    element(
      'text',
      { class: 'heading', x: MARGIN, y: 16 },
      `${model.toUpperCase()}, ${SHOWN[model]}: class averages, R peak at the centre`,
    ),
    ...drawn,
    ...notes.map((note, n) =>
      element('text', { class: 'note', x: MARGIN, y: bottom + 12 * n + 10 }, text(note)),
    ),
  );
}

/** A mean between 0 and 1 with one standard deviation either side. */
function spread(
  means: readonly number[],
  deviations: readonly number[],
  { x, y, width, height }: Frame,
): string {
  const place = (value: number, i: number) =>
    `${short(x + (i / (means.length - 1)) * width)},${short(y + (1 - Math.min(1, Math.max(0, value))) * height)}`;
  const upper = means.map((mean, i) => place(mean + deviations[i], i));
  const lower = means.map((mean, i) => place(mean - deviations[i], i)).reverse();
  return [
    element('rect', { class: 'box', x, y, width, height }),
    element('polygon', { class: 'spread', points: [...upper, ...lower].join(' ') }),
    element('polyline', { class: 'trace', points: means.map(place).join(' ') }),
  ].join('');
}

const METHOD_COLOURS: Readonly<Record<Method, string>> = {
  'hires-cam': '#c2410c',
  'grad-cam': '#a21caf',
  'deletion-mask': '#1d4ed8',
  gradient: '#15803d',
};
const BASELINE_COLOURS = { random: '#9ca3af', 'Gaussian at R': '#374151', '|dx/dt|': '#b45309' };

/** Deletion and insertion curves of each class, the reference zero. */
function curveGrid({ model, classes }: Judgement): string {
  const size = 84;
  const gap = 18;
  let key: Curve[] = [];
  const drawn = classes.flatMap((one, n) => {
    return (['deletion', 'insertion'] as const).map((kind, row) => {
      const curves = curvesOf(one, kind);
      key = curves;
      return lineChart(`${one.class}, ${kind}`, curves, {
        x: MARGIN + n * (size + gap),
        y: 50 + row * (size + 22),
        width: size,
        height: size,
      });
    });
  });
  const width = 2 * MARGIN + classes.length * (size + gap);
  return standalone(
    width,
    50 + 2 * (size + 22) + 12,
    STYLE,
    element(
      'text',
      { class: 'heading', x: MARGIN, y: 16 },
      `${model.toUpperCase()}: probability of the class (up) as more of the window is replaced by zero, or shown (right)`,
    ),
    curveKey(key, MARGIN, 30),
    ...drawn,
  );
}

function curvesOf(one: ClassJudgement, kind: 'deletion' | 'insertion'): Curve[] {
  const points = (curve: readonly number[]) =>
    curve.map((value, i): readonly [number, number] => [CHANGED[i] / CHANGED[CHANGED.length - 1], value]);
  const field = `${kind}Curve` as const;
  const own = Object.entries(one.methods).flatMap(([method, { curves }]): Curve[] =>
    curves.zero
      ? [
          {
            name: method,
            colour: METHOD_COLOURS[method as Method],
            dashed: false,
            points: points(curves.zero[field]),
          },
        ]
      : [],
  );
  const rivals = BASELINES.flatMap((name): Curve[] => {
    const curves = one.baselines.zero?.[name];
    return curves
      ? [{ name, colour: BASELINE_COLOURS[name], dashed: true, points: points(curves[field]) }]
      : [];
  });
  return [...own, ...rivals];
}

const command = throwing(new Command('paper-figures'))
  .description('Draws what judge found: the paper’s figure from real beats, class averages, curves.')
  .argument('<folder>', 'where the SVG files go')
  .argument('<judged...>', 'files that judge wrote with --out')
  .action(figures);
process.exitCode = await runCommand(command, process.argv.slice(2));
