import { join } from 'node:path';
import { modelsFolder } from '../classify/card-file.ts';
import { RHYTHM_BEFORE, RHYTHM_RATE, RHYTHM_SPAN, rhythmInput } from '../classify/rhythm-window.ts';
import { mean } from '../dsp/mean.ts';
import { loadNetwork } from '../explain/network.ts';
import { explainWindow, type Method, type WindowExplanation } from '../explain/window-explanation.ts';
import { sharesOf, windowWaves } from '../explain/window-waves.ts';
import { windowInWords } from '../explain/window-words.ts';
import { clockTime, round } from '../outputs/numbers.ts';
import { beatMark, type Trace } from '../outputs/picture/ecg-trace.ts';
import { seededRandom } from '../sources/seeded-random.ts';
import { GRID_RATE } from '../timeline/span.ts';
import type { NearBeat } from './beat-near.ts';
import { type Explained, type ExplainOptions, maskOptions } from './explain-options.ts';
import { UsageError } from './usage-error.ts';

/** Seconds from the window's first sample to its R peak. */
const BEFORE = RHYTHM_BEFORE / GRID_RATE;

/** What a rhythm model says of the two seconds around a beat, and why. */
export async function explainedWindow(
  near: NearBeat,
  method: Method,
  options: ExplainOptions,
): Promise<Explained> {
  const { beat } = near.found.verdict;
  const network = await loadNetwork(join(modelsFolder(), `rhythm-${options.model}.weights.json`));
  const ecg = windowAround(near, beat.index);
  const window = rhythmInput(ecg);
  const explained = await explainWindow(
    network,
    window,
    method,
    targetOf(options.class, network.classes),
    maskOptions(options),
    seededRandom(options.seed),
  );
  const inWindow = near.beats.map(({ index, class: name }) => ({
    name,
    time: (index - beat.index) / GRID_RATE,
  }));
  const waves = windowWaves(
    window,
    inWindow.map(({ time }) => time + BEFORE),
  );
  const shares = sharesOf(explained.relevance, waves);
  const trace: Trace = {
    samples: ecg,
    rate: GRID_RATE,
    start: -BEFORE,
    relevance: (time) =>
      explained.relevance[
        Math.min(Math.floor((time + BEFORE) * RHYTHM_RATE), explained.relevance.length - 1)
      ],
    marks: inWindow
      .filter(({ time }) => Math.abs(time) < BEFORE)
      .map(({ name, time }) => beatMark(name, time)),
  };
  const sentence = windowInWords(options.model, explained, shares);
  return {
    picture: {
      class: explained.class,
      when: clockTime(beat.time),
      aside: `${options.model}, ${method}, ${(100 * explained.probability).toFixed(0)} %`,
      trace,
      sentence,
    },
    fields: {
      time: round(beat.time, 3),
      model: options.model,
      method,
      class: explained.class,
      probability: round(explained.probability, 4),
      sentence,
      waves: Object.fromEntries(Object.entries(shares).map(([wave, share]) => [wave, round(share, 4)])),
      ...maskFields(explained),
      relevance: {
        start: -BEFORE,
        step: 1 / RHYTHM_RATE,
        values: Array.from(explained.relevance, (value) => round(value, 3)),
      },
    },
  };
}

/** @throws UsageError where the window is not whole */
function windowAround({ signal }: NearBeat, peak: number): Float32Array {
  const ecg = Float32Array.from({ length: RHYTHM_SPAN }, (_, i) => signal.at(peak - RHYTHM_BEFORE + i));
  if (ecg.some(Number.isNaN)) {
    throw new UsageError(
      `the two seconds around the beat at ${(peak / GRID_RATE).toFixed(2)} s are not whole: a gap or an end is in them; choose another --at`,
    );
  }
  return ecg;
}

/** @throws UsageError */
function targetOf(name: string | undefined, classes: readonly string[]): number | undefined {
  if (name === undefined) return undefined;
  const index = classes.findIndex((known) => known.toLowerCase() === name.toLowerCase());
  if (index < 0) throw new UsageError(`--class ${name} is not known; choose one of ${classes.join(', ')}`);
  return index;
}

function maskFields({ mask }: WindowExplanation): Record<string, unknown> {
  if (mask === undefined) return {};
  const { before, after, rounds, converged, deleted } = mask;
  return {
    mask: {
      before: round(before, 4),
      after: round(after, 4),
      deleted: round(mean(deleted), 4),
      rounds,
      converged,
    },
  };
}
