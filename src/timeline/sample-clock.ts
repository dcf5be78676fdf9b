import { MAX_RATE_ERROR, type Mark, RateMeter } from '../dsp/rate-meter.ts';
import type { Block } from '../sensors/sensor.ts';

/** Within this the sensor's clock and its sample count agree: it covers clocks that tick in milliseconds. */
const TOLERANCE_SECONDS = 1e-3;
/** A clock that is off by more than this has jumped, beyond what the error of the sample clock explains. */
const JUMP_SECONDS = 1;
/** Samples cannot have been missing for longer than the time since the last block, and what queues delay. */
const QUEUE_SECONDS = 10;
/** A measured rate that differs by this from the one that is gone by takes its place. */
const RATE_TOLERANCE = 1e-3;

/**
 * When each sample of a stream was taken: seconds on the sensor's own clock since the first one. The sample count
 * is exact but its rate is nominal; the clock is coarse. So time follows the count and is pulled along only as far
 * as the clock demands: a perfect sensor's samples lie exactly 1 / rate apart, whatever its ticks are. A sensor
 * that sends no time has no other clock than its count.
 */
export class SampleClock {
  #pace: number;
  #anchorIndex: number;
  #anchorTime = 0;
  /** The sensor's clock at time 0, as if it had never jumped. */
  #zero: number;
  #heardAtMs: number;
  #heardIndex: number;
  #meter: RateMeter;

  constructor(first: Block) {
    this.#pace = first.rate;
    this.#anchorIndex = first.firstIndex;
    this.#zero = clockOf(first);
    this.#meter = new RateMeter({ index: first.firstIndex, time: 0 });
    this.#heardAtMs = first.receivedAtMs;
    this.#heardIndex = first.firstIndex;
  }

  /** Samples a second on the sensor's clock: the nominal rate until it was measured. */
  get rate(): number {
    const heard = { index: this.#heardIndex, time: this.timeOf(this.#heardIndex) };
    return this.#meter.rateAt(heard) ?? this.#pace;
  }

  /** Samples a second that the count goes by: it stays what it is while the rate does not leave it. */
  get pace(): number {
    return this.#pace;
  }

  /** When the sample with this index was taken, seconds. */
  timeOf(index: number): number {
    return this.#anchorTime + (index - this.#anchorIndex) / this.#pace;
  }

  /**
   * Hears the next block.
   * @returns seconds of signal that the sensor lost before it without counting the samples
   */
  hear(block: Block): number {
    const counted = (block.firstIndex - this.#heardIndex) / this.#pace;
    const waited = (block.receivedAtMs - this.#heardAtMs) / 1_000;
    this.#heardIndex = block.firstIndex;
    this.#heardAtMs = block.receivedAtMs;

    const expected = this.timeOf(block.firstIndex);
    const ahead = clockOf(block) - this.#zero - expected;
    if (block.discontinuity && ahead > 0 && ahead < waited + QUEUE_SECONDS) {
      this.#moveTo(block.firstIndex, expected + ahead);
      this.#meter = new RateMeter({ index: block.firstIndex, time: expected + ahead });
      return ahead;
    }
    if (Math.abs(ahead) > JUMP_SECONDS + MAX_RATE_ERROR * counted) {
      this.#zero += ahead;
    } else if (Math.abs(ahead) > TOLERANCE_SECONDS) {
      this.#moveTo(block.firstIndex, expected + ahead - Math.sign(ahead) * TOLERANCE_SECONDS);
    }
    this.#measure({ index: block.firstIndex, time: this.timeOf(block.firstIndex) });
    return 0;
  }

  #measure(mark: Mark): void {
    if (Math.abs(this.rate / this.#pace - 1) > RATE_TOLERANCE) {
      this.#moveTo(mark.index, mark.time);
      this.#pace = this.rate;
    }
    this.#meter.see(mark);
  }

  #moveTo(index: number, time: number): void {
    this.#anchorIndex = index;
    this.#anchorTime = time;
  }
}

function clockOf(block: Block): number {
  return block.deviceTime ?? block.firstIndex / block.rate;
}
