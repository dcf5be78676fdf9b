import { clamp } from '../dsp/clamp.ts';
import type { RPeak } from './beat.ts';

// Made by models/quality/fit.py, on DS1 with noise added.
const WEIGHTS = { noise: 0.09, logOdds: -0.52, constant: -0.38 };
/** Log odds beyond these tell nothing more. */
const NOISE_RANGE = [-10, 10] as const;
const LOG_ODDS_RANGE = [-3, 20] as const;
/** Doubt from which a beat is refused a verdict: `npm run quality` prints what other thresholds would do. */
export const DOUBTED_FROM = -1;

/** What the doubt is made of: how noisy the two seconds were, and how sure it is that the peak is a QRS. */
export function doubtParts({ noise, logOdds }: Pick<RPeak, 'noise' | 'logOdds'>): [number, number] {
  return [clamp(noise, ...NOISE_RANGE), clamp(logOdds, ...LOG_ODDS_RANGE)];
}

/**
 * The log odds that noise spoils what would be said of a beat: that it is none, or gets another class than it had
 * without noise. Noise alone says little of that, since most beats survive it; a peak that the detector was not
 * sure of says more.
 */
export function doubt(peak: Pick<RPeak, 'noise' | 'logOdds'>): number {
  const [noise, logOdds] = doubtParts(peak);
  return WEIGHTS.noise * noise + WEIGHTS.logOdds * logOdds + WEIGHTS.constant;
}
