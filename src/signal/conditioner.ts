import { Biquad, highPass, notch } from '../dsp/biquad.ts';
import { Fir, windowedSinc } from '../dsp/fir.ts';
import { Slab } from '../dsp/slab.ts';
import type { Stage } from '../stage.ts';
import { type Gap, GRID_RATE, type SampleSpan } from '../timeline/span.ts';
import { QualityMeter } from './quality-meter.ts';
import type { QualityChange, QualityFlaw, Signal } from './signal.ts';

/** Baseline wander ends here: the lower edge of the monitoring band (IEC 60601-2-47). */
const BASELINE_HZ = 0.5;
/** Muscle noise begins here. */
const MUSCLE_HZ = 40;
/** Mains is 50 or 60 Hz. Both are notched, so that nobody has to say where in the world they are. */
const MAINS_HZ = [50, 60];
const MAINS_Q = 8;
const LOW_PASS_TAPS = 21;

/** Grid samples by which the conditioner's output lags its input (40 ms). */
export const CONDITIONER_DELAY = (LOW_PASS_TAPS - 1) / 2;

type In = SampleSpan | Gap;
type Out = Signal | QualityChange | Gap;

/**
 * Spans become filtered signal: high-pass 0.5 Hz, mains notches, linear-phase low-pass 40 Hz whose delay is
 * made up for in the sample indices. A gap presses out what the filters still hold, resets them and passes on.
 */
export class Conditioner implements Stage<In, Out> {
  readonly takes = ['samples', 'gap'] as const;
  readonly #baseline = new Biquad(highPass(BASELINE_HZ, GRID_RATE));
  readonly #mains = MAINS_HZ.map((frequency) => new Biquad(notch(frequency, GRID_RATE, MAINS_Q)));
  readonly #lowPass = new Fir(windowedSinc(LOW_PASS_TAPS, 0, MUSCLE_HZ, GRID_RATE));
  #quality: QualityMeter;
  readonly #makeMeter: () => QualityMeter;
  /** Where a block is filtered; the others keep what it was on the way. */
  #block = new Float64Array(0);
  #humming = new Float64Array(0);
  #rough = new Float64Array(0);
  readonly #slab = new Slab();
  #flaw: QualityFlaw | undefined;
  /** The newest span, whose start and time place every output sample; undefined after a gap. */
  #newest: SampleSpan | undefined;
  /** The first sample after a gap: subtracted, so that the high-pass starts at rest. */
  #rest = 0;
  /** Outputs still to be dropped, because they lie before the first sample. */
  #toDrop = 0;

  /** @param makeMeter another meter than the usual one: for its tuning */
  constructor(makeMeter = () => new QualityMeter()) {
    this.#makeMeter = makeMeter;
    this.#quality = makeMeter();
  }

  push(span: In): readonly Out[] {
    if (span.kind === 'gap') return [...this.flush(), span];
    if (span.millivolts.length === 0) return [];
    if (this.#newest === undefined) {
      this.#rest = span.millivolts[0];
      this.#toDrop = CONDITIONER_DELAY;
    }
    this.#newest = span;
    return this.#filter(span.millivolts, span.start, span);
  }

  flush(): readonly Out[] {
    const newest = this.#newest;
    if (newest === undefined) return [];
    const count = newest.millivolts.length;
    // The last samples are still inside the low-pass: holding the final value presses them out.
    const held = new Float32Array(CONDITIONER_DELAY).fill(newest.millivolts[count - 1]);
    const out = this.#filter(held, newest.start + count, newest);
    this.#newest = undefined;
    this.#baseline.reset();
    for (const section of this.#mains) section.reset();
    this.#lowPass.reset();
    this.#quality = this.#makeMeter();
    return out;
  }

  /** @param start grid index of the first of `millivolts`; @param span the span that tells time and flags */
  #filter(millivolts: Float32Array, start: number, span: SampleSpan): readonly Out[] {
    const length = millivolts.length;
    if (this.#block.length !== length) {
      this.#block = new Float64Array(length);
      this.#humming = new Float64Array(length);
      this.#rough = new Float64Array(length);
    }
    const block = this.#block;
    const rest = this.#rest;
    for (let n = 0; n < length; n++) block[n] = millivolts[n] - rest;
    this.#baseline.process(block);
    this.#humming.set(block);
    for (const section of this.#mains) section.process(block);
    this.#rough.set(block);
    this.#lowPass.process(block);
    this.#quality.hear({ raw: millivolts, humming: this.#humming, rough: this.#rough, smooth: block });

    const drop = Math.min(this.#toDrop, length);
    this.#toDrop -= drop;
    const first = start - CONDITIONER_DELAY + drop;
    const time = span.time + (first - span.start) / GRID_RATE;
    const flaw = this.#quality.flaw(span.leadOff, span.saturated);
    const out: Out[] = [];
    if (flaw !== this.#flaw) {
      this.#flaw = flaw;
      out.push({ kind: 'quality', start: first, time, flaw });
    }
    if (drop < length) {
      const ecg = this.#slab.take(length - drop);
      for (let n = 0; n < ecg.length; n++) ecg[n] = block[drop + n];
      out.push({ kind: 'signal', start: first, time, ecg, noise: this.#quality.noise, flaw });
    }
    return out;
  }
}
