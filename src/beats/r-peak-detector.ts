import { Recent } from '../dsp/recent.ts';
import { CONDITIONER_DELAY } from '../signal/conditioner.ts';
import type { Signal } from '../signal/signal.ts';
import type { Stage } from '../stage.ts';
import { type Gap, GRID_RATE } from '../timeline/span.ts';
import type { RPeak } from './beat.ts';
import { rPeakNear } from './fiducial.ts';
import { FEATURE_DELAY, QrsFeature } from './qrs-feature.ts';

// All lengths in grid samples. The numbers were tuned on the whole of the MIT-BIH Arrhythmia Database.

/** A hump is a candidate once nothing higher has come for this long (180 ms). */
const BLANK = 45;
/** … or sooner (32 ms), if it is a beat beyond doubt: due, high, and about as steep as the last. */
const QUICK = 8;
const QUICK_THRESHOLD = 0.7;
const QUICK_STEEPNESS = 0.85;
const QUICK_DUE = 0.85;
/** No two beats are nearer than this (220 ms). */
const REFRACTORY = 55;
/** Until here after a beat (360 ms), a hump less than half as steep is its T wave. */
const T_WAVE = 90;
const T_WAVE_STEEPNESS = 0.5;
/** Threshold between noise level (0) and QRS level (1): just after a beat, and when the next is due. */
const EARLY_THRESHOLD = 0.55;
const DUE_THRESHOLD = 0.3;
/** The threshold falls from the first to the second between these parts of the usual RR interval. */
const FALL_FROM = 0.3;
const FALL_TO = 1;
/** After 1.5 usual RR intervals without a beat, the best candidate passed over may pass a lower threshold. */
const SEARCH_BACK_AFTER = 1.5;
const SEARCH_BACK_THRESHOLD = 0.22;
/** … which halves with every further RR interval from here on: no threshold may silence the detector for good. */
const PATIENCE = 3;
/** The noise level is held under this part of the QRS level: above it, noise would absorb every beat. */
const NOISE_CEILING = 0.5;
/** Less movement than this is no QRS, millivolts travelled. */
const FLOOR_MV = 0.1;
/** The levels are learned from the first 2.5 s; their beats are found all the same, only later. */
const LEARNING = 625;
/** Beats and noise humps that the levels remember. */
const MEMORY = 8;
/** What the RR interval is taken to be until it is known (800 ms), and at the most (2 s). */
const USUAL_RR = 200;
const LONGEST_RR = 500;

const RING = 1024; // a power of two, longer than LEARNING and any search back
const MASK = RING - 1;

/** A hump of the QRS feature. */
interface Candidate {
  /** Grid index of its top: FEATURE_DELAY after the middle of the QRS. */
  readonly top: number;
  readonly height: number;
  readonly steepness: number;
  /** Where the R peak would be. */
  readonly peak: number;
}

type In = Signal | Gap;
type Out = Signal | Gap | RPeak;

/**
 * Causal, streaming R-peak detection on one lead. Humps of the QRS feature are candidates; each is compared
 * with a threshold between the running noise and QRS levels (medians of the last eight of either) that falls as
 * the next beat falls due. A beat that was passed over is searched for when it is overdue.
 * After Hamilton & Tompkins 1986 and Hamilton 2002, with thresholds that depend on the time since the last beat.
 *
 * A gap or a lead-off stretch ends the search; what was learned of the levels outlives it.
 */
export class RPeakDetector implements Stage<In, Out> {
  readonly takes = ['signal', 'gap'] as const;
  readonly #feature = new QrsFeature();
  readonly #ecg = new Float32Array(RING);
  readonly #slopes = new Float32Array(RING);
  readonly #beatHeights = new Recent(MEMORY);
  readonly #noiseHeights = new Recent(MEMORY);
  readonly #rr = new Recent(MEMORY);

  /** Candidates that wait until the levels are learned; undefined afterwards. */
  #learning: Candidate[] | undefined = [];
  /** Grid index of the first and the newest sample since the search began; undefined between searches. */
  #first: number | undefined;
  #newest = 0;
  /** The highest point since the last candidate. */
  #top = 0;
  #height = -1;
  #last: Candidate | undefined;
  /** The best candidate passed over since the last beat. */
  #passedOver: Candidate | undefined;
  #found: RPeak[] = [];

  push(item: In): readonly Out[] {
    if (item.kind === 'gap' || item.flaw === 'lead-off') return [...this.flush(), item];
    this.#search(item);
    const found = this.#found;
    this.#found = [];
    return [item, ...found];
  }

  flush(): readonly RPeak[] {
    if (this.#first === undefined) return [];
    if (this.#height > 0) this.#consider(this.#candidate());
    if (this.#learning !== undefined) this.#learn();
    this.#first = undefined;
    this.#last = undefined;
    this.#passedOver = undefined;
    this.#height = -1;
    this.#feature.reset();
    const found = this.#found;
    this.#found = [];
    return found;
  }

  #search({ start, ecg }: Signal): void {
    this.#first ??= start;
    const slopes = new Float32Array(ecg.length);
    const feature = new Float32Array(ecg.length);
    this.#feature.process(ecg, slopes, feature);
    for (let n = 0; n < ecg.length; n++) {
      const i = start + n;
      this.#newest = i;
      this.#ecg[i & MASK] = ecg[n];
      this.#slopes[i & MASK] = slopes[n];
      if (feature[n] > this.#height) {
        this.#top = i;
        this.#height = feature[n];
      } else if (i - this.#top === QUICK) {
        this.#decideQuickly();
      } else if (i - this.#top >= BLANK) {
        this.#consider(this.#candidate());
        this.#top = i;
        this.#height = feature[n];
      }
      if (this.#learning !== undefined) {
        if (i - this.#first >= LEARNING) this.#learn();
      } else if (this.#passedOver !== undefined) {
        this.#searchBack(this.#passedOver);
      }
    }
  }

  /** The hump whose top has been found. Its R peak is located now, while the signal is at hand. */
  #candidate(): Candidate {
    const top = this.#top;
    let steepness = 0;
    for (let i = top - T_WAVE / 3; i <= top; i++) steepness = Math.max(steepness, this.#slopes[i & MASK]);
    const peak = rPeakNear(this.#ecg, MASK, Math.max(top - FEATURE_DELAY, this.#first as number));
    return { top, height: this.#height, steepness, peak: Math.max(peak, this.#first as number) };
  }

  #consider(candidate: Candidate): void {
    if (this.#learning === undefined) this.#decide(candidate);
    else this.#learning.push(candidate);
  }

  /** Sets the QRS level from the two highest candidates, unless one of them stands alone, and decides on all. */
  #learn(): void {
    const candidates = this.#learning as Candidate[];
    const heights = candidates.map(({ height }) => height).sort((a, b) => b - a);
    const [first = 0, second = 0] = heights;
    if (first < FLOOR_MV) {
      // Nothing yet that could be a heart: go on learning from here.
      this.#learning = [];
      this.#first = this.#newest;
      return;
    }
    this.#learning = undefined;
    this.#beatHeights.push(second > 0.4 * first ? (first + second) / 2 : first);
    for (const candidate of candidates) this.#decide(candidate);
  }

  #decide(candidate: Candidate): void {
    const { height, steepness, top } = candidate;
    const last = this.#last;
    const since = last === undefined ? Number.POSITIVE_INFINITY : top - last.top;
    if (since < REFRACTORY) return;
    const isTWave = last !== undefined && since < T_WAVE && steepness < T_WAVE_STEEPNESS * last.steepness;
    const due = Math.min(1, Math.max(0, (since / this.#usualRr - FALL_FROM) / (FALL_TO - FALL_FROM)));
    if (!isTWave && height > this.#threshold(EARLY_THRESHOLD + (DUE_THRESHOLD - EARLY_THRESHOLD) * due)) {
      this.#accept(candidate);
      return;
    }
    this.#noiseHeights.push(height);
    if (!isTWave && height > (this.#passedOver?.height ?? FLOOR_MV)) this.#passedOver = candidate;
  }

  /** Accepts the hump at hand without waiting out the blank time. Nothing within the refractory time can follow. */
  #decideQuickly(): void {
    const last = this.#last;
    if (
      this.#learning !== undefined ||
      last === undefined ||
      this.#top - last.top < QUICK_DUE * this.#usualRr
    )
      return;
    if (this.#height <= this.#threshold(QUICK_THRESHOLD)) return;
    const candidate = this.#candidate();
    if (candidate.steepness > QUICK_STEEPNESS * last.steepness) this.#accept(candidate);
  }

  #searchBack(candidate: Candidate): void {
    if (this.#last === undefined) {
      // Nothing to be overdue against: after a gap, the usual interval counts from its end.
      if (this.#newest - (this.#first as number) < SEARCH_BACK_AFTER * this.#usualRr) return;
      if (candidate.height > this.#threshold(SEARCH_BACK_THRESHOLD)) this.#accept(candidate);
      return;
    }
    const waited = (this.#newest - FEATURE_DELAY - this.#last.peak) / this.#usualRr;
    if (waited < SEARCH_BACK_AFTER) return;
    const patience = waited < PATIENCE ? 1 : 2 ** (PATIENCE - waited);
    if (candidate.height > patience * this.#threshold(SEARCH_BACK_THRESHOLD)) this.#accept(candidate);
  }

  #accept(candidate: Candidate): void {
    if (this.#last !== undefined) this.#rr.push(Math.min(candidate.top - this.#last.top, LONGEST_RR));
    this.#beatHeights.push(candidate.height);
    this.#last = candidate;
    this.#passedOver = undefined;
    this.#found.push({ kind: 'r-peak', index: candidate.peak, decidedAt: this.#newest + CONDITIONER_DELAY });
  }

  /** @param part 0 is the noise level, 1 the QRS level */
  #threshold(part: number): number {
    const beat = this.#beatHeights.median;
    const noise =
      this.#noiseHeights.count === 0 ? 0 : Math.min(this.#noiseHeights.median, NOISE_CEILING * beat);
    return Math.max(FLOOR_MV, noise + part * (beat - noise));
  }

  get #usualRr(): number {
    return this.#rr.count === 0 ? USUAL_RR : this.#rr.median;
  }
}

/** What a decision on an R peak takes at the most once the levels are learned, unless it is searched for, seconds. */
export const R_PEAK_DELAY = (CONDITIONER_DELAY + FEATURE_DELAY + BLANK) / GRID_RATE;
