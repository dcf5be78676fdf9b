import { mean } from '../dsp/mean.ts';
import { partialSpearman, spearman } from '../evaluate/explanations/likeness.ts';
import { SEGMENT } from '../evaluate/explanations/perturbation.ts';
import type { FloatNetwork } from '../explain/network.ts';
import { probabilities } from '../explain/saliency.ts';
import { seededRandom } from '../sources/seeded-random.ts';
import { type Asked, each, type Maps, valuesOf } from './judged-window.ts';

/** Samples by which windows are shifted to see whether the map is stable: 24 ms. */
const SMALL_SHIFT = 3;
/** Shifts by which it is seen whether the map follows the beat or the window, samples: 0.2 s either way. */
const LARGE_SHIFTS = [-25, 25];
/** Seeds of the shuffles: of one alone, a network may by chance resemble the one that it was made of. */
const SHUFFLES = [5, 6, 7];

/** What changes a map that should, and what should not: all but `follows` are rank correlations with the map. */
export interface Stability {
  /** Of the network whose last 1, 2 … layers are shuffled; the mean of several shuffles. */
  readonly randomised: readonly number[];
  /** With all layers shuffled, apart from what both maps share with the energy of the signal. */
  readonly beyondEnergy: number;
  /** Of the energy of the signal itself. */
  readonly energy: number;
  /** Of other windows of the class, as all are aligned at their R peaks: what no map of the class falls below. */
  readonly otherWindows: number;
  /** Of networks trained again with other seeds, asked of the same class. Undefined without such networks. */
  readonly retrained: number | undefined;
  /** After a shift of the window by 24 ms, the map shifted back. */
  readonly shifted: number;
  /** How far the map's centre moves for each sample that the beat moves: 1 follows the beat, 0 stays. */
  readonly follows: number;
}

export type Explain = (network: FloatNetwork, windows: readonly Float32Array[]) => Promise<Maps>;

/**
 * @param maps of the windows
 * @param retrained of the same windows, by each network of another seed
 */
export async function stabilityOf(
  windows: readonly Asked[],
  maps: Maps,
  retrained: readonly Maps[],
  target: number,
  explain: Explain,
): Promise<Stability> {
  const energies = windows.map(({ window }) => energyOf(window));
  const shuffled: (readonly Maps[])[] = [];
  for (let layers = 1; layers <= windows[0].network.weightedLayers; layers++) {
    shuffled.push(await shuffledMaps(windows, layers, explain));
  }
  const likeness = (some: readonly Maps[]) =>
    mean(some.flatMap((of) => of.map((map, i) => spearman(map, maps[i]))));
  return {
    randomised: shuffled.map(likeness),
    beyondEnergy: mean(
      shuffled[shuffled.length - 1].flatMap((of) =>
        of.map((map, i) => partialSpearman(map, maps[i], energies[i])),
      ),
    ),
    energy: likeness([energies]),
    otherWindows: mean(maps.flatMap((map, i) => maps.slice(0, i).map((other) => spearman(map, other)))),
    retrained: retrained.length > 0 ? likeness(retrained) : undefined,
    shifted: await shiftedLikeness(windows, maps, explain),
    follows: await following(windows, maps, target, explain),
  };
}

/** By each shuffle of a network's last layers. */
async function shuffledMaps(
  windows: readonly Asked[],
  layers: number,
  explain: Explain,
): Promise<readonly Maps[]> {
  const found: Maps[] = [];
  for (const seed of SHUFFLES) {
    found.push(
      await each(windows, valuesOf(windows), (network, inputs) =>
        explain(network.randomised(layers, seededRandom(seed)), inputs),
      ),
    );
  }
  return found;
}

/** The magnitude of the signal, over as many samples as are deleted together. */
function energyOf(window: Float32Array): Float32Array {
  const reach = (SEGMENT - 1) / 2;
  return window.map((_, i) => mean(window.subarray(Math.max(0, i - reach), i + reach + 1).map(Math.abs)));
}

async function shiftedLikeness(windows: readonly Asked[], maps: Maps, explain: Explain): Promise<number> {
  const found: number[] = [];
  for (const by of [-SMALL_SHIFT, SMALL_SHIFT]) {
    const moved = await each(
      windows,
      valuesOf(windows).map((window) => shifted(window, by)),
      explain,
    );
    for (const [i, map] of moved.entries()) found.push(spearman(shifted(map, -by), maps[i]));
  }
  return mean(found);
}

/** How far the map's centre of gravity moves with the beat, by least squares, where the class stays. */
async function following(
  windows: readonly Asked[],
  still: Maps,
  target: number,
  explain: Explain,
): Promise<number> {
  let product = 0;
  let square = 0;
  for (const by of LARGE_SHIFTS) {
    const inputs = valuesOf(windows).map((window) => shifted(window, by));
    const given = await each(windows, inputs, probabilities);
    const maps = await each(windows, inputs, explain);
    for (const [i, map] of maps.entries()) {
      if (given[i].indexOf(Math.max(...given[i])) !== target) continue;
      product += by * (centreOf(map) - centreOf(still[i]));
      square += by * by;
    }
  }
  return square > 0 ? product / square : Number.NaN;
}

function centreOf(map: ArrayLike<number>): number {
  let moment = 0;
  let total = 0;
  for (let i = 0; i < map.length; i++) {
    moment += i * map[i];
    total += map[i];
  }
  return total > 0 ? moment / total : map.length / 2;
}

/** Later by so many samples; at its end it goes on as it ended. */
function shifted(window: Float32Array, by: number): Float32Array {
  return window.map((_, i) => window[Math.min(window.length - 1, Math.max(0, i - by))]);
}
