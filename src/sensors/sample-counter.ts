import { clamp } from '../dsp/clamp.ts';
import { MAX_RATE_ERROR, type Mark, RateMeter } from '../dsp/rate-meter.ts';

/** A time stamp back by less is a frame that came late or twice; back by more, a clock that was set. */
const LATE_SECONDS = 2;
/** A time stamp that leaps ahead of the arrivals by more is a clock that was set. */
const QUEUE_SECONDS = 10;

/** Where the samples of a frame lie. */
export interface Place {
  /** Changes when the sensor's clock was set or began anew: what is missing there, time stamps cannot tell. */
  readonly session: number;
  readonly index: number;
}

/**
 * Counts the samples of a sensor that sends time stamps and no index: what is missing between two frames is what
 * their time stamps have room for. For that the true rate is needed, and is estimated from the time stamps
 * themselves. Until it is known, what is missing is taken to be whole frames.
 *
 * Where not even half a frame is missing nothing is: samples are lost by the frame.
 */
export class SampleCounter {
  readonly #nominalRate: number;
  #session = 1;
  #last: (Mark & { readonly receivedAtMs: number }) | undefined;
  #meter = new RateMeter({ index: 0, time: 0 });
  /** Samples a second on the sensor's clock. */
  #rate: number;
  #rateIsKnown = false;

  constructor(nominalRate: number) {
    this.#nominalRate = nominalRate;
    this.#rate = nominalRate;
  }

  /** Samples a second on the sensor's own clock, as far as known. */
  get rate(): number {
    return this.#rate;
  }

  /**
   * Counts on to a time stamp.
   *
   * @param time of the sample that the sensor stamps, seconds
   * @param step samples from the one stamped before to this one, where none is missing
   * @returns place of the sample that is stamped
   */
  count(time: number, step: number, receivedAtMs: number): Place {
    const last = this.#last;
    if (last === undefined) return this.#begin(time, receivedAtMs);
    const elapsed = time - last.time;
    const waited = (receivedAtMs - last.receivedAtMs) / 1_000;
    if (elapsed < -LATE_SECONDS || elapsed > Math.max(0, waited) + QUEUE_SECONDS) {
      this.#session++;
      return this.#begin(time, receivedAtMs);
    }
    if (elapsed < step / this.#rate / 2) {
      return { session: this.#session, index: last.index + Math.round(elapsed * this.#rate) };
    }
    const index = last.index + step + this.#missing(elapsed, step);
    this.#last = { index, time, receivedAtMs };
    this.#learnRate({ index, time });
    return { session: this.#session, index };
  }

  #begin(time: number, receivedAtMs: number): Place {
    this.#last = { index: 0, time, receivedAtMs };
    this.#meter = new RateMeter(this.#last);
    return { session: this.#session, index: 0 };
  }

  #missing(elapsed: number, step: number): number {
    const missing = elapsed * this.#rate - step;
    if (missing < step / 2) return 0;
    const wholeFrames = Math.round(missing / step) * step;
    // A coarse clock may be a sample off; frames are not.
    return !this.#rateIsKnown || Math.abs(missing - wholeFrames) < 1.5 ? wholeFrames : Math.round(missing);
  }

  #learnRate(mark: Mark): void {
    const rate = this.#meter.rateAt(mark);
    if (rate !== undefined) {
      const [least, most] = [1 - MAX_RATE_ERROR, 1 + MAX_RATE_ERROR].map(
        (share) => share * this.#nominalRate,
      );
      this.#rate = clamp(rate, least, most);
      this.#rateIsKnown = true;
    }
    this.#meter.see(mark);
  }
}
