import { clamp } from '../dsp/clamp.ts';
import { Recent } from '../dsp/recent.ts';
import { CONDITIONER_DELAY } from '../signal/conditioner.ts';
import type { Signal } from '../signal/signal.ts';
import type { Stage } from '../stage.ts';
import { type Gap, GRID_RATE } from '../timeline/span.ts';
import type { RPeak } from './beat.ts';
import { rPeakNear } from './fiducial.ts';
import { confirm, INPUTS } from './qrs-confirmer.ts';
import { FEATURE_DELAY, QrsFeature, SUM } from './qrs-feature.ts';

/** A hump is judged when nothing higher has come for this long (56 ms) … */
const LOOK_AHEAD = 14;
/** … and, unless it is beyond doubt, waits for a better one until this long after its top (248 ms). */
const WAIT = 64;
/** No two beats are nearer than this (220 ms). */
const REFRACTORY = 55;
/** Log odds from which a hump is a QRS: at once, after the wait, and when a beat is overdue. */
const BEYOND_DOUBT = 4;
const LIKELY = 0;
const OVERDUE = -1.5;
/** A beat is overdue after so many usual RR intervals. */
const OVERDUE_AFTER = 1.5;
/** Humps lower than this share of a QRS, or than this many millivolts travelled, are not looked at. */
const LOWEST = 0.12;
const FLOOR_MV = 0.3;
/** The levels are learned from the first 2.5 s; their beats are found all the same, only later. */
const LEARNING = 625;
/** After 4 s without a beat the level of a QRS is taken to be lower, half for every further 2 s. */
const PATIENCE = 1000;
const HALVING = 500;
/** Beats and noise humps that the levels remember. */
const MEMORY = 8;
/** What the RR interval is taken to be until it is known (800 ms), and at the most (2 s). */
const USUAL_RR = 200;
const LONGEST_RR = 500;
/** The shape of a QRS: so many points, every second sample. */
const SHAPE = 23;
const STRIDE = 2;
const LAG = 4;
const SHAPES = 4;

const RING = 1024; // a power of two, longer than LEARNING and any wait
const MASK = RING - 1;

interface Candidate {
  /** Grid index of its top: FEATURE_DELAY after the middle of the QRS. */
  readonly top: number;
  readonly height: number;
}

interface Judged extends Candidate {
  readonly logOdds: number;
  readonly fine: number;
  readonly coarse: number;
  readonly shape: Float64Array;
  readonly like: number;
  readonly motion: number;
  readonly peak: number;
}

type In = Signal | Gap;
type Out = Signal | Gap | RPeak;

/** Log odds that a hump is a QRS, from INPUTS numbers; `middle` is the grid index of its middle. */
export type Judge = (inputs: Float64Array, middle: number) => number;

export class RPeakDetector implements Stage<In, Out> {
  readonly takes = ['signal', 'gap'] as const;
  readonly #judge: Judge;
  readonly #feature = new QrsFeature();
  readonly #ecg = new Float32Array(RING);
  readonly #inputs = new Float64Array(INPUTS);

  #beatHeights = new Recent(MEMORY);
  #fineness = new Recent(MEMORY);
  #coarseness = new Recent(MEMORY);
  #noiseHeights = new Recent(MEMORY);
  #rr = new Recent(MEMORY);
  #rrLong = new Recent(32);
  #rrChanges = new Recent(32);
  #usualLikeness = 0.9;
  #usualMotion = -2;
  #rejected = 0;
  #lastRr = 0;
  #template: Float64Array | undefined;
  #shapes: Float64Array[] = [];

  #learning: Candidate[] | undefined = [];
  #first: number | undefined;
  #newest = 0;
  /** The hump at hand; rising until its top is passed. */
  #rising = false;
  #top = 0;
  #height = 0;
  #before = 0;
  #waiting: Judged | undefined;
  #last: Judged | undefined;
  #passedOver: Judged | undefined;
  #found: RPeak[] = [];

  constructor(judge: Judge = confirm) {
    this.#judge = judge;
  }

  push(item: In): readonly Out[] {
    if (item.kind === 'gap' || item.flaw === 'lead-off') return [...this.flush(), item];
    this.#search(item);
    const found = this.#found;
    this.#found = [];
    return [item, ...found];
  }

  flush(): readonly RPeak[] {
    if (this.#first === undefined) return [];
    // What a hump is judged by reaches beyond its top: the last value is held.
    const held = this.#ecg[this.#newest & MASK];
    for (let ahead = 1; ahead <= LOOK_AHEAD; ahead++) this.#feature.push(this.#newest + ahead, held);
    if (this.#rising) this.#hump({ top: this.#top, height: this.#height });
    if (this.#learning !== undefined) this.#learn();
    if (this.#waiting !== undefined) this.#decide(this.#waiting);
    this.#first = undefined;
    this.#last = undefined;
    this.#passedOver = undefined;
    this.#waiting = undefined;
    this.#rising = false;
    this.#before = 0;
    this.#feature.reset();
    const found = this.#found;
    this.#found = [];
    return found;
  }

  #search({ start, ecg }: Signal): void {
    this.#first ??= start;
    for (let n = 0; n < ecg.length; n++) {
      const i = start + n;
      this.#newest = i;
      this.#ecg[i & MASK] = ecg[n];
      const feature = this.#feature.push(i, ecg[n]);
      if (this.#rising ? feature > this.#height : feature > this.#before) {
        this.#rising = true;
        this.#top = i;
        this.#height = feature;
      } else if (this.#rising && i - this.#top === LOOK_AHEAD) {
        this.#rising = false;
        this.#hump({ top: this.#top, height: this.#height });
      }
      this.#before = feature;
      if (this.#learning !== undefined) {
        if (i - this.#first >= LEARNING) this.#learn();
      } else if (this.#waiting !== undefined) {
        if (i - this.#waiting.top >= WAIT) this.#decide(this.#waiting);
      } else if (this.#passedOver !== undefined) {
        this.#searchBack(this.#passedOver);
      }
    }
  }

  #hump(candidate: Candidate): void {
    if (candidate.height < FLOOR_MV) return;
    if (this.#learning !== undefined) {
      this.#learning.push(candidate);
      return;
    }
    const since = this.#last === undefined ? Number.POSITIVE_INFINITY : candidate.top - this.#last.top;
    if (since < REFRACTORY || candidate.height < LOWEST * this.#level) return;
    const judged = this.#judged(candidate);
    if (this.#waiting !== undefined) {
      if (judged.top - this.#waiting.top >= WAIT) this.#decide(this.#waiting);
      else if (judged.logOdds <= this.#waiting.logOdds) {
        this.#noiseHeights.push(judged.height);
        return;
      } else this.#noiseHeights.push(this.#waiting.height);
    }
    this.#waiting = undefined;
    if (judged.logOdds > BEYOND_DOUBT) this.#accept(judged);
    else this.#waiting = judged;
  }

  #learn(): void {
    const candidates = this.#learning as Candidate[];
    const heights = candidates.map(({ height }) => height).sort((a, b) => b - a);
    const [first = 0, second = 0] = heights;
    if (first < FLOOR_MV) {
      this.#learning = [];
      this.#first = this.#newest;
      return;
    }
    this.#learning = undefined;
    this.#beatHeights.push(second > 0.4 * first ? (first + second) / 2 : first);
    for (const candidate of candidates) this.#hump(candidate);
  }

  #decide(candidate: Judged): void {
    this.#waiting = undefined;
    if (this.#last !== undefined && candidate.top - this.#last.top < REFRACTORY) return;
    if (candidate.logOdds > LIKELY) {
      this.#accept(candidate);
      return;
    }
    this.#noiseHeights.push(candidate.height);
    this.#rejected += (1 - this.#rejected) / 16;
    if (candidate.logOdds > (this.#passedOver?.logOdds ?? Number.NEGATIVE_INFINITY))
      this.#passedOver = candidate;
  }

  #searchBack(candidate: Judged): void {
    const from = this.#last?.top ?? (this.#first as number);
    if (this.#newest - from < OVERDUE_AFTER * this.#usualRr + FEATURE_DELAY) return;
    if (candidate.logOdds > OVERDUE) this.#accept(candidate);
  }

  #accept(candidate: Judged): void {
    if (this.#silence > PATIENCE + HALVING) this.#forget();
    const last = this.#last;
    if (last !== undefined) {
      const rr = Math.min(candidate.top - last.top, LONGEST_RR);
      if (this.#lastRr > 0) this.#rrChanges.push(Math.abs(rr - this.#lastRr));
      this.#rr.push(rr);
      this.#rrLong.push(rr);
      this.#lastRr = rr;
    }
    this.#beatHeights.push(candidate.height);
    this.#fineness.push(candidate.fine);
    this.#coarseness.push(candidate.coarse);
    this.#shapes.unshift(candidate.shape);
    if (this.#shapes.length > SHAPES) this.#shapes.pop();
    if (this.#template === undefined) this.#template = candidate.shape.slice();
    else {
      for (let k = 0; k < SHAPE; k++)
        this.#template[k] +=
          (candidate.shape[k + LAG / STRIDE] - this.#template[k]) / (candidate.like > 0.7 ? 8 : 64);
      this.#usualLikeness += (candidate.like - this.#usualLikeness) / 32;
    }
    this.#usualMotion += (candidate.motion - this.#usualMotion) / 64;
    this.#rejected -= this.#rejected / 16;
    this.#last = candidate;
    this.#passedOver = undefined;
    this.#found.push({ kind: 'r-peak', index: candidate.peak, decidedAt: this.#newest + CONDITIONER_DELAY });
  }

  #forget(): void {
    this.#beatHeights = new Recent(MEMORY);
    this.#noiseHeights = new Recent(MEMORY);
    this.#fineness = new Recent(MEMORY);
    this.#coarseness = new Recent(MEMORY);
    this.#template = undefined;
    this.#shapes = [];
    this.#usualLikeness = 0.9;
  }

  get #silence(): number {
    return this.#newest - (this.#last?.top ?? (this.#first as number));
  }

  get #level(): number {
    const silence = this.#silence;
    const doubt = silence < PATIENCE ? 1 : 2 ** ((PATIENCE - silence) / HALVING);
    return Math.max(FLOOR_MV, doubt * this.#beatHeights.median);
  }

  get #usualRr(): number {
    return this.#rr.count === 0 ? USUAL_RR : this.#rr.median;
  }

  #judged({ top, height }: Candidate): Judged {
    const feature = this.#feature;
    const middle = top - FEATURE_DELAY;
    const level = this.#level;
    const last = this.#last;
    const fine = logOf(feature.fine(middle) / height);
    const coarse = logOf(feature.coarse(middle) / height);
    const since = Math.min(top - (last?.top ?? (this.#first as number) - USUAL_RR), LONGEST_RR);
    const usual = this.#usualRr;
    const shape = new Float64Array(SHAPE + LAG);
    for (let k = 0; k < shape.length; k++)
      shape[k] = feature.shape(middle + (k - (shape.length - 1) / 2) * STRIDE);
    let likeTemplate = 0.8;
    let likeRecent = 0.8;
    let gain = 0;
    if (this.#template !== undefined) {
      const [like, factor] = likeness(shape, this.#template, 0);
      likeTemplate = like;
      gain = logOf(factor);
      likeRecent = -1;
      for (const recent of this.#shapes)
        likeRecent = Math.max(likeRecent, likeness(shape, recent, LAG / STRIDE)[0]);
    }
    const x = this.#inputs;
    x[0] = logOf(height / level);
    x[1] = this.#fineness.count === 0 ? 0 : fine - this.#fineness.median;
    x[2] = this.#coarseness.count === 0 ? 0 : coarse - this.#coarseness.median;
    x[3] = logOf(feature.middle(middle - SUM - 2) / height);
    x[4] = logOf(feature.middle(middle - 2 * SUM - 2) / height);
    x[5] = logOf(feature.middle(middle + LOOK_AHEAD) / height);
    x[6] = this.#noiseHeights.count === 0 ? -2 : logOf(this.#noiseHeights.median / level);
    x[7] = 2 * logOf(since / usual);
    x[8] = since / GRID_RATE;
    x[9] = this.#lastRr > 0 ? 2 * logOf(since / this.#lastRr) : 0;
    x[10] = this.#rrChanges.count === 0 ? 0 : Math.min(2, (5 * this.#rrChanges.median) / usual);
    x[11] = 2 * likeTemplate;
    x[12] = 2 * likeRecent;
    x[13] = gain;
    x[14] = last === undefined ? 0 : logOf(height / last.height);
    x[15] = last === undefined ? 0 : fine - last.fine;
    x[16] = logOf(feature.background(middle - SUM / 2, 300) / level);
    x[17] = logOf((feature.swing(middle) / height) * 10);
    x[18] = fine;
    x[19] = coarse;
    let largest = 1e-9;
    for (let k = 0; k < shape.length; k++) if (Math.abs(shape[k]) > Math.abs(largest)) largest = shape[k];
    for (let k = 0; k < 14; k++) x[20 + k] = shape[2 * k] / largest;
    const motion = logOf(feature.motion(middle + LOOK_AHEAD, 500) / level);
    x[34] = 4 * this.#usualLikeness;
    x[35] = motion;
    x[36] = motion - this.#usualMotion;
    x[37] = 2 * this.#rejected;
    x[38] = this.#rrLong.count === 0 ? 0 : 2 * logOf(since / this.#rrLong.median);
    const logOdds = this.#judge(x, middle);
    const first = this.#first as number;
    const peak = Math.max(rPeakNear(this.#ecg, MASK, Math.max(middle - 2, first)), first);
    return { top, height, logOdds, fine, coarse, shape, like: likeTemplate, motion, peak };
  }
}

/** Logarithm, held within ±3. */
function logOf(ratio: number): number {
  return clamp(Math.log(Math.max(ratio, 0) + 1e-9), -3, 3);
}

function likeness(shape: Float64Array, template: Float64Array, offset: number): readonly [number, number] {
  let best = -1;
  let factor = 1;
  let own = 0;
  for (let k = 0; k < SHAPE; k++) own += template[k + offset] * template[k + offset];
  for (let lag = 0; lag <= LAG; lag++) {
    let product = 0;
    let power = 0;
    for (let k = 0; k < SHAPE; k++) {
      product += shape[k + lag] * template[k + offset];
      power += shape[k + lag] * shape[k + lag];
    }
    const like = product / Math.sqrt(own * power + 1e-12);
    if (like > best) {
      best = like;
      factor = product / (own + 1e-12);
    }
  }
  return [best, factor];
}

/** What a decision on an R peak takes at the most once the levels are learned, unless it is searched for, seconds. */
export const R_PEAK_DELAY = (CONDITIONER_DELAY + FEATURE_DELAY + WAIT) / GRID_RATE;
