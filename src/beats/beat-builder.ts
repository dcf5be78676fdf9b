import { CONDITIONER_DELAY } from '../signal/conditioner.ts';
import { QUALITY_FLAWS, type QualityFlaw, type Signal } from '../signal/signal.ts';
import type { Stage } from '../stage.ts';
import { type Gap, GRID_RATE } from '../timeline/span.ts';
import { type Beat, ECG_AFTER, ECG_BEFORE, type RPeak } from './beat.ts';
import { DOUBTED_FROM, doubt } from './doubt.ts';
import { Rhythm } from './rhythm.ts';
import { WAVEFORM_AFTER, WAVEFORM_BEFORE, WaveformBuilder } from './waveform.ts';

/** Without a further R peak decided, a beat is ready after this, grid samples: 1.5 s. */
export const LONGEST_WAIT = 375;
/**
 * The classifier never hears of a longer interval after a beat than this, grid samples (1.1 s): an R peak that
 * near is decided within the longest wait, so that a pause looks the same however it ends.
 */
export const LONGEST_RR_AFTER = 275;

const RING = 2048; // a power of two, more than LONGEST_WAIT + the detector's longest look back
const MASK = RING - 1;
const FLAWS: readonly (QualityFlaw | 'gap' | undefined)[] = [undefined, ...QUALITY_FLAWS, 'gap'];
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
        return item.flaw === 'lead-off' ? [...this.#interrupt(), item] : this.#append(item);
      case 'gap':
        return [...this.#interrupt(), item];
      case 'r-peak': {
        const ready = [...this.#giveUpBy(item.decidedAt), ...this.#finish(item, item.decidedAt)];
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

  #append(signal: Signal): readonly Out[] {
    const { ecg, start } = signal;
    // Asked before the signal is taken in, because its own R peaks come after it.
    const ready = this.#giveUpBy(this.#end + CONDITIONER_DELAY);
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
    return [...ready, signal];
  }

  /** Finishes the waiting beat if its wait is over when the samples before a grid index have been heard. */
  #giveUpBy(index: number): readonly Beat[] {
    if (this.#waiting === undefined || index - this.#waiting.index <= LONGEST_WAIT) return [];
    return this.#finish(undefined, this.#waiting.index + LONGEST_WAIT);
  }

  #finish(next: RPeak | undefined, decidedAt: number): readonly Beat[] {
    const peak = this.#waiting;
    if (peak === undefined) return [];
    this.#waiting = undefined;
    const interval = (from: RPeak, to: RPeak) => (to.index - from.index) / GRID_RATE;
    const rrBefore = this.#before && interval(this.#before, peak);
    const rrAfter = next && interval(peak, next);
    const heard = next !== undefined || decidedAt - peak.index >= LONGEST_WAIT;
    const heardOf = Math.min(rrAfter ?? Number.POSITIVE_INFINITY, LONGEST_RR_AFTER / GRID_RATE);
    const ecg = this.#window(peak.index);
    const flaw = this.#flaw(peak.index) ?? (doubt(peak) > DOUBTED_FROM ? 'noisy' : undefined);
    const usable = flaw === undefined;
    const beat: Beat = {
      kind: 'beat',
      index: peak.index,
      time: this.#endTime - (this.#end - peak.index) / GRID_RATE,
      peakDecidedAt: peak.decidedAt,
      decidedAt,
      rrBefore,
      rrAfter,
      usualRr: this.#rhythm.usual,
      irregularity: this.#rhythm.irregularity,
      ecg,
      waveform: this.#waveforms.next(ecg, ECG_BEFORE, usable),
      rhythm: this.#rhythm.features(rrBefore, heard ? heardOf : undefined),
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
