import { MAX_RATE_ERROR } from '../dsp/rate-meter.ts';
import type { Block } from '../sensors/sensor.ts';

/** Blocks that may wait for a late one; when there are more, what is missing is lost. */
const MAX_HELD = 4;
/** Blocks that may wait while the sensor sends what it was asked for: some minutes, live and backfilled. */
const MAX_HELD_FOR_BACKFILL = 1_024;
/** Nothing waits longer than this: a sensor that promises and does not send must not stop the stream. */
const HORIZON_MS = 60_000;
/** A block further than this from where it could be is a stray: the sensor counts anew, or it is nonsense. */
const STRAY_SECONDS = 10;
/** So many of those in a row, and the sensor is believed. */
const STRAYS_BELIEVED = 4;

/** The stream that a block belongs to: indices of different streams cannot be compared. */
type Stream = Pick<Block, 'session' | 'rate'>;

/**
 * Puts blocks in order and drops what came before. A block that continues the stream passes at once; one that
 * leaves a hole waits, with at most three others, for the hole to be filled; while the sensor sends backfill as
 * many wait as that takes, within a bound. Single blocks that cannot belong where they say are dropped.
 *
 * What comes out of one stream (session and rate) has ascending indices and no overlap. An index that goes back
 * is a new stream, although the sensor did not say so.
 */
export class Reorderer {
  #stream: Stream | undefined;
  #streamBefore: Stream | undefined;
  /** Index of the sample that continues the stream. */
  #next = 0;
  /** When the newest of what passed had arrived. */
  #passedAtMs = 0;
  /** Blocks beyond a hole, by index. */
  readonly #held: Block[] = [];
  /** Blocks that may wait as things stand. */
  #patience = MAX_HELD;
  #backfilling = false;
  /** When the oldest of those that wait had arrived. */
  #waitingSinceMs = 0;
  #strays = 0;
  /** Something was sent before that can still come: not so after the end of a link. */
  #mayBeLate = false;

  push(block: Block): Block[] {
    const stream = this.#stream;
    if (stream === undefined) return this.#begin(block);
    if (block.backfill && !(isOf(block, stream) && endOf(block) > this.#next)) return [];
    if (this.#isStray(block, stream)) {
      this.#strays++;
      return this.#strays < STRAYS_BELIEVED ? [] : [...this.flush(), ...this.#begin(block)];
    }
    this.#strays = 0;
    if (!isOf(block, stream)) return [...this.flush(), ...this.#begin(block)];

    if (block.firstIndex > this.#next && this.#mayBeLate) {
      this.#hold(block);
      const overdue = block.receivedAtMs - this.#waitingSinceMs > HORIZON_MS;
      return overdue || this.#held.length > this.#patience ? this.#release(1) : [];
    }
    this.#mayBeLate = true;
    return [...this.#pass(block), ...this.#release(0)];
  }

  /** The sensor sends what it was asked for, or has sent it: there may be more to ask for, of what waits. */
  backfill(state: 'coming' | 'ended'): void {
    this.#backfilling = state === 'coming';
    this.#patience = this.#backfilling ? MAX_HELD_FOR_BACKFILL : this.#held.length + MAX_HELD;
  }

  /** After the end of a link nothing that was sent before can come late, unless the sensor can be asked for it. */
  linkLost(resends: boolean): Block[] {
    if (!resends) return this.flush();
    this.backfill('ended');
    return [];
  }

  /** Gives up every hole. */
  flush(): Block[] {
    const released = this.#release(this.#held.length);
    this.#mayBeLate = false;
    return released;
  }

  #begin(block: Block): Block[] {
    this.#streamBefore = this.#stream;
    this.#stream = { session: block.session, rate: block.rate };
    this.#next = endOf(block);
    this.#passedAtMs = block.receivedAtMs;
    this.#strays = 0;
    this.#mayBeLate = true;
    return [block];
  }

  #isStray(block: Block, stream: Stream): boolean {
    if (isOf(block, stream)) {
      const ahead = (block.firstIndex - this.#next) / block.rate;
      const waited = Math.max(0, block.receivedAtMs - this.#passedAtMs) / 1_000;
      return ahead < -STRAY_SECONDS || ahead > waited * (1 + MAX_RATE_ERROR) + STRAY_SECONDS;
    }
    return this.#streamBefore !== undefined && isOf(block, this.#streamBefore);
  }

  #hold(block: Block): void {
    if (this.#held.length === 0) this.#waitingSinceMs = block.receivedAtMs;
    const at = this.#held.findIndex((other) => other.firstIndex >= block.firstIndex);
    if (at === -1) this.#held.push(block);
    else if (this.#held[at].firstIndex > block.firstIndex) this.#held.splice(at, 0, block);
  }

  /** Lets go of held blocks: `holes` that stand before a hole, and all that continue the stream. */
  #release(holes: number): Block[] {
    let left = holes;
    let count = 0;
    const released: Block[] = [];
    for (; count < this.#held.length; count++) {
      if (this.#held[count].firstIndex > this.#next && left-- <= 0) break;
      released.push(...this.#pass(this.#held[count]));
    }
    this.#held.splice(0, count);
    if (count > 0) this.#waitingSinceMs = this.#passedAtMs;
    if (!this.#backfilling) this.#patience = Math.min(this.#patience, this.#held.length + MAX_HELD);
    return released;
  }

  /** The block without what was passed before. */
  #pass(block: Block): Block[] {
    const known = Math.max(0, this.#next - block.firstIndex);
    if (known >= block.samples.length) return [];
    this.#next = endOf(block);
    if (!block.backfill) this.#passedAtMs = block.receivedAtMs;
    return [known === 0 ? block : withoutFirst(block, known)];
  }
}

function isOf(block: Block, stream: Stream): boolean {
  return block.session === stream.session && block.rate === stream.rate;
}

function endOf(block: Block): number {
  return block.firstIndex + block.samples.length;
}

function withoutFirst(block: Block, count: number): Block {
  return {
    ...block,
    firstIndex: block.firstIndex + count,
    deviceTime: block.deviceTime === undefined ? undefined : block.deviceTime + count / block.rate,
    samples: block.samples.subarray(count),
    discontinuity: false,
  };
}
