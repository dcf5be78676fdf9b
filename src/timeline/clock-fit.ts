import { clamp } from '../dsp/clamp.ts';

/** Of each such stretch the sighting with the least lag is kept. */
const STRETCH_SECONDS = 2;
/** Stretches that the fit looks back on (10 minutes). */
const MAX_STRETCHES = 300;

/** What can be expected of a sensor's clock. */
export interface ClockKind {
  /** Seconds a second by which it may differ from the gateway's. */
  readonly maxDrift: number;
  /** The drift is learnt once the sightings span this. */
  readonly baselineSeconds: number;
}

/** Two crystals do not drift apart faster than this. */
export const CRYSTAL: ClockKind = { maxDrift: 1e-3, baselineSeconds: 20 };
/** A count of samples that a front end takes at its own, nominal rate. */
export const SAMPLE_COUNT: ClockKind = { maxDrift: 0.06, baselineSeconds: 6 };

/** An arrival further off the line than this is no jitter: too early at once … */
const STEP_SECONDS = 0.5;
/** … too late when whole stretches are, so many in a row: a clock was set, or a queue has grown for good. */
const STEP_STRETCHES = 10;

/** An instant on the sensor's clock, and how much later on the gateway's clock it was heard of. */
interface Sighting {
  readonly device: number;
  readonly lag: number;
}

/** Lag as a function of device time: `lag` at `device`, changing by `drift` a second. */
interface Line extends Sighting {
  readonly drift: number;
}

/**
 * Maps the sensor's clock to the gateway's. Seen are device times and arrivals, and
 *
 *     arrival = device time × (1 + drift) + offset + latency
 *
 * where the latency has a floor that is met now and then, and a jitter of up to hundreds of milliseconds above
 * it. The line sought therefore lies below all sightings, and as close to them as it can: it is that edge of
 * their lower convex hull that spans their mean device time. Source: Moon, Skelly and Towsley, "Estimation and
 * removal of clock skew from network delay measurements", INFOCOM 1999.
 *
 * Only differences along the line are used, so that the unknown floor of the latency cancels out. The fit is
 * causal, and bounded in memory by its window.
 */
export class ClockFit {
  /** Where time is counted from: an instant on the sensor's clock, its lag, and the time that it maps to. */
  #origin: Sighting & { readonly time: number };
  #line: Line;
  /** One a stretch, by device time. */
  #sightings: Sighting[] = [];
  /** The least lag of the stretch at hand. */
  #least: Sighting;
  #lateStretches = 0;
  readonly #kind: ClockKind;

  /**
   * @param device seconds on the sensor's clock that map to `time`
   * @param arrival seconds on the gateway's clock when that was heard of
   * @param drift what is known of the drift
   */
  constructor(device: number, arrival: number, time: number, drift = 0, kind = CRYSTAL) {
    this.#kind = kind;
    this.#least = { device, lag: arrival - device };
    this.#origin = { ...this.#least, time };
    this.#line = { ...this.#least, drift };
  }

  /** Seconds a second by which the gateway's clock is faster. */
  get drift(): number {
    return this.#line.drift;
  }

  /** Time of an instant on the sensor's clock, seconds. */
  timeOf(device: number): number {
    const { time, device: originDevice, lag } = this.#origin;
    return time + (device - originDevice) + (lagOn(this.#line, device) - lag);
  }

  /** When an instant on the sensor's clock is heard of at the earliest, seconds on the gateway's clock. */
  arrivalOf(device: number): number {
    return device + lagOn(this.#line, device);
  }

  /** Takes a sighting: an instant on the sensor's clock, and its arrival on the gateway's, seconds. */
  see(device: number, arrival: number): void {
    const sighting = { device, lag: arrival - device };
    if (sighting.lag < lagOn(this.#line, device) - STEP_SECONDS) {
      this.restart(device, arrival);
    } else if (stretchOf(device) !== stretchOf(this.#least.device)) {
      this.#endStretch();
      this.#least = sighting;
    } else if (sighting.lag < this.#least.lag) {
      this.#least = sighting;
    }
  }

  /**
   * What was seen before tells nothing any more, as when a clock was set: forgets the offset, keeps the drift, and
   * lets time run on by the sensor's clock.
   */
  restart(device: number, arrival: number): void {
    const sighting = { device, lag: arrival - device };
    this.#origin = { ...sighting, time: this.timeOf(device) };
    this.#line = { ...sighting, drift: this.#line.drift };
    this.#sightings = [];
    this.#least = sighting;
    this.#lateStretches = 0;
  }

  #endStretch(): void {
    const least = this.#least;
    const isLate = least.lag > lagOn(this.#line, least.device) + STEP_SECONDS;
    this.#lateStretches = isLate ? this.#lateStretches + 1 : 0;
    if (this.#lateStretches >= STEP_STRETCHES) {
      this.restart(least.device, least.device + least.lag);
      return;
    }
    const newest = this.#sightings.at(-1);
    if (newest !== undefined && least.device <= newest.device) return;
    this.#sightings.push(least);
    if (this.#sightings.length > MAX_STRETCHES) this.#sightings.shift();
    this.#line = lineBelow(this.#sightings, this.#line.drift, this.#kind);
    // As long as the window reaches back to the origin, its lag becomes better known too.
    if (this.#origin.device >= this.#sightings[0].device - STRETCH_SECONDS) {
      this.#origin = { ...this.#origin, lag: lagOn(this.#line, this.#origin.device) };
    }
  }
}

function stretchOf(device: number): number {
  return Math.floor(device / STRETCH_SECONDS);
}

function lagOn(line: Line, device: number): number {
  return line.lag + line.drift * (device - line.device);
}

/**
 * The line below all sightings that is closest to them.
 * @param sightings at least one, by ascending device time
 * @param drift the drift to go by while they span too little
 */
function lineBelow(
  sightings: readonly Sighting[],
  drift: number,
  { maxDrift, baselineSeconds }: ClockKind,
): Line {
  const newest = sightings[sightings.length - 1];
  const learnt = newest.device - sightings[0].device < baselineSeconds ? drift : hullDrift(sightings);
  const bounded = clamp(learnt, -maxDrift, maxDrift);
  let lag = newest.lag;
  for (const s of sightings) lag = Math.min(lag, s.lag + bounded * (newest.device - s.device));
  return { device: newest.device, lag, drift: bounded };
}

/** Slope of the lower convex hull over the mean device time. */
function hullDrift(sightings: readonly Sighting[]): number {
  const hull: Sighting[] = [];
  let sum = 0;
  for (const s of sightings) {
    while (
      hull.length >= 2 &&
      slope(hull[hull.length - 2], hull[hull.length - 1]) >= slope(hull[hull.length - 1], s)
    ) {
      hull.pop();
    }
    hull.push(s);
    sum += s.device;
  }
  const mean = sum / sightings.length;
  const right = hull.findIndex((s) => s.device >= mean);
  return slope(hull[right - 1], hull[right]);
}

function slope(from: Sighting, to: Sighting): number {
  return (to.lag - from.lag) / (to.device - from.device);
}
