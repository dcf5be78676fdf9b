import type { Block } from '../sensors/sensor.ts';

/** Link losses whose samples may still be missing; more, and the oldest is forgotten. */
const MAX_LOSSES = 64;

/** Remembers which samples were taken while the link was lost, so that a gap can be told its cause. */
export class LinkLosses {
  #session: number | undefined;
  /** Index after the newest sample that was sent when it was taken. */
  #newest = 0;
  #isLost = false;
  #losses: { readonly from: number; readonly to: number }[] = [];

  /** The link was lost. */
  lose(): void {
    this.#isLost = true;
  }

  /** Hears a block as it arrives, which may be long before its turn. */
  hear({ session, firstIndex, samples, backfill }: Block): void {
    if (backfill) return;
    if (session !== this.#session) {
      this.#losses = [];
    } else if (this.#isLost) {
      this.#losses.push({ from: this.#newest, to: firstIndex });
      if (this.#losses.length > MAX_LOSSES) this.#losses.shift();
    }
    this.#session = session;
    this.#isLost = false;
    this.#newest = firstIndex + samples.length;
  }

  /** Whether some of these samples of the session at hand were taken while the link was lost. */
  cover(from: number, to: number): boolean {
    return this.#losses.some((loss) => loss.from < to && from < loss.to);
  }
}
