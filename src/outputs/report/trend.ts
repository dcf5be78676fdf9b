import { type BeatClass, CLASSES } from '../../classify/verdict.ts';
import { GRID_RATE } from '../../timeline/span.ts';
import { HeartRate } from '../heart-rate.ts';
import type { OutputItem } from '../output-item.ts';

/** What happened in one stretch of the stream. */
export interface Bin {
  /** Heart rate, beats a minute; sum and count make its mean. */
  lowest: number;
  highest: number;
  rateSum: number;
  rateCount: number;
  beats: Record<BeatClass | 'Q', number>;
  /** Seconds that are missing, and seconds that cannot be judged. */
  gap: number;
  flawed: number;
}

const MOST_BINS = 360;
const FIRST_WIDTH = 5;

/**
 * The course of a stream in at most 360 bins: when they are full, two and two become one of twice the width, so
 * that a minute and a month take the same memory.
 */
export class Trend {
  /** Seconds a bin. */
  width = FIRST_WIDTH;
  readonly bins: Bin[] = [];
  readonly #heartRate = new HeartRate();

  take(item: OutputItem): void {
    switch (item.kind) {
      case 'signal':
        this.#spread(item.time, item.ecg.length / GRID_RATE, item.flaw ? 'flawed' : undefined);
        break;
      case 'gap':
        this.#spread(item.time, item.duration, 'gap');
        break;
      case 'explained': {
        const { verdict } = item;
        const bin = this.#at(verdict.beat.time);
        bin.beats[verdict.class]++;
        const rate = this.#heartRate.take(verdict);
        if (rate === undefined) return;
        bin.lowest = Math.min(bin.lowest, rate);
        bin.highest = Math.max(bin.highest, rate);
        bin.rateSum += rate;
        bin.rateCount++;
      }
    }
  }

  /** Counts a stretch in every bin that it touches, and makes those bins. */
  #spread(time: number, duration: number, as: 'gap' | 'flawed' | undefined): void {
    const end = time + duration;
    this.#at(Math.max(0, end - 1e-6)); // first of all, since the width may change here
    if (as === undefined) return;
    for (let n = Math.floor(Math.max(0, time) / this.width); n < this.bins.length; n++) {
      const from = n * this.width;
      this.bins[n][as] += Math.max(0, Math.min(end, from + this.width) - Math.max(time, from));
    }
  }

  #at(time: number): Bin {
    while (Math.floor(time / this.width) >= MOST_BINS) this.#halve();
    const wanted = Math.max(0, Math.floor(time / this.width));
    while (this.bins.length <= wanted) this.bins.push(emptyBin());
    return this.bins[wanted];
  }

  #halve(): void {
    const { bins } = this;
    for (let n = 0; 2 * n < bins.length; n++) {
      bins[n] = bins[2 * n];
      if (2 * n + 1 < bins.length) add(bins[n], bins[2 * n + 1]);
    }
    bins.length = Math.ceil(bins.length / 2);
    this.width *= 2;
  }
}

function emptyBin(): Bin {
  return {
    lowest: Number.POSITIVE_INFINITY,
    highest: Number.NEGATIVE_INFINITY,
    rateSum: 0,
    rateCount: 0,
    beats: { N: 0, S: 0, V: 0, F: 0, Q: 0 },
    gap: 0,
    flawed: 0,
  };
}

function add(to: Bin, other: Bin): void {
  to.lowest = Math.min(to.lowest, other.lowest);
  to.highest = Math.max(to.highest, other.highest);
  to.rateSum += other.rateSum;
  to.rateCount += other.rateCount;
  for (const name of [...CLASSES, 'Q'] as const) to.beats[name] += other.beats[name];
  to.gap += other.gap;
  to.flawed += other.flawed;
}
