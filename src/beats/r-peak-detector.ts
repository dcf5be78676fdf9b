import { CONDITIONER_DELAY } from '../signal/conditioner.ts';
import type { Signal } from '../signal/signal.ts';
import type { Stage } from '../stage.ts';
import { type Gap, GRID_RATE } from '../timeline/span.ts';
import type { RPeak } from './beat.ts';
import { rPeakNear } from './fiducial.ts';
import { confirm } from './qrs-confirmer.ts';
import { FEATURE_DELAY, QrsFeature } from './qrs-feature.ts';
import { type Hump, type MeasuredHump, QrsMemory } from './qrs-memory.ts';

// All lengths in grid samples. Chosen on DS1 of the MIT-BIH Arrhythmia Database, FIDUCIAL_SHIFT on all of it.

/** A hump is judged when nothing higher has come for this long (56 ms) … */
const LOOK_AHEAD = 14;
/** … and, unless it is beyond doubt, waits for a better one until this long after its top (256 ms). */
const WAIT = 64;
/** No two beats are nearer than this (220 ms). */
const REFRACTORY = 55;
/** Log odds from which a hump is a QRS: at once, after the wait, and when a beat is overdue. */
const BEYOND_DOUBT = 4;
const LIKELY = 0;
const OVERDUE = -1.5;
/** A beat is overdue after 1.5 usual RR intervals. */
const OVERDUE_AFTER = 1.5;
/** Humps lower than this share of a QRS, or than so many millivolts travelled, are not looked at. */
const LOWEST = 0.12;
const FLOOR_MV = 0.3;
/** The levels are learned from the first 2.5 s; their beats are found all the same, only later. */
const LEARNING = 625;
/** Cardiologists mark a QRS this much before the middle of its energy. */
const FIDUCIAL_SHIFT = 2;

const RING = 1024; // a power of two, longer than LEARNING and any wait
const MASK = RING - 1;

interface JudgedHump {
  readonly hump: MeasuredHump;
  /** Log odds that it is a QRS. */
  readonly logOdds: number;
}

/**
 * Tells the log odds that a hump is a QRS.
 * @param inputs as QrsMemory.measure leaves them
 * @param middle grid index of the middle of the hump
 */
export type Judge = (inputs: Float64Array, middle: number) => number;

type In = Signal | Gap;
type Out = Signal | Gap | RPeak;

/**
 * Causal, streaming R-peak detection on one lead, in two steps. Humps of the QRS feature are candidates; a small
 * network judges each by its size, shape and place in the rhythm against what is usual for this patient, and by the
 * noise. What is beyond doubt is a beat at once; the rest waits a little for something better nearby. A beat that
 * was passed over is searched for when it is overdue.
 *
 * A gap or a lead-off stretch ends the search; what was learned of the patient outlives it.
 */
export class RPeakDetector implements Stage<In, Out> {
  readonly takes = ['signal', 'gap'] as const;
  readonly #judge: Judge;
  readonly #feature = new QrsFeature();
  readonly #memory = new QrsMemory(this.#feature);
  readonly #ecg = new Float32Array(RING);

  /** Humps that wait until the levels are learned; undefined afterwards. */
  #learning: Hump[] | undefined = [];
  /** Grid index of the first and the newest sample since the search began; undefined between searches. */
  #first: number | undefined;
  #newest = 0;
  #noise = Number.NEGATIVE_INFINITY;
  /** The feature rises, or has been falling for less than LOOK_AHEAD; this is its highest point. */
  #rising = false;
  #top = 0;
  #height = 0;
  #before = 0;
  /** A hump that is not beyond doubt, and the best of those passed over since the last beat. */
  #waiting: JudgedHump | undefined;
  #passedOver: JudgedHump | undefined;
  /** Top of the last beat's hump. */
  #last: number | undefined;
  #found: RPeak[] = [];

  /** @param judge another than the network that ships: for its training */
  constructor(judge: Judge = confirm) {
    this.#judge = judge;
  }

  push(item: In): readonly Out[] {
    if (item.kind === 'gap' || item.flaw === 'lead-off') return [...this.flush(), item];
    this.#search(item);
    return [item, ...this.#take()];
  }

  flush(): readonly RPeak[] {
    if (this.#first === undefined) return [];
    // A hump is judged by what lies beyond its top, too: the last value is held.
    const held = this.#ecg[this.#newest & MASK];
    for (let ahead = 1; ahead <= LOOK_AHEAD; ahead++) this.#feature.push(this.#newest + ahead, held);
    if (this.#rising) this.#hear(this.#hump());
    if (this.#learning !== undefined) this.#learn();
    if (this.#waiting !== undefined) this.#decide(this.#waiting);
    this.#first = undefined;
    this.#last = undefined;
    this.#passedOver = undefined;
    this.#rising = false;
    this.#before = 0;
    this.#feature.reset();
    return this.#take();
  }

  #take(): readonly RPeak[] {
    const found = this.#found;
    if (found.length > 0) this.#found = [];
    return found;
  }

  #search({ start, ecg, noise }: Signal): void {
    this.#noise = noise;
    if (this.#first === undefined) {
      this.#first = start;
      this.#memory.begin(start);
    }
    for (let n = 0; n < ecg.length; n++) {
      const i = start + n;
      this.#newest = i;
      this.#ecg[i & MASK] = ecg[n];
      const feature = this.#feature.push(i, ecg[n]);
      if (feature > (this.#rising ? this.#height : this.#before)) {
        this.#rising = true;
        this.#top = i;
        this.#height = feature;
      } else if (this.#rising && i - this.#top === LOOK_AHEAD) {
        this.#rising = false;
        this.#hear(this.#hump());
      }
      this.#before = feature;
      if (this.#learning !== undefined) {
        if (i - this.#first >= LEARNING) this.#learn();
      } else if (this.#waiting !== undefined) {
        if (i - this.#waiting.hump.top >= WAIT) this.#decide(this.#waiting);
      } else if (this.#passedOver !== undefined) {
        this.#searchBack(this.#passedOver);
      }
    }
  }

  #hump(): Hump {
    return { top: this.#top, middle: this.#top - FEATURE_DELAY, height: this.#height };
  }

  #hear(hump: Hump): void {
    if (hump.height < FLOOR_MV) return;
    if (this.#learning !== undefined) this.#learning.push(hump);
    else if (
      hump.top - (this.#last ?? Number.NEGATIVE_INFINITY) >= REFRACTORY &&
      hump.height >= LOWEST * this.#memory.level(this.#newest)
    )
      this.#consider(this.#judged(hump));
  }

  /** Sets the QRS level from the two highest humps, unless one of them stands alone, and judges all. */
  #learn(): void {
    const humps = this.#learning as Hump[];
    const [first = 0, second = 0] = humps.map(({ height }) => height).sort((a, b) => b - a);
    if (first === 0) {
      // Nothing yet that could be a heart: go on learning from here.
      this.#first = this.#newest;
      this.#memory.begin(this.#newest);
      return;
    }
    this.#learning = undefined;
    this.#memory.expect(second > 0.4 * first ? (first + second) / 2 : first);
    for (const hump of humps) this.#hear(hump);
  }

  #judged(hump: Hump): JudgedHump {
    const measured = this.#memory.measure(hump, this.#newest);
    return { hump: measured, logOdds: this.#judge(this.#memory.inputs, hump.middle) };
  }

  /** Of two humps within the wait, the likelier one goes on. */
  #consider(judged: JudgedHump): void {
    const rival = this.#waiting;
    if (rival !== undefined) {
      if (judged.hump.top - rival.hump.top >= WAIT) this.#decide(rival);
      else if (judged.logOdds <= rival.logOdds) {
        this.#memory.reject(judged.hump);
        return;
      } else this.#memory.reject(rival.hump);
    }
    this.#waiting = undefined;
    if (judged.logOdds > BEYOND_DOUBT) this.#accept(judged);
    else this.#waiting = judged;
  }

  /** The wait of a hump is over. */
  #decide(judged: JudgedHump): void {
    this.#waiting = undefined;
    if (judged.logOdds > LIKELY) {
      this.#accept(judged);
      return;
    }
    this.#memory.reject(judged.hump);
    if (judged.logOdds > (this.#passedOver?.logOdds ?? OVERDUE)) this.#passedOver = judged;
  }

  #searchBack(judged: JudgedHump): void {
    // After a gap the usual interval counts from its end.
    const from = this.#last ?? (this.#first as number);
    if (this.#newest - FEATURE_DELAY - from >= OVERDUE_AFTER * this.#memory.usualRr) this.#accept(judged);
  }

  #accept({ hump, logOdds }: JudgedHump): void {
    this.#memory.accept(hump, this.#newest);
    this.#last = hump.top;
    this.#passedOver = undefined;
    const first = this.#first as number;
    const near = Math.max(hump.middle - FIDUCIAL_SHIFT, first);
    this.#found.push({
      kind: 'r-peak',
      index: Math.max(rPeakNear(this.#ecg, MASK, near), first),
      decidedAt: this.#newest + CONDITIONER_DELAY,
      logOdds,
      noise: this.#noise,
    });
  }
}

/** What a decision on an R peak takes at the most once the levels are learned, unless it is searched for, seconds. */
export const R_PEAK_DELAY = (CONDITIONER_DELAY + FEATURE_DELAY + WAIT) / GRID_RATE;
