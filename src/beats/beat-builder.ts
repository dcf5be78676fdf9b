import type { QualityFlaw, Signal } from '../signal/signal.ts';
import type { Stage } from '../stage.ts';
import { type Gap, GRID_RATE } from '../timeline/span.ts';
import { type Beat, ECG_AFTER, ECG_BEFORE, type RPeak } from './beat.ts';
import { Rhythm } from './rhythm.ts';
import { WAVEFORM_AFTER, WAVEFORM_BEFORE, WaveformBuilder } from './waveform.ts';

/** Without a further beat the verdict comes after this, grid samples: 1.5 s. */
export const LONGEST_WAIT = 375;

const RING = 2048; // a power of two, more than LONGEST_WAIT + the detector's longest look back
const MASK = RING - 1;
const FLAWS: readonly (QualityFlaw | 'gap' | undefined)[] = [
  undefined,
  'lead-off',
  'saturated',
  'flat',
  'noisy',
  'gap',
];
const GAP = FLAWS.indexOf('gap');

type In = Signal | Gap | RPeak;
type Out = Signal | Gap | Beat;

/**
 * An R peak becomes a beat: its ECG, its model inputs, its rhythm context. A beat is ready when the next
 * R peak is known, or 1.5 s have passed, or the signal ends.
 */
export class BeatBuilder implements Stage<In, Out> {
  readonly takes = ['signal', 'gap', 'r-peak'] as const;
  readonly #ecg = new Float32Array(RING);
  readonly #flaws = new Uint8Array(RING).fill(GAP);
  readonly #rhythm = new Rhythm();
  readonly #waveforms = new WaveformBuilder();
  /** Grid index after the newest sample, and the time there. */
  #end = 0;
  #endTime = 0;
  /** The R peak that waits for the next one. */
  #waiting: RPeak | undefined;
  /** The R peak before that one, unless a gap stands between. */
  #before: RPeak | undefined;

  push(item: In): readonly Out[] {
    switch (item.kind) {
      case 'signal':
        if (item.flaw === 'lead-off') return [...this.#interrupt(), item];
        this.#append(item);
        if (this.#waiting !== undefined && this.#end - this.#waiting.index > LONGEST_WAIT) {
          return [item, ...this.#finish(undefined, this.#waiting.index + LONGEST_WAIT)];
        }
        return [item];
      case 'gap':
        return [...this.#interrupt(), item];
      case 'r-peak': {
        const ready = this.#finish(item, item.decidedAt);
        this.#waiting = item;
        return ready;
      }
    }
  }

  flush(): readonly Beat[] {
    return this.#finish(undefined, this.#end - 1);
  }

  /** What comes next does not follow: no interval reaches across. */
  #interrupt(): readonly Beat[] {
    const last = this.flush();
    this.#before = undefined;
    return last;
  }

  #append(signal: Signal): void {
    const { ecg, start } = signal;
    if (start !== this.#end) {
      // What lies between was never there: no window may read across it.
      this.#flaws.fill(GAP);
      this.#ecg.fill(0);
    }
    const flaw = FLAWS.indexOf(signal.flaw);
    for (let n = 0; n < ecg.length; n++) {
      this.#ecg[(start + n) & MASK] = ecg[n];
      this.#flaws[(start + n) & MASK] = flaw;
    }
    this.#end = start + ecg.length;
    this.#endTime = signal.time + ecg.length / GRID_RATE;
  }

  #finish(next: RPeak | undefined, decidedAt: number): readonly Beat[] {
    const peak = this.#waiting;
    if (peak === undefined) return [];
    this.#waiting = undefined;
    const interval = (from: RPeak, to: RPeak) => (to.index - from.index) / GRID_RATE;
    const rrBefore = this.#before && interval(this.#before, peak);
    const rrAfter = next && interval(peak, next);
    // A pause is known to be one before it ends: the classifier never hears of more than the longest wait.
    const waited = Math.min(rrAfter ?? Number.POSITIVE_INFINITY, LONGEST_WAIT / GRID_RATE);
    const heard = next !== undefined || decidedAt - peak.index >= LONGEST_WAIT;
    const ecg = this.#window(peak.index);
    const flaw = this.#flaw(peak.index);
    const usable = flaw === undefined;
    const beat: Beat = {
      kind: 'beat',
      index: peak.index,
      time: this.#endTime - (this.#end - peak.index) / GRID_RATE,
      decidedAt,
      rrBefore,
      rrAfter,
      usualRr: this.#rhythm.usual,
      ecg,
      waveform: this.#waveforms.next(ecg, ECG_BEFORE, usable),
      rhythm: this.#rhythm.features(rrBefore, heard ? waited : undefined),
      flaw,
    };
    if (rrBefore !== undefined && usable) this.#rhythm.push(rrBefore);
    this.#before = peak;
    return [beat];
  }

  /** ECG around an R peak; samples that do not exist yet, or never did, are 0. */
  #window(peak: number): Float32Array {
    const ecg = new Float32Array(ECG_BEFORE + ECG_AFTER);
    const last = Math.min(ecg.length, this.#end - peak + ECG_BEFORE);
    for (let n = 0; n < last; n++) ecg[n] = this.#ecg[(peak - ECG_BEFORE + n) & MASK];
    return ecg;
  }

  /** The worst thing that touches what the classifier sees of the beat. */
  #flaw(peak: number): QualityFlaw | 'gap' | undefined {
    let worst = 0;
    for (let i = peak - WAVEFORM_BEFORE; i < peak + WAVEFORM_AFTER; i++) {
      worst = Math.max(worst, i < this.#end ? this.#flaws[i & MASK] : GAP);
    }
    return FLAWS[worst];
  }
}
