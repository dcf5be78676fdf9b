import type { OutputItem } from './output-item.ts';

/**
 * Tells when an item happened, in seconds since the stream began.
 *
 * Signal, gaps and beats carry that time. What only carries its time of arrival (link, status, faults) is
 * placed by the last word of link or sensor before the first sample: a sensor is connected, read, subscribed to
 * and starts to stream within a fraction of a second. What came before the stream has time 0.
 */
export class StreamTime {
  #beganAtMs: number | undefined;
  #streaming = false;

  /** When the stream began, Unix time in milliseconds; undefined while nothing is known. */
  get beganAtMs(): number | undefined {
    return this.#beganAtMs;
  }

  of(item: OutputItem): number {
    if ('time' in item) {
      this.#streaming = true;
      return item.time;
    }
    if ('verdict' in item) return item.verdict.beat.time;
    if ('beat' in item) return item.beat.time;
    const introduces = item.kind === 'link' || item.kind === 'sensor-info';
    if (this.#beganAtMs === undefined || (introduces && !this.#streaming))
      this.#beganAtMs = item.receivedAtMs;
    return Math.max(0, (item.receivedAtMs - this.#beganAtMs) / 1000);
  }
}
