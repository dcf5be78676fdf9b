import type { Beat } from '../beats/beat.ts';
import { CONDITIONER_DELAY } from '../signal/conditioner.ts';
import type { QualityFlaw, Signal } from '../signal/signal.ts';
import type { Stage } from '../stage.ts';
import type { Gap } from '../timeline/span.ts';
import { softmax } from './classifier.ts';
import type { RhythmModel } from './rhythm-model.ts';
import { RHYTHM_CLASSES, type RhythmVerdict } from './rhythm-verdict.ts';
import { RHYTHM_BEFORE, RHYTHM_SPAN, rhythmInput } from './rhythm-window.ts';

const RING = 2048; // a power of two, more than RHYTHM_SPAN and the longest wait for a beat
const MASK = RING - 1;
/** Grid samples from the R peak to the newest one that a verdict needs, the filters' delay included. */
const WAIT = RHYTHM_SPAN - RHYTHM_BEFORE - 1 + CONDITIONER_DELAY;
const NOTHING = new Float32Array(RHYTHM_CLASSES.length);

type In = Signal | Gap | Beat;
type Flaw = QualityFlaw | 'gap';

/**
 * The two seconds around a beat become a rhythm verdict, or Q, unjudged, where the signal forbids one. What it takes
 * passes on unchanged. A verdict waits for one second of signal after its R peak.
 */
export class RhythmClassifier implements Stage<In, In | RhythmVerdict> {
  readonly takes = ['signal', 'gap', 'beat'] as const;
  readonly #model: RhythmModel;
  readonly #ecg = new Float32Array(RING);
  readonly #flaws: (Flaw | undefined)[] = new Array(RING).fill('gap');
  /** Grid index after the newest sample. */
  #end = 0;
  /** Beats whose second is not over. */
  #waiting: Beat[] = [];

  constructor(model: RhythmModel) {
    this.#model = model;
  }

  push(item: In): readonly (In | RhythmVerdict)[] {
    switch (item.kind) {
      case 'beat':
        this.#waiting.push(item);
        return [item, ...this.#ready()];
      case 'gap':
        return [...this.flush(), item];
      case 'signal':
        this.#append(item);
        return [item, ...this.#ready()];
    }
  }

  flush(): readonly RhythmVerdict[] {
    return this.#waiting.splice(0).map((beat) => this.#judge(beat));
  }

  #append({ start, ecg, flaw }: Signal): void {
    // What lies between was never there: no window may read across it.
    if (start !== this.#end) this.#flaws.fill('gap');
    for (let n = 0; n < ecg.length; n++) {
      this.#ecg[(start + n) & MASK] = ecg[n];
      this.#flaws[(start + n) & MASK] = flaw;
    }
    this.#end = start + ecg.length;
  }

  #ready(): RhythmVerdict[] {
    const count = this.#waiting.findIndex(({ index }) => index + RHYTHM_SPAN - RHYTHM_BEFORE > this.#end);
    return this.#waiting
      .splice(0, count === -1 ? this.#waiting.length : count)
      .map((beat) => this.#judge(beat));
  }

  #judge(beat: Beat): RhythmVerdict {
    const from = beat.index - RHYTHM_BEFORE;
    const ecg = new Float32Array(RHYTHM_SPAN);
    let flaw: Flaw | undefined;
    for (let n = 0; n < RHYTHM_SPAN; n++) {
      const i = from + n;
      const missing = i < 0 || i >= this.#end;
      ecg[n] = missing ? 0 : this.#ecg[i & MASK];
      flaw ??= missing ? 'gap' : this.#flaws[i & MASK];
    }
    const window = rhythmInput(ecg);
    const decidedAt = Math.max(beat.decidedAt, beat.index + WAIT);
    const verdict = { kind: 'rhythm', beat, decidedAt, window } as const;
    if (flaw !== undefined) return { ...verdict, class: 'Q', reason: flaw, probabilities: NOTHING };
    const probabilities = softmax(this.#model.scores(window), 1);
    const most = probabilities.indexOf(Math.max(...probabilities));
    return { ...verdict, class: RHYTHM_CLASSES[most], reason: undefined, probabilities };
  }
}
