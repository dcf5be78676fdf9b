import { softmax } from '../classify/classifier.ts';
import type { RhythmModel } from '../classify/rhythm-model.ts';
import type { RhythmClass } from '../classify/rhythm-verdict.ts';
import { RHYTHM_RATE, RHYTHM_WINDOW } from '../classify/rhythm-window.ts';
import { mean } from '../dsp/mean.ts';
import { brightest, CLAIMS, density, type MappedWindow } from '../evaluate/explanations/claims.ts';
import { type Estimate, estimate } from '../evaluate/explanations/interval.ts';
import { rootMeanSquare, spearman, topFifthOverlap } from '../evaluate/explanations/likeness.ts';
import { type DeletionMask, deletionMasks, USUAL_MASK } from '../explain/deletion-mask.ts';
import type { Wave } from '../explain/explanation.ts';
import type { FloatNetwork } from '../explain/network.ts';
import type { Reference } from '../explain/reference.ts';
import {
  gradCamOfMaps,
  gradCams,
  gradientSaliencies,
  hiResCams,
  probabilities,
} from '../explain/saliency.ts';
import type { Method } from '../explain/window-explanation.ts';
import { sharesOf } from '../explain/window-waves.ts';
import { seededRandom } from '../sources/seeded-random.ts';
import { columnDeviations, columnMeans, rounded } from './judge-columns.ts';
import {
  type Baseline,
  baselineMaps,
  CURVE_REFERENCES,
  type Curves,
  curveMaker,
  type Lead,
  lead,
  type Measured,
  summary,
} from './judge-curves.ts';
import { type Explain, type Stability, stabilityOf } from './judge-stability.ts';
import { classIndex, type WindowSet } from './judge-windows.ts';
import { type Asked, BATCH, each, type JudgedWindow, type Maps, valuesOf } from './judged-window.ts';

export type ModelName = 'cnn' | 'lstm';

/** The methods that are judged on each network; the first is the one that its claims are tested by. */
const JUDGED: Readonly<Record<ModelName, readonly Method[]>> = {
  cnn: ['hires-cam', 'grad-cam', 'gradient', 'deletion-mask'],
  lstm: ['deletion-mask', 'gradient'],
};

export interface Sampling {
  readonly classes: readonly RhythmClass[];
  readonly windows: number;
  readonly curves: number;
  readonly repeats: number;
}

export interface MethodJudgement {
  readonly pointing: Estimate;
  /** Brightest sample in the QRS, 20 ms either side allowed. */
  readonly pointingQrs: Estimate;
  /** Relevance in the beat at the centre, and its part of the window. */
  readonly mass: Estimate;
  readonly beatArea: number;
  readonly shares: Readonly<Record<Wave, number>>;
  /** Over the share of the window that the wave takes. */
  readonly densities: Readonly<Record<Wave, number>>;
  /** By reference; the areas of the windows with curves. */
  readonly curves: Readonly<Partial<Record<Reference, Curves>>>;
  readonly leads: Readonly<Partial<Record<Reference, Record<Baseline, Lead>>>>;
  readonly stability: Stability | undefined;
  /** Mean map and its standard deviation. */
  readonly meanMap: readonly number[];
  readonly deviation: readonly number[];
}

export interface ClaimVerdict {
  readonly figure: string;
  readonly statement: string;
  readonly method: Method;
  readonly holds: Estimate;
  readonly verdict: 'confirmed' | 'refuted' | 'undecided';
}

export interface ClassJudgement {
  readonly class: RhythmClass;
  /** Windows of the class, and the part of those looked at that the network calls right. */
  readonly available: number;
  readonly right: number;
  readonly windows: number;
  readonly records: number;
  readonly methods: Readonly<Partial<Record<Method, MethodJudgement>>>;
  readonly baselines: Readonly<Partial<Record<Reference, Record<Baseline, Curves>>>>;
  readonly claims: readonly ClaimVerdict[];
  /** What the first method finds in the windows that are explained again and again: first of the network itself, then of each that was trained again. */
  readonly retrained: readonly RetrainedJudgement[];
  /** Rank correlation of two masks that differ in their seed. */
  readonly seeds: number;
  /** How the masks were reached. */
  readonly mask: {
    readonly rounds: number;
    readonly converged: number;
    readonly seconds: number;
    readonly after: number;
  };
  readonly int8: Int8Judgement | undefined;
  readonly meanTrace: readonly number[];
  readonly traceDeviation: readonly number[];
  readonly examples: readonly Example[];
}

/** Means over the windows; of the claims, the part that they hold in. */
export interface RetrainedJudgement {
  readonly pointing: number;
  readonly mass: number;
  readonly claims: readonly number[];
}

/** A window with its maps, for a picture. */
export interface Example {
  readonly record: string;
  readonly time: number;
  readonly probability: number;
  readonly window: readonly number[];
  readonly maps: Readonly<Partial<Record<Method, readonly number[]>>>;
}

/** The network that runs on the gateway against the float one. */
export interface Int8Judgement {
  /** Part of the windows with the same class. */
  readonly sameClass: number;
  /** Mean distance of the probabilities of the class. */
  readonly probability: number;
  /** Of Grad-CAM, where there is one. */
  readonly spearman: number | undefined;
  readonly topFifth: number | undefined;
  readonly rootMeanSquare: number | undefined;
}

export interface Judgement {
  readonly model: ModelName;
  readonly classes: readonly ClassJudgement[];
}

/** What is judged, and what it is compared with. */
export interface Networks {
  /** The network that a window is asked of, by the window's position; none for windows that take no part. */
  readonly of: (position: number) => FloatNetwork | undefined;
  /** Trained with other seeds on the same windows. */
  readonly retrained: readonly FloatNetwork[];
  /** The network that runs on the gateway. */
  readonly int8: RhythmModel | undefined;
}

/** Judges the explanations of one network, class by class. */
export async function judgeModel(
  model: ModelName,
  networks: Networks,
  set: WindowSet,
  sampling: Sampling,
  say: (what: string) => void,
): Promise<Judgement> {
  const classes: ClassJudgement[] = [];
  for (const name of sampling.classes) {
    const positions = set.ofClass(name).filter((position) => networks.of(position) !== undefined);
    const { windows, right } = await drawn(set, positions, networks.of, name, sampling.windows);
    if (windows.length < 5) {
      say(`${name}: ${windows.length} windows called right of ${positions.length}: too few`);
      continue;
    }
    const judged = await judgeClass(model, networks, windows, sampling);
    classes.push({ class: name, available: positions.length, right, ...judged });
    say(`${name}: ${windows.length} windows of ${judged.records} records`);
  }
  return { model, classes };
}

/** Windows of a class that the network calls right, drawn by a seed; and which part of those looked at that is. */
async function drawn(
  set: WindowSet,
  positions: readonly number[],
  networkFor: (position: number) => FloatNetwork | undefined,
  name: RhythmClass,
  wanted: number,
): Promise<{ windows: JudgedWindow[]; right: number }> {
  const random = seededRandom(20 + classIndex(name));
  const order = positions.map((position) => ({ position, at: random() })).sort((a, b) => a.at - b.at);
  const found: JudgedWindow[] = [];
  let seen = 0;
  let right = 0;
  for (let n = 0; n < order.length && found.length < wanted; n += 2 * BATCH) {
    const batch = order
      .slice(n, n + 2 * BATCH)
      .map(({ position }) => ({ ...set.at(position), network: networkFor(position) as FloatNetwork }));
    for (const [i, given] of (await each(batch, valuesOf(batch), probabilities)).entries()) {
      seen++;
      if (given.indexOf(Math.max(...given)) !== classIndex(name)) continue;
      right++;
      if (found.length < wanted) found.push({ ...batch[i], given });
    }
  }
  return { windows: found, right: right / Math.max(1, seen) };
}

async function judgeClass(
  model: ModelName,
  networks: Networks,
  windows: readonly JudgedWindow[],
  { curves, repeats }: Sampling,
) {
  const target = classIndex(windows[0].class);
  const inputs = valuesOf(windows);
  const records = windows.map(({ record }) => record);
  const again = windows.slice(0, repeats);

  const startedAt = process.cpuUsage();
  const isCrossed = model === 'cnn';
  const masked = windows.slice(0, isCrossed ? 2 * repeats : windows.length);
  const learned = await each(masked, valuesOf(masked), maskedBy(target, 1));
  const { user, system } = process.cpuUsage(startedAt);
  const maps = new Map<Method, Maps>();
  for (const method of JUDGED[model]) {
    maps.set(
      method,
      method === 'deletion-mask'
        ? learned.map(({ deleted }) => deleted)
        : await each(windows, inputs, mappedBy(method, target)),
    );
  }

  const withCurves = windows.slice(0, curves);
  const curvesOf = curveMaker(networks.int8, withCurves, target);
  const baselines: Partial<Record<Reference, Record<Baseline, Measured>>> = {};
  for (const reference of CURVE_REFERENCES) {
    baselines[reference] = {
      random: await curvesOf(baselineMaps('random', withCurves), reference),
      'Gaussian at R': await curvesOf(baselineMaps('Gaussian at R', withCurves), reference),
      '|dx/dt|': await curvesOf(baselineMaps('|dx/dt|', withCurves), reference),
    };
  }

  const [first] = JUDGED[model];
  /** Of the first method: by the network itself, and by those trained again. */
  const bySeed: Maps[] = [];
  const methods: Partial<Record<Method, MethodJudgement>> = {};
  for (const [method, of] of maps) {
    const mapped = mappedWindows(windows, of);
    const explain: Explain =
      method === 'deletion-mask'
        ? async (network, inputs) =>
            (await maskedBy(target, 1)(network, inputs)).map(({ deleted }) => deleted)
        : mappedBy(method, target);
    // On the CNN the mask is there to compare with, and each of its rounds is dear.
    const isCompared = !(isCrossed && method === 'deletion-mask');
    const trainedAgain = isCompared ? await mapsOf(networks.retrained, again, explain) : [];
    if (method === first) bySeed.push(of.slice(0, repeats), ...trainedAgain);
    const own: Partial<Record<Reference, Curves>> = {};
    const leads: Partial<Record<Reference, Record<Baseline, Lead>>> = {};
    for (const reference of CURVE_REFERENCES) {
      const measured = await curvesOf(of.slice(0, curves), reference);
      own[reference] = summary(measured, records);
      const rivals = baselines[reference] as Record<Baseline, Measured>;
      leads[reference] = {
        random: lead(measured, rivals.random, records),
        'Gaussian at R': lead(measured, rivals['Gaussian at R'], records),
        '|dx/dt|': lead(measured, rivals['|dx/dt|'], records),
      };
    }
    methods[method] = {
      ...localised(mapped, records),
      curves: own,
      leads,
      stability: isCompared
        ? await stabilityOf(again, of.slice(0, repeats), trainedAgain, target, explain)
        : undefined,
      meanMap: columnMeans(of),
      deviation: columnDeviations(of),
    };
  }

  const claims = CLAIMS.filter((claim) => claim.model === model && claim.class === windows[0].class);
  const claimsOf = (of: Maps) =>
    claims.map((claim) => claimVerdict(claim, first, mappedWindows(windows, of), records));
  const otherSeed = await each(again, valuesOf(again), maskedBy(target, 2));
  return {
    windows: windows.length,
    records: new Set(records).size,
    methods,
    baselines: Object.fromEntries(
      Object.entries(baselines).map(([reference, byName]) => [
        reference,
        Object.fromEntries(
          Object.entries(byName).map(([name, measured]) => [name, summary(measured, records)]),
        ),
      ]),
    ) as ClassJudgement['baselines'],
    claims: claimsOf(maps.get(first) as Maps),
    retrained: bySeed.map((of) => {
      const { pointing, mass } = localised(mappedWindows(windows, of), records);
      return {
        pointing: pointing.mean,
        mass: mass.mean,
        claims: claimsOf(of).map(({ holds }) => holds.mean),
      };
    }),
    seeds: mean(otherSeed.map(({ deleted }, i) => spearman(deleted, learned[i].deleted))),
    mask: {
      rounds: mean(learned.map(({ rounds }) => rounds)),
      converged: mean(learned.map(({ converged }) => Number(converged))),
      seconds: (user + system) / 1e6 / learned.length,
      after: mean(learned.map(({ after }) => after)),
    },
    int8: networks.int8 && (await int8Judgement(networks.int8, windows, target, maps.get('grad-cam'))),
    meanTrace: columnMeans(inputs),
    traceDeviation: columnDeviations(inputs),
    examples: windows.slice(0, Math.min(5, learned.length)).map(({ record, time, window, given }, i) => ({
      record,
      time,
      probability: given[target],
      window: rounded(window),
      maps: Object.fromEntries([...maps].map(([method, of]) => [method, rounded(of[i])])),
    })),
  };
}

/** The maps of the first windows, as many as there are. */
function mappedWindows(windows: readonly JudgedWindow[], maps: Maps): MappedWindow[] {
  return maps.map((relevance, i) => ({ ...windows[i], relevance }));
}

/** The maps of some windows by each of some networks. */
async function mapsOf(
  networks: readonly FloatNetwork[],
  windows: readonly Asked[],
  explain: Explain,
): Promise<Maps[]> {
  const found: Maps[] = [];
  for (const network of networks) {
    found.push(
      await each(
        windows.map(({ window }) => ({ window, network })),
        valuesOf(windows),
        explain,
      ),
    );
  }
  return found;
}

function maskedBy(target: number, seed: number) {
  return (network: FloatNetwork, windows: readonly Float32Array[]): Promise<DeletionMask[]> => {
    const targets = windows.map(() => target);
    return deletionMasks(network, windows, targets, USUAL_MASK, seededRandom(seed));
  };
}

const MAPS = { 'grad-cam': gradCams, 'hires-cam': hiResCams, gradient: gradientSaliencies };

function mappedBy(method: keyof typeof MAPS, target: number) {
  return (network: FloatNetwork, windows: readonly Float32Array[]) =>
    MAPS[method](
      network,
      windows,
      windows.map(() => target),
    );
}

const WAVES: readonly Wave[] = ['P', 'QRS', 'ST-T', 'baseline'];
const QRS_MARGIN = 0.02;

function localised(mapped: readonly MappedWindow[], records: readonly string[]) {
  const of = records.slice(0, mapped.length);
  const inBeat = ({ centre }: MappedWindow, time: number) => time >= centre.pOnset && time < centre.tOffset;
  const inQrs = ({ centre }: MappedWindow, time: number) =>
    time >= centre.qrsOnset - QRS_MARGIN && time < centre.qrsOffset + QRS_MARGIN;
  const times = Array.from({ length: RHYTHM_WINDOW }, (_, i) => i / RHYTHM_RATE);
  const beatArea = mapped.map((one) => times.filter((time) => inBeat(one, time)).length / RHYTHM_WINDOW);
  const masses = mapped.map((one, i) => (density(one, (time) => inBeat(one, time)) ?? 0) * beatArea[i]);
  const shares = mapped.map(({ relevance, waves }) => sharesOf(relevance, waves));
  const places = mapped.map(({ waves }) => sharesOf(new Float32Array(RHYTHM_WINDOW).fill(1), waves));
  const meanShare = (all: readonly Record<Wave, number>[], wave: Wave) => mean(all.map((one) => one[wave]));
  return {
    pointing: estimate(
      mapped.map((one) => Number(inBeat(one, brightest(one)))),
      of,
    ),
    pointingQrs: estimate(
      mapped.map((one) => Number(inQrs(one, brightest(one)))),
      of,
    ),
    mass: estimate(masses, of),
    beatArea: mean(beatArea),
    shares: byWave((wave) => meanShare(shares, wave)),
    densities: byWave((wave) => meanShare(shares, wave) / meanShare(places, wave)),
  };
}

function byWave(value: (wave: Wave) => number): Record<Wave, number> {
  return Object.fromEntries(WAVES.map((wave) => [wave, value(wave)])) as Record<Wave, number>;
}

function claimVerdict(
  { figure, statement, holds }: (typeof CLAIMS)[number],
  method: Method,
  mapped: readonly MappedWindow[],
  records: readonly string[],
): ClaimVerdict {
  const answers = mapped.map(holds);
  const known = answers.flatMap((answer, i) =>
    answer === undefined ? [] : [{ answer, record: records[i] }],
  );
  const share = estimate(
    known.map(({ answer }) => Number(answer)),
    known.map(({ record }) => record),
  );
  const verdict = share.low > 0.5 ? 'confirmed' : share.high < 0.5 ? 'refuted' : 'undecided';
  return { figure, statement, method, holds: share, verdict };
}

/** @param maps Grad-CAM by the float network, where it has such */
async function int8Judgement(
  int8: RhythmModel,
  windows: readonly JudgedWindow[],
  target: number,
  maps: Maps | undefined,
): Promise<Int8Judgement> {
  const same: number[] = [];
  const distance: number[] = [];
  const ranks: number[] = [];
  const overlap: number[] = [];
  const distances: number[] = [];
  for (const [i, { window, network, given }] of windows.entries()) {
    const scores = int8.scores(window);
    same.push(Number(scores.indexOf(Math.max(...scores)) === target));
    distance.push(Math.abs(softmax(scores, 1)[target] - given[target]));
    const featureMaps = int8.featureMaps();
    if (featureMaps === undefined || maps === undefined) continue;
    const map = await gradCamOfMaps(network, featureMaps, target);
    ranks.push(spearman(map, maps[i]));
    overlap.push(topFifthOverlap(map, maps[i]));
    distances.push(rootMeanSquare(map, maps[i]));
  }
  const known = (values: readonly number[]) => (values.length > 0 ? mean(values) : undefined);
  return {
    sameClass: mean(same),
    probability: mean(distance),
    spearman: known(ranks),
    topFifth: known(overlap),
    rootMeanSquare: known(distances),
  };
}
