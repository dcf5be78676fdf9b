/** What two seconds of signal are like, in chunks of 200 ms; all in millivolts. */
export interface Texture {
  /** Mean |slope| over 20 ms of the second most active chunk: a QRS, where there is one every second. */
  readonly qrs: number;
  /** Mean |second difference|, and mean |slope|, of a chunk in the middle of the order: between the beats. */
  readonly roughness: number;
  readonly activity: number;
  /** Range of the chunks' means, and of the samples. */
  readonly wander: number;
  readonly range: number;
}

// Made by models/quality/fit.py, on DS1 with noise added and half of the handheld recordings of CinC 2017.
const WEIGHTS = { roughness: 3.03, activity: 2.18, wander: 3.07, range: -4.91, constant: 17.48 };
/** Nothing is taken to be less than this share of the QRS. */
const LEAST = 1e-3;

/** The parts of the log odds, each the logarithm of a measure over the QRS. */
export function noiseParts({ qrs, roughness, activity, wander, range }: Texture): number[] {
  const part = (measure: number) => Math.log(measure / (qrs + 1e-4) + LEAST);
  return [part(roughness), part(activity), part(wander), part(range)];
}

/**
 * The log odds that a signal is too noisy for a verdict, by how the QRS stands out: against muscle noise
 * (roughness), what lies between the beats (activity) and the baseline (wander). Every measure is taken over the
 * QRS, so that gain and electrode distance cancel out; that QRS slopes are steep for the range speaks for a heart.
 */
export function noiseLogOdds(texture: Texture): number {
  const [roughness, activity, wander, range] = noiseParts(texture);
  return (
    WEIGHTS.constant +
    WEIGHTS.roughness * roughness +
    WEIGHTS.activity * activity +
    WEIGHTS.wander * wander +
    WEIGHTS.range * range
  );
}
