import { WAVEFORM_BEFORE, WAVEFORM_CHANNELS, WAVEFORM_RATE } from '../beats/waveform.ts';
import { clamp } from '../dsp/clamp.ts';
import { GRID_RATE } from '../timeline/span.ts';

/** What is compared: the trace from 80 ms before the R peak to 144 ms after it, in steps of the waveform input. */
const PEAK = (WAVEFORM_BEFORE * WAVEFORM_RATE) / GRID_RATE;
const FROM = PEAK - 10;
const STEPS = 28;
/** From this correlation on, a beat is of a morphology. */
const ALIKE = 0.9;
/** Morphologies that are kept; a new one takes the place of the one that was last seen longest ago. */
const MOST = 16;
/** Beats that each remembers. */
const REMEMBERED = 50;
/** By how much the others of its morphology move a beat's log odds, at most. */
const MOST_SHIFT = 2;

/** Beats that look alike. */
interface Morphology {
  /** Their mean, each taken to have the same power. */
  readonly trace: Float64Array;
  /** Mean of their log odds of being ventricular. */
  logOdds: number;
  /** Beats so far, REMEMBERED at the most. */
  count: number;
  /** Number of the last of them. */
  seen: number;
}

/**
 * The patient's QRS morphologies, as they come, and how ventricular the beats of each looked. A patient's ventricular
 * beats mostly come from one place or few, so one that looks like fifty others is what they are: its log odds are
 * their mean. A model that sees each beat alone is right of most of them, and so of them all. (Labelling groups of
 * beats that look alike, rather than beats, is due to Llamedo & Martínez 2012; here no beat waits for a later one.)
 *
 * Nothing learns from what was called, so no error feeds on itself.
 */
export class Morphologies {
  readonly #known: Morphology[] = [];
  readonly #trace = new Float64Array(STEPS);
  #count = 0;

  /**
   * @param waveform of the next beat, [WAVEFORM_STEPS × WAVEFORM_CHANNELS]
   * @param logOdds of its being ventricular, by itself
   * @returns what the beats of its morphology add to them
   */
  push(waveform: Float32Array, logOdds: number): number {
    this.#read(waveform);
    this.#count++;
    const own = this.#mostAlike() ?? this.#begin();
    own.count = Math.min(own.count + 1, REMEMBERED);
    own.seen = this.#count;
    own.logOdds += (logOdds - own.logOdds) / own.count;
    for (let k = 0; k < STEPS; k++) own.trace[k] += (this.#trace[k] - own.trace[k]) / own.count;
    return clamp(own.logOdds - logOdds, -MOST_SHIFT, MOST_SHIFT);
  }

  /** The trace is the sum of its slopes; less its mean, and over its power, so that products are correlations. */
  #read(waveform: Float32Array): void {
    const trace = this.#trace;
    let height = 0;
    let mean = 0;
    for (let k = 0; k < STEPS; k++) {
      height += waveform[(FROM + k) * WAVEFORM_CHANNELS];
      trace[k] = height;
      mean += height / STEPS;
    }
    for (let k = 0; k < STEPS; k++) trace[k] -= mean;
    const size = Math.sqrt(product(trace, trace)) + 1e-9;
    for (let k = 0; k < STEPS; k++) trace[k] /= size;
  }

  #mostAlike(): Morphology | undefined {
    let most = ALIKE;
    let found: Morphology | undefined;
    for (const known of this.#known) {
      const { trace } = known;
      const likeness = product(trace, this.#trace) / (Math.sqrt(product(trace, trace)) + 1e-9);
      if (likeness >= most) {
        most = likeness;
        found = known;
      }
    }
    return found;
  }

  #begin(): Morphology {
    const begun = { trace: new Float64Array(STEPS), logOdds: 0, count: 0, seen: 0 };
    if (this.#known.length < MOST) this.#known.push(begun);
    else {
      const oldest = this.#known.reduce((a, b) => (b.seen < a.seen ? b : a));
      this.#known[this.#known.indexOf(oldest)] = begun;
    }
    return begun;
  }
}

function product(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < STEPS; k++) sum += a[k] * b[k];
  return sum;
}
