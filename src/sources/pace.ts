import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { Observable } from 'rxjs';
import type { SourceItem } from './source.ts';

/** How fast stored notifications are played: 1 is real time, 50 fifty times as fast, `max` without any pause. */
export type Speed = number | 'max';

/** A longer silence in a recording is a clock that was set, or damage: nobody is made to wait for its end. */
const LONGEST_SILENCE_MS = 10 * 60_000;
/** After so much work without pause other things, such as a key press, get their turn. */
const TURN_MS = 15;

/**
 * Plays stored items at the pace of their arrival times. Speed decides when an item comes, never which or in
 * what order. The next item waits until the subscriber has dealt with the one before: a slow subscriber slows
 * the file down, and nothing piles up.
 *
 * @param batches opened anew by each subscription, and closed when it ends
 */
export function paced(
  batches: () => AsyncIterable<readonly SourceItem[]>,
  speed: Speed,
): Observable<SourceItem> {
  return new Observable((subscriber) => {
    const stop = new AbortController();
    const play = async () => {
      const metronome = new Metronome(speed);
      let turnEnds = performance.now() + TURN_MS;
      for await (const batch of batches()) {
        for (const item of batch) {
          const wait = metronome.waitFor(item.receivedAtMs);
          if (wait > 0 || performance.now() > turnEnds) {
            const { signal } = stop;
            await (wait > 0 ? sleep(wait, undefined, { signal }) : nextTurn(undefined, { signal }));
            turnEnds = performance.now() + TURN_MS;
          }
          if (subscriber.closed) return;
          subscriber.next(item);
        }
      }
    };
    play().then(
      () => subscriber.complete(),
      (error) => {
        if (!stop.signal.aborted) subscriber.error(error);
      },
    );
    return () => stop.abort();
  });
}

/** Tells how long to wait until an item is due. */
class Metronome {
  readonly #speed: Speed;
  #recordedMs = Number.NaN;
  #dueMs = 0;

  constructor(speed: Speed) {
    this.#speed = speed;
  }

  /** @returns milliseconds; 0 where the item is due, or late */
  waitFor(receivedAtMs: number): number {
    if (this.#speed === 'max') return 0;
    const now = performance.now();
    const silence = receivedAtMs - this.#recordedMs;
    this.#recordedMs = receivedAtMs;
    if (Number.isNaN(silence) || Math.abs(silence) > LONGEST_SILENCE_MS) {
      this.#dueMs = now;
      return 0;
    }
    this.#dueMs += silence / this.#speed;
    return Math.max(0, this.#dueMs - now);
  }
}
