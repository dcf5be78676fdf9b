import type { Alert } from '../../alerts/alert.ts';
import { type BeatClass, CLASSES } from '../../classify/verdict.ts';
import { GRID_RATE } from '../../timeline/span.ts';
import { type MarkedBeat, marked } from '../marked-beat.ts';
import type { OutputItem } from '../output-item.ts';
import { SignalRing } from '../signal-ring.ts';

/** Alerts that the report keeps however many there are: the newest, and those of the highest probability a class. */
export const NEWEST = 100;
export const SURESTS = 30;

/** What surrounds the beat in its picture, seconds: enough to see whether it is early, and the pause after it. */
export const BEFORE = 2.4;
export const AFTER = 1.6;
/** When the beats after it were judged too, seconds after the R peak. */
const COMPLETE_AFTER = 4;
const KEPT_SECONDS = 20;

/** An alert with the ECG and the beats around it. */
export interface KeptAlert {
  readonly alert: Alert;
  /** Millivolts on the gateway's grid from BEFORE to AFTER the R peak, NaN where there is no signal. */
  readonly ecg: Float32Array;
  readonly beats: readonly MarkedBeat[];
}

/** Keeps the alerts of a stream that are worth a picture, in memory that does not grow with it. */
export class KeptAlerts {
  readonly #signal = new SignalRing(KEPT_SECONDS * GRID_RATE);
  readonly #beats: MarkedBeat[] = [];
  /** Alerts whose surroundings are not complete yet. */
  #waiting: Alert[] = [];
  readonly #newest: KeptAlert[] = [];
  /** By class, surest first. */
  readonly #surest = new Map<string, KeptAlert[]>();

  take(item: OutputItem): void {
    switch (item.kind) {
      case 'signal':
        this.#signal.push(item.start, item.ecg, item.flaw);
        this.#settle(COMPLETE_AFTER);
        break;
      case 'gap':
        this.#signal.pushGap(item.start, item.length);
        this.#settle(COMPLETE_AFTER);
        break;
      case 'explained':
        this.#beats.push(marked(item.verdict));
        while (this.#beats[0].index < this.#signal.end - this.#signal.capacity) this.#beats.shift();
        break;
      case 'alert':
        this.#waiting.push(item);
    }
  }

  /** The alerts kept so far, in the order of time. */
  kept(): KeptAlert[] {
    const waiting = this.#waiting.map((alert) => this.#inContext(alert));
    const all = new Set([...this.#newest, ...[...this.#surest.values()].flat(), ...waiting]);
    return [...all].sort((a, b) => a.alert.verdict.beat.index - b.alert.verdict.beat.index);
  }

  #settle(after: number): void {
    const ripe = this.#signal.end - after * GRID_RATE;
    while (this.#waiting.length > 0 && this.#waiting[0].verdict.beat.index <= ripe) {
      this.#keep(this.#inContext(this.#waiting[0]));
      this.#waiting = this.#waiting.slice(1);
    }
  }

  #keep(kept: KeptAlert): void {
    this.#newest.push(kept);
    if (this.#newest.length > NEWEST) this.#newest.shift();
    const name = kept.alert.verdict.class;
    const surest = this.#surest.get(name) ?? [];
    surest.push(kept);
    surest.sort((a, b) => probability(b.alert) - probability(a.alert));
    surest.length = Math.min(surest.length, SURESTS);
    this.#surest.set(name, surest);
  }

  #inContext(alert: Alert): KeptAlert {
    const { index } = alert.verdict.beat;
    const from = index - BEFORE * GRID_RATE;
    const to = index + AFTER * GRID_RATE;
    return {
      alert,
      ecg: Float32Array.from({ length: to - from + 1 }, (_, i) => this.#signal.at(from + i)),
      beats: this.#beats.filter((beat) => beat.index >= from && beat.index <= to),
    };
  }
}

/** Probability of the alert's own class. */
export function probability({ verdict }: Alert): number {
  return verdict.probabilities[CLASSES.indexOf(verdict.class as BeatClass)];
}
