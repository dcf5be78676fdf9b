import type { Verdict } from '../classify/verdict.ts';

/** RR intervals that make one heart rate. */
const INTERVALS = 8;

/**
 * The heart rate as a monitor shows it: over the last eight RR intervals, the shortest and the longest left
 * out, so that one early beat and the pause after it do not define it, while bigeminy still counts both its
 * intervals. An unclassifiable beat or a gap starts it anew.
 */
export class HeartRate {
  readonly #intervals: number[] = [];

  /** Takes a beat; returns beats a minute, or undefined while too few intervals are known. */
  take(verdict: Verdict): number | undefined {
    const { rrBefore } = verdict.beat;
    if (rrBefore === undefined || verdict.class === 'Q') {
      this.#intervals.length = 0;
      return undefined;
    }
    this.#intervals.push(rrBefore);
    if (this.#intervals.length > INTERVALS) this.#intervals.shift();
    if (this.#intervals.length < INTERVALS) return undefined;
    const kept = [...this.#intervals].sort((a, b) => a - b).slice(1, -1);
    return (60 * kept.length) / kept.reduce((sum, interval) => sum + interval, 0);
  }
}
