import { clamp } from '../dsp/clamp.ts';
import { Recent } from '../dsp/recent.ts';

const HORIZONS = [5, 80, 400] as const;
const LONGEST = 400;
/** The running mean that words such as "early" refer to, and that the latest intervals are compared with. */
const USUAL = HORIZONS.indexOf(80);
/** Of the last 80 intervals: where ectopic beats are many, no mean is normal, but the upper quartile may be. */
const PERCENTILES = [25, 75, 90] as const;
const PERCENTILES_OF = 80;
/** Intervals before this one that the model sees one by one. */
const LATEST = 8;
/** Intervals whose irregularity is measured: in atrial fibrillation early is usual. */
const IRREGULARITY_OF = 17;
/** Each feature is bounded: a factor of 3.3 either way says all there is to say. */
const BOUND = 1.2;

const comparisons = [...HORIZONS.map((n) => `mean-${n}`), ...PERCENTILES.map((p) => `percentile-${p}`)];

/** Names of the rhythm inputs, in order. Intervals are compared as logarithms of their ratio. */
export const RHYTHM_FEATURES: readonly string[] = [
  ...comparisons.map((usual) => `ln rr-before / ${usual}`),
  ...comparisons.map((usual) => `ln rr-after / ${usual}`),
  ...Array.from({ length: LATEST }, (_, back) => `ln rr-before-${back + 1} / mean-80`),
  'median change of ln rr',
  'mean change of ln rr',
  'deviation of ln rr',
];

/**
 * The patient's RR intervals, as the model sees them: bounded memory, and a cost that does not grow. Ratios to
 * running means follow Farag 2023 and others; as logarithms the usual rhythm is 0 and contributes nothing.
 */
export class Rhythm {
  /** Seconds, and their logarithms: rings. */
  readonly #intervals = new Float64Array(LONGEST);
  readonly #logarithms = new Float64Array(LONGEST);
  readonly #sums = new Float64Array(HORIZONS.length);
  readonly #recent = new Recent(PERCENTILES_OF);
  #count = 0;

  push(rr: number): void {
    for (let h = 0; h < HORIZONS.length; h++) {
      this.#sums[h] += rr;
      if (this.#count >= HORIZONS[h]) this.#sums[h] -= this.#intervals[(this.#count - HORIZONS[h]) % LONGEST];
    }
    this.#intervals[this.#count % LONGEST] = rr;
    this.#logarithms[this.#count % LONGEST] = Math.log(rr);
    this.#recent.push(Math.log(rr));
    this.#count++;
    // Once round the ring the sums are made anew, so that rounding never adds up.
    if (this.#count % LONGEST === 0) this.#sum();
  }

  /** Mean of the last 80 intervals, seconds; undefined before the first. */
  get usual(): number | undefined {
    return this.#count === 0 ? undefined : this.#mean(USUAL);
  }

  /**
   * @param before @param after RR intervals of a beat, seconds; an unknown interval counts as usual
   * @returns in the order of RHYTHM_FEATURES; all zero until an interval is known
   */
  features(before: number | undefined, after: number | undefined): Float32Array {
    const out = new Float32Array(RHYTHM_FEATURES.length);
    if (this.#count === 0) return out;
    const usual = [
      ...HORIZONS.map((_, h) => Math.log(this.#mean(h))),
      ...PERCENTILES.map((percentile) => this.#recent.quantile(percentile / 100)),
    ];
    let next = 0;
    for (const interval of [before, after]) {
      for (const logarithm of usual) {
        if (interval !== undefined) out[next] = bounded(Math.log(interval) - logarithm);
        next++;
      }
    }
    for (let back = 1; back <= LATEST; back++) {
      if (back <= this.#count) out[next] = bounded(this.#back(back) - usual[USUAL]);
      next++;
    }
    out.set(this.#irregularity(), next);
    return out;
  }

  /** Logarithm of the interval so many before the one to come. */
  #back(by: number): number {
    return this.#logarithms[(this.#count - by) % LONGEST];
  }

  /** Median and mean magnitude of the change from beat to beat, and standard deviation, of the latest logarithms. */
  #irregularity(): number[] {
    const known = Math.min(this.#count, IRREGULARITY_OF);
    if (known < 2) return [0, 0, 0];
    const latest = Float64Array.from({ length: known }, (_, i) => this.#back(i + 1));
    const changes = Float64Array.from({ length: known - 1 }, (_, i) => Math.abs(latest[i] - latest[i + 1]));
    const centre = mean(latest);
    const deviation = Math.sqrt(mean(latest.map((value) => (value - centre) ** 2)));
    return [median(changes), mean(changes), deviation].map(bounded);
  }

  #mean(horizon: number): number {
    return this.#sums[horizon] / Math.min(this.#count, HORIZONS[horizon]);
  }

  #sum(): void {
    for (let h = 0; h < HORIZONS.length; h++) {
      let sum = 0;
      for (let back = 1; back <= HORIZONS[h]; back++) sum += this.#intervals[(this.#count - back) % LONGEST];
      this.#sums[h] = sum;
    }
  }
}

function bounded(value: number): number {
  return clamp(value, -BOUND, BOUND);
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function median(values: Float64Array): number {
  const sorted = values.toSorted();
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}
