import { softmax } from '../classify/classifier.ts';
import type { RhythmModel } from '../classify/rhythm-model.ts';
import { RHYTHM_RATE } from '../classify/rhythm-window.ts';
import { type Estimate, estimate } from '../evaluate/explanations/interval.ts';
import { area, replacedWindows, segmentOrder } from '../evaluate/explanations/perturbation.ts';
import type { FloatNetwork } from '../explain/network.ts';
import { type Reference, referenceOf } from '../explain/reference.ts';
import { probabilities } from '../explain/saliency.ts';
import { seededRandom } from '../sources/seeded-random.ts';
import { columnMeans } from './judge-columns.ts';
import type { LabelledWindow } from './judge-windows.ts';
import type { JudgedWindow, Maps } from './judged-window.ts';

/** What any explanation must do better than. */
export const BASELINES = ['random', 'Gaussian at R', '|dx/dt|'] as const;
export type Baseline = (typeof BASELINES)[number];
/** What replaces the signal in the curves. */
export const CURVE_REFERENCES: readonly Reference[] = ['zero', 'blurred', 'noise'];

/** Standard deviation of the Gaussian at the R peak, seconds. */
const GAUSSIAN_WIDTH = 0.1;

/** Areas under the curves of one map: low deletion and high insertion are good. */
export interface Curves {
  readonly deletion: Estimate;
  readonly insertion: Estimate;
  /** The mean curve, for a picture. */
  readonly deletionCurve: readonly number[];
  readonly insertionCurve: readonly number[];
}

/** Baseline less method for deletion, method less baseline for insertion: above 0 is better than the baseline. */
export interface Lead {
  readonly deletion: Estimate;
  readonly insertion: Estimate;
}

export function baselineMaps(baseline: Baseline, windows: readonly JudgedWindow[]): Float32Array[] {
  const random = seededRandom(3);
  const value: Record<Baseline, (one: LabelledWindow, i: number) => number> = {
    random: () => random(),
    'Gaussian at R': ({ centre }, i) =>
      Math.exp(-(((i / RHYTHM_RATE - centre.peak) / GAUSSIAN_WIDTH) ** 2) / 2),
    '|dx/dt|': ({ window }, i) =>
      Math.abs(window[Math.min(i + 1, window.length - 1)] - window[Math.max(i - 1, 0)]),
  };
  return windows.map((one) => one.window.map((_, i) => value[baseline](one, i)));
}

/** The curves of each window. */
export interface Measured {
  readonly deletion: readonly (readonly number[])[];
  readonly insertion: readonly (readonly number[])[];
}

/**
 * Makes deletion and insertion curves of some windows: the probability of the class as the most relevant 40 ms give
 * way, or come back, one after the other. It is asked of the int8 model, the one that runs, where there is one.
 */
export function curveMaker(int8: RhythmModel | undefined, windows: readonly JudgedWindow[], target: number) {
  const asked = async (network: FloatNetwork, all: readonly Float32Array[]): Promise<number[]> =>
    int8
      ? all.map((window) => softmax(int8.scores(window), 1)[target])
      : (await probabilities(network, all)).map((one) => one[target]);
  const prepared = new Map<Reference, readonly Ends[]>();
  const endsOf = async (reference: Reference): Promise<readonly Ends[]> => {
    const random = seededRandom(4);
    const ends: Ends[] = [];
    for (const { window, network } of windows) {
      const by = referenceOf(window, reference, random);
      const [shown, hidden] = await asked(network, [window, by]);
      ends.push({ by, shown, hidden });
    }
    return ends;
  };
  return async (maps: Maps, reference: Reference): Promise<Measured> => {
    const ends = prepared.get(reference) ?? (await endsOf(reference));
    prepared.set(reference, ends);
    const deletion: number[][] = [];
    const insertion: number[][] = [];
    for (const [i, map] of maps.entries()) {
      const { window, network } = windows[i];
      const { by, shown, hidden } = ends[i];
      const between = async (from: Float32Array, to: Float32Array) =>
        asked(network, replacedWindows(from, to, segmentOrder(map)).slice(1, -1));
      deletion.push([shown, ...(await between(window, by)), hidden]);
      insertion.push([hidden, ...(await between(by, window)), shown]);
    }
    return { deletion, insertion };
  };
}

/** Where all curves of a window begin and end. */
interface Ends {
  /** What the window gives way to. */
  readonly by: Float32Array;
  /** Probabilities of the class with the whole window, and with nothing of it. */
  readonly shown: number;
  readonly hidden: number;
}

export function summary({ deletion, insertion }: Measured, records: readonly string[]): Curves {
  const of = records.slice(0, deletion.length);
  return {
    deletion: estimate(deletion.map(area), of),
    insertion: estimate(insertion.map(area), of),
    deletionCurve: columnMeans(deletion),
    insertionCurve: columnMeans(insertion),
  };
}

export function lead(own: Measured, rival: Measured, records: readonly string[]): Lead {
  const of = records.slice(0, own.deletion.length);
  return {
    deletion: estimate(
      own.deletion.map((curve, i) => area(rival.deletion[i]) - area(curve)),
      of,
    ),
    insertion: estimate(
      own.insertion.map((curve, i) => area(curve) - area(rival.insertion[i])),
      of,
    ),
  };
}
