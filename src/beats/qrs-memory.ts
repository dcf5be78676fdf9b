import { clamp } from '../dsp/clamp.ts';
import { Recent } from '../dsp/recent.ts';
import { GRID_RATE } from '../timeline/span.ts';
import { COARSE, FINE, type QrsFeature, SUM, SWING_REACH } from './qrs-feature.ts';
import { OUTLINE, QrsShape } from './qrs-shape.ts';

/** Beats, and humps that were none, that the levels remember. */
const MEMORY = 8;
const LONG_MEMORY = 32;
/** Shapes of the last beats, of whatever kind. */
const SHAPES = 4;
/** Running means: by which share a beat moves them. */
const TEMPLATE_SHARE = 1 / 8;
const STRANGE_SHARE = 1 / 64;
const LIKENESS_SHARE = 1 / 32;
const MOTION_SHARE = 1 / 64;
const REJECTION_SHARE = 1 / 16;
/** Below this likeness a beat is a stranger to the template. */
const STRANGE = 0.7;
/** What likeness and motion are taken to be until they are known. */
const USUAL_LIKENESS = 0.9;
const USUAL_MOTION = -2;
/** What the RR interval is taken to be until it is known (800 ms), and at the most (2 s). */
const USUAL_RR = 200;
const LONGEST_RR = 500;
/** Less movement than this is no QRS, millivolts travelled. */
const FLOOR_MV = 0.3;
/** After 4 s without a beat the level of a QRS is taken to be lower, half for every further 2 s. */
const KNOWN = { patience: 1000, halving: 500 };
/** While it rests on fewer beats than MEMORY, they may have been an electrode being put on: after 3 s, half for every half second. */
const NEWLY_MET = { patience: 750, halving: 125 };
/** Stretches in which background and motion are measured, grid samples. */
const BACKGROUND = 300;
const MOTION = 500;

/** A hump of the QRS feature. */
export interface Hump {
  /** Grid index of its top: FEATURE_DELAY after the middle of the QRS. */
  readonly top: number;
  /** Grid index of the middle of what made it. */
  readonly middle: number;
  /** Millivolts travelled. */
  readonly height: number;
}

/** A hump, measured. */
export interface MeasuredHump extends Hump {
  /** Logarithms of how much of it is in the fine and the coarse band. */
  readonly fine: number;
  readonly coarse: number;
  readonly shape: QrsShape;
  /** Correlation with the patient's template. */
  readonly likeness: number;
  /** Logarithm of how much the baseline moves, against the level of a QRS. */
  readonly motion: number;
}

/** How many numbers a hump is judged by. */
export const INPUTS = 25 + OUTLINE;

/**
 * What is known of this patient's QRS complexes and intervals, and of the noise: it tells how high a QRS should be,
 * and measures humps against the usual.
 */
export class QrsMemory {
  readonly #feature: QrsFeature;
  #beatHeights = new Recent(MEMORY);
  #noiseHeights = new Recent(MEMORY);
  #fine = new Recent(MEMORY);
  #coarse = new Recent(MEMORY);
  readonly #rr = new Recent(MEMORY);
  readonly #longRr = new Recent(LONG_MEMORY);
  readonly #rrChanges = new Recent(LONG_MEMORY);
  #lastRr: number | undefined;
  #last: MeasuredHump | undefined;
  /** Grid index from which the silence counts: the last beat, or where the signal begins. */
  #since = 0;
  #template: QrsShape | undefined;
  #shapes: QrsShape[] = [];
  #usualLikeness = USUAL_LIKENESS;
  #usualMotion = USUAL_MOTION;
  /** Share of the last humps that were no beats. */
  #rejected = 0;

  /** What a hump is judged by, as the last call of `measure` left it. */
  readonly inputs = new Float64Array(INPUTS);

  constructor(feature: QrsFeature) {
    this.#feature = feature;
  }

  /** A stretch of signal begins: no interval reaches back before it. */
  begin(start: number): void {
    this.#last = undefined;
    this.#since = start;
  }

  /** Takes this height for that of a QRS. */
  expect(height: number): void {
    this.#beatHeights.push(height);
  }

  /** How high a QRS is as of a grid index: less sure the longer none came, so that no silence lasts for ever. */
  level(now: number): number {
    const silence = now - this.#since;
    const { patience, halving } = this.#trust;
    const doubt = silence < patience ? 1 : 2 ** ((patience - silence) / halving);
    return Math.max(FLOOR_MV, doubt * this.#beatHeights.median);
  }

  /** The usual RR interval, grid samples. */
  get usualRr(): number {
    return this.#rr.count === 0 ? USUAL_RR : this.#rr.median;
  }

  /** Measures a hump as of a grid index, and fills `inputs`. Ratios count by their logarithms, within ±3. */
  measure(hump: Hump, now: number): MeasuredHump {
    const { top, middle, height } = hump;
    const feature = this.#feature;
    const last = this.#last;
    const level = this.level(now);
    const fine = log(feature.aroundIn(FINE, middle) / height);
    const coarse = log(feature.aroundIn(COARSE, middle) / height);
    const motion = log(feature.motion(middle + SWING_REACH, MOTION) / level);
    const since = Math.min(last === undefined ? top - this.#since + USUAL_RR : top - last.top, LONGEST_RR);
    const shape = QrsShape.around(feature, middle);
    const { likeness, factor } = this.#template
      ? shape.compare(this.#template)
      : { likeness: USUAL_LIKENESS, factor: 1 };
    let recentLikeness = this.#template ? -1 : USUAL_LIKENESS;
    for (const recent of this.#shapes)
      recentLikeness = Math.max(recentLikeness, shape.compare(recent).likeness);

    const x = this.inputs;
    // Its size and kind, against the usual, the last beat, and what stands before and after it
    x[0] = log(height / level);
    x[1] = this.#fine.count === 0 ? 0 : fine - this.#fine.median;
    x[2] = this.#coarse.count === 0 ? 0 : coarse - this.#coarse.median;
    x[3] = log(feature.around(middle - SUM - 2) / height);
    x[4] = log(feature.around(middle - 2 * SUM - 2) / height);
    x[5] = log(feature.around(middle + SUM / 2 + 1) / height);
    x[6] = last === undefined ? 0 : log(height / last.height);
    x[7] = last === undefined ? 0 : fine - last.fine;
    x[8] = fine;
    x[9] = coarse;
    // Its place in the rhythm
    x[10] = since / GRID_RATE;
    x[11] = 2 * log(since / this.usualRr);
    x[12] = this.#longRr.count === 0 ? 0 : 2 * log(since / this.#longRr.median);
    x[13] = this.#lastRr === undefined ? 0 : 2 * log(since / this.#lastRr);
    x[14] = this.#rrChanges.count === 0 ? 0 : Math.min(2, (5 * this.#rrChanges.median) / this.usualRr);
    // Its shape
    x[15] = 2 * likeness;
    x[16] = 2 * recentLikeness;
    x[17] = log(factor);
    x[18] = 4 * this.#usualLikeness;
    // The noise
    x[19] = this.#noiseHeights.count === 0 ? -2 : log(this.#noiseHeights.median / level);
    x[20] = log(feature.background(middle - SUM / 2, BACKGROUND) / level);
    x[21] = log((10 * feature.swingAt(middle)) / height);
    x[22] = motion;
    x[23] = motion - this.#usualMotion;
    x[24] = 2 * this.#rejected;
    shape.outline(x, 25);
    return { top, middle, height, fine, coarse, shape, likeness, motion };
  }

  /** A hump turned out to be a beat, as of a grid index. */
  accept(beat: MeasuredHump, now: number): void {
    // A level that came to be doubted is another heart's, or another electrode's.
    if (now - this.#since > this.#trust.patience) this.#forget();
    if (this.#last !== undefined) {
      const rr = Math.min(beat.top - this.#last.top, LONGEST_RR);
      if (this.#lastRr !== undefined) this.#rrChanges.push(Math.abs(rr - this.#lastRr));
      this.#lastRr = rr;
      this.#rr.push(rr);
      this.#longRr.push(rr);
    }
    this.#beatHeights.push(beat.height);
    this.#fine.push(beat.fine);
    this.#coarse.push(beat.coarse);
    this.#shapes.push(beat.shape);
    if (this.#shapes.length > SHAPES) this.#shapes.shift();
    if (this.#template === undefined) this.#template = beat.shape.copy();
    else {
      this.#template.approach(beat.shape, beat.likeness > STRANGE ? TEMPLATE_SHARE : STRANGE_SHARE);
      this.#usualLikeness += LIKENESS_SHARE * (beat.likeness - this.#usualLikeness);
    }
    this.#usualMotion += MOTION_SHARE * (beat.motion - this.#usualMotion);
    this.#rejected -= REJECTION_SHARE * this.#rejected;
    this.#last = beat;
    this.#since = beat.top;
  }

  /** A hump turned out to be none. */
  reject({ height }: Hump): void {
    this.#noiseHeights.push(height);
    this.#rejected += REJECTION_SHARE * (1 - this.#rejected);
  }

  /** How long a silence the level outlives. */
  get #trust(): typeof KNOWN {
    return this.#beatHeights.count < MEMORY ? NEWLY_MET : KNOWN;
  }

  #forget(): void {
    this.#beatHeights = new Recent(MEMORY);
    this.#noiseHeights = new Recent(MEMORY);
    this.#fine = new Recent(MEMORY);
    this.#coarse = new Recent(MEMORY);
    this.#template = undefined;
    this.#shapes = [];
    this.#usualLikeness = USUAL_LIKENESS;
  }
}

/** Logarithm of a ratio, within ±3; of none at all, −3. */
function log(ratio: number): number {
  return clamp(Math.log(Math.max(ratio, 1e-9)), -3, 3);
}
