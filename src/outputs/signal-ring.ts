import type { QualityFlaw } from '../signal/signal.ts';

/** What a sample of the strip is: sound, flawed, missing, or outside of what is kept. */
export type SampleState = QualityFlaw | 'gap' | 'sound' | 'unknown';

/** The newest samples of the stream by grid index, gaps included. */
export class SignalRing {
  readonly capacity: number;
  /** Grid index after the newest sample. */
  end = 0;
  #begin: number | undefined;
  readonly #millivolts: Float32Array;
  readonly #states: SampleState[];

  /** @param capacity samples kept */
  constructor(capacity: number) {
    this.capacity = capacity;
    this.#millivolts = new Float32Array(capacity);
    this.#states = new Array(capacity).fill('unknown');
  }

  push(start: number, millivolts: Float32Array, flaw: QualityFlaw | undefined): void {
    this.#extend(start, millivolts.length, flaw ?? 'sound', (offset) => millivolts[offset]);
  }

  pushGap(start: number, length: number): void {
    this.#extend(start, length, 'gap', () => Number.NaN);
  }

  /** Millivolts of a sample; NaN where there is none. */
  at(index: number): number {
    return this.#holds(index) ? this.#millivolts[index % this.capacity] : Number.NaN;
  }

  stateAt(index: number): SampleState {
    return this.#holds(index) ? this.#states[index % this.capacity] : 'unknown';
  }

  #extend(start: number, length: number, state: SampleState, value: (offset: number) => number): void {
    this.#begin ??= start;
    this.end = start + length;
    // Of a run longer than the ring (a gap of hours), only its end can be seen.
    for (let offset = Math.max(0, length - this.capacity); offset < length; offset++) {
      const slot = (start + offset) % this.capacity;
      this.#millivolts[slot] = value(offset);
      this.#states[slot] = state;
    }
  }

  #holds(index: number): boolean {
    return (
      this.#begin !== undefined &&
      index >= Math.max(this.#begin, this.end - this.capacity) &&
      index < this.end
    );
  }
}
