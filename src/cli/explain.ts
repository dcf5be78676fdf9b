import { extname } from 'node:path';
import { Command, Option } from 'commander';
import { loadBeatModel } from '../classify/beat-model.ts';
import { USUAL_MASK } from '../explain/deletion-mask.ts';
import { REFERENCES } from '../explain/reference.ts';
import { METHODS, type Method } from '../explain/window-explanation.ts';
import { explanationFields } from '../outputs/events.ts';
import { round } from '../outputs/numbers.ts';
import { type BeatPicture, pictureCard, pictureSvg } from '../outputs/picture/beat-picture.ts';
import { htmlPage } from '../outputs/picture/html-page.ts';
import { pngOf } from '../outputs/picture/png.ts';
import { printable } from '../outputs/printable.ts';
import { AFTER, BEFORE, probability } from '../outputs/report/kept-alerts.ts';
import { alertPicture } from '../outputs/report/page.ts';
import { beatView } from '../outputs/terminal/beat-view.ts';
import { type ColourDepth, palette } from '../outputs/terminal/palette.ts';
import { writeWhole } from '../outputs/write-whole.ts';
import { openSource } from '../sources/open.ts';
import { GRID_RATE } from '../timeline/span.ts';
import { beatNear, type NearBeat } from './beat-near.ts';
import { type Explained, type ExplainOptions, MODELS } from './explain-options.ts';
import { explainedWindow } from './explained-window.ts';
import { UsageError } from './usage-error.ts';

/** Which explanation of each network holds best when it is judged: see docs/paper-explanations.md. */
const USUAL_METHOD = { beat: 'grad-cam', cnn: 'hires-cam', lstm: 'deletion-mask' } as const;
const FORMATS = ['.svg', '.png', '.html'];
const PNG_WIDTH = 1520;

/** `beatlens explain RECORD --at SECONDS` */
export function explainCommand(): Command {
  return new Command('explain')
    .description('Explain one beat in full: what the network saw in it, as a picture and in words.')
    .argument(
      '<record>',
      'a capture (btsnoop); or a WFDB record, by its .hea file or by its name without one',
    )
    .requiredOption('--at <seconds>', 'the beat nearest to this time', number('--at', 0))
    .addOption(new Option('--model <name>', 'which network').choices(MODELS).default('beat'))
    .addOption(
      new Option(
        '--method <name>',
        'how (default: grad-cam for beat, hires-cam for cnn, deletion-mask for lstm)',
      ).choices(METHODS),
    )
    .option('--class <name>', 'why this class, and not the one that the network chose (cnn and lstm)')
    .option('--lead <name>', 'lead of a WFDB record (default: MLII, or else its first)')
    .option('--out <file>', 'write an .svg, .png or .html in place of showing it here', outFile)
    .option('--json', 'one JSON object on stdout; logs on stderr')
    .option('--no-color', 'no colours; NO_COLOR does the same')
    .optionsGroup('The deletion mask:')
    .addOption(
      new Option('--reference <kind>', 'what stands where the trace is deleted')
        .choices(REFERENCES)
        .default(USUAL_MASK.reference),
    )
    .option('--sparsity <weight>', 'price of deleting all', number('--sparsity', 0), USUAL_MASK.sparsity)
    .option('--smoothness <weight>', 'price of steps', number('--smoothness', 0), USUAL_MASK.smoothness)
    .option(
      '--coarse <samples>',
      'samples (8 ms) a point of it',
      number('--coarse', 1),
      USUAL_MASK.coarseness,
    )
    .option(
      '--jitter <samples>',
      'random shift each round, at most',
      number('--jitter', 0),
      USUAL_MASK.jitter,
    )
    .option('--rounds <n>', 'rounds at most', number('--rounds', 1), USUAL_MASK.rounds)
    .option('--seed <n>', 'chooses the random shifts', number('--seed', 0), 1)
    .addHelpText(
      'after',
      `
The beat model judges beats in the gateway and explains flagged ones; cnn and lstm judge the two seconds around
any beat. Relevance is shown on the trace itself: black or purple where the verdict does not rest, orange and
yellow where it does. Files are readable by you alone.

Examples:
  $ beatlens explain recordings/mitdb-208.btsnoop --at 47
  $ beatlens explain mitdb/208 --at 47 --model lstm --out 208.svg
  $ beatlens explain mitdb/208 --at 47 --model cnn --method deletion-mask --reference blurred --json`,
    )
    .action(explain);
}

async function explain(path: string, options: ExplainOptions): Promise<void> {
  const method = options.method ?? USUAL_METHOD[options.model];
  checkFit(options, method);
  const { lead } = options;
  const source = await openSource(path, { speed: 'max', ...(lead === undefined ? {} : { lead }) });
  const near = await beatNear(source, await loadBeatModel(), options.at);
  const { picture, fields } =
    options.model === 'beat' ? beatExplanation(near) : await explainedWindow(near, method, options);
  const title = `${printable(source.title)}, ${options.model} by ${method}`;
  await show(picture, fields, title, options);
}

/** @throws UsageError */
function checkFit({ model, class: asked }: ExplainOptions, method: Method): void {
  if (model === 'beat' && method !== 'grad-cam') {
    throw new UsageError(`--method ${method} needs --model cnn or lstm; the beat model has grad-cam`);
  }
  if (model === 'beat' && asked !== undefined) {
    throw new UsageError('--class needs --model cnn or lstm; the beat model explains the class it gave');
  }
  if (model === 'lstm' && (method === 'grad-cam' || method === 'hires-cam')) {
    throw new UsageError(
      `--method ${method} needs a convolution; for --model lstm give deletion-mask or gradient`,
    );
  }
}

/** What the gateway itself says of a flagged beat. */
function beatExplanation({ found, signal, beats, flagged }: NearBeat): Explained {
  const { verdict, explanation } = found;
  const { beat } = verdict;
  if (explanation === undefined) {
    const called = verdict.class === 'Q' ? `not classifiable (${verdict.reason})` : 'normal';
    const instead = flagged
      ? `the nearest flagged one is --at ${flagged.verdict.beat.time.toFixed(1)}`
      : 'none near it is flagged';
    throw new UsageError(
      `the beat at ${beat.time.toFixed(2)} s is ${called}, and the beat model explains flagged beats only: ${instead}, or give --model cnn or lstm`,
    );
  }
  const from = beat.index - BEFORE * GRID_RATE;
  const to = beat.index + AFTER * GRID_RATE;
  const alert = { kind: 'alert', verdict, explanation } as const;
  const picture = alertPicture({
    alert,
    ecg: Float32Array.from({ length: to - from + 1 }, (_, i) => signal.at(from + i)),
    beats: beats.filter(({ index }) => index >= from && index <= to),
  });
  return {
    picture,
    fields: {
      time: round(beat.time, 3),
      model: 'beat',
      method: 'grad-cam',
      class: verdict.class,
      probability: round(probability(alert), 4),
      ...explanationFields(explanation),
    },
  };
}

async function show(
  picture: BeatPicture,
  fields: Explained['fields'],
  title: string,
  { out, json, color }: ExplainOptions,
): Promise<void> {
  const { stdout } = process;
  const say = (line: string) => stdout.write(`${line}\n`);
  if (out !== undefined) await writeWhole(out, [await drawn(picture, title, out)]);
  if (json)
    say(JSON.stringify({ type: 'explanation', ...fields, ...(out === undefined ? {} : { file: out }) }));
  else if (out !== undefined) say(`${out}: ${picture.class} at ${picture.when}: ${picture.sentence}`);
  else {
    const depth = stdout.isTTY && color && !process.env.NO_COLOR ? stdout.getColorDepth() : 1;
    say(`${title}\n${beatView(picture, stdout.columns || 80, palette(depth as ColourDepth)).join('\n')}`);
  }
}

async function drawn(picture: BeatPicture, title: string, out: string): Promise<Uint8Array | string> {
  switch (extname(out).toLowerCase()) {
    case '.html':
      return htmlPage(
        title,
        `<h1>${title}</h1>\n<p class="key">relevance: nothing <i class="ramp"></i> most</p>\n${pictureCard(picture)}`,
      );
    case '.png':
      return pngOf(pictureSvg(picture), PNG_WIDTH);
    default:
      return pictureSvg(picture);
  }
}

function outFile(path: string): string {
  if (!FORMATS.includes(extname(path).toLowerCase())) {
    throw new UsageError(`--out ${path} is no picture's name; let it end in ${FORMATS.join(', ')}`);
  }
  return path;
}

/** Reads a number that is not below `least`. */
function number(option: string, least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value) || value < least) {
      throw new UsageError(`${option} ${text} is no such number; give one from ${least} up`);
    }
    return value;
  };
}
