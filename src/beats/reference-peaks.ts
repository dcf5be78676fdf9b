import type { Signal } from '../signal/signal.ts';
import type { Stage } from '../stage.ts';
import { type Gap, GRID_RATE } from '../timeline/span.ts';
import type { RPeak } from './beat.ts';
import { rPeakNear } from './fiducial.ts';

const RING = 1024; // a power of two, longer than a span and the delay
const MASK = RING - 1;
/** Grid samples after which a reference peak is given out: as long as a detector would take. */
const DELAY = 75;

type In = Signal | Gap;
type Out = Signal | Gap | RPeak;

/**
 * Stands in for the detector when the R peaks are known, as in evaluation on reference annotations. The fiducial
 * point is found as the detector finds it, so that the classifier sees both alike.
 */
export class ReferencePeaks implements Stage<In, Out> {
  readonly takes = ['signal', 'gap'] as const;
  readonly #peaks: Float64Array;
  readonly #ecg = new Float32Array(RING);
  #next = 0;
  #end = 0;
  #noise = Number.NEGATIVE_INFINITY;

  /** @param peaks seconds since the stream began, ascending */
  constructor(peaks: Float64Array) {
    this.#peaks = peaks;
  }

  push(item: In): readonly Out[] {
    if (item.kind === 'gap') return [...this.flush(), item];
    for (let n = 0; n < item.ecg.length; n++) this.#ecg[(item.start + n) & MASK] = item.ecg[n];
    this.#end = item.start + item.ecg.length;
    this.#noise = item.noise;
    return [item, ...this.#until(this.#end - DELAY)];
  }

  flush(): readonly RPeak[] {
    return this.#until(this.#end);
  }

  /** Gives out what lies before a grid index. */
  #until(end: number): RPeak[] {
    const out: RPeak[] = [];
    for (; this.#next < this.#peaks.length; this.#next++) {
      const at = Math.round(this.#peaks[this.#next] * GRID_RATE);
      if (at >= end) break;
      out.push({
        kind: 'r-peak',
        index: rPeakNear(this.#ecg, MASK, at),
        decidedAt: Math.min(at + DELAY, this.#end - 1),
        logOdds: Number.POSITIVE_INFINITY,
        noise: this.#noise,
      });
    }
    return out;
  }
}
