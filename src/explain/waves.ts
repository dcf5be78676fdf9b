import { type Beat, ECG_BEFORE } from '../beats/beat.ts';
import { GRID_RATE } from '../timeline/span.ts';
import type { Wave } from './explanation.ts';

/** Where the waves of a beat lie, seconds relative to its R peak, in this order. */
export interface WaveBounds {
  /** Start of the zone where a P wave would lie; it ends where the QRS begins. */
  readonly pOnset: number;
  readonly qrsOnset: number;
  readonly qrsOffset: number;
  /** End of ST segment and T wave, which begin where the QRS ends. */
  readonly tOffset: number;
}

/** A P wave begins at most this long before the QRS (95 % of LUDB's, seconds). */
const P_TO_QRS = 0.22;
/** A T wave ends at most this long after the R peak (95 % of LUDB's): in seconds, and of the RR interval. */
const R_TO_T_END = 0.45;
const R_TO_T_END_OF_RR = 0.55;

// The QRS is where the signal is steep. Chosen by eye and error on LUDB (lead II) and on QRS widths of MIT-BIH beats of both sets.
/** Steepness that belongs to no other wave, as a fraction of the steepest. */
const CORE = 0.3;
/** Steepness down to which the QRS reaches out from its core. */
const EDGE = 0.12;
/** Flat stretches up to this long (samples, 16 ms) do not end the QRS: the top of an R, a notch. */
const NOTCH = 4;
/** The foot of the QRS is flatter than EDGE; it lies this far out (samples, 12 ms). */
const FOOT = 3;
/** The core lies within this many samples (100 ms) of the R peak. */
const CORE_REACH = 25;
/** The QRS ends within this many samples (140 and 180 ms) of the R peak. */
const REACH_BEFORE = 35;
const REACH_AFTER = 45;

/** Finds the QRS by the slope of the signal, and from it the zones where P wave and ST-T must lie. */
export function delineate(beat: Pick<Beat, 'ecg' | 'rrBefore' | 'rrAfter'>): WaveBounds {
  const steepness = slope(beat.ecg);
  let steepest = 0;
  for (let i = ECG_BEFORE - CORE_REACH; i <= ECG_BEFORE + CORE_REACH; i++) {
    steepest = Math.max(steepest, steepness[i]);
  }
  const steeper = (than: number) => (i: number) => steepness[i] >= than * steepest;

  let onset = reach(ECG_BEFORE, -1, CORE_REACH, CORE_REACH, steeper(CORE));
  onset = reach(onset, -1, onset - (ECG_BEFORE - REACH_BEFORE), NOTCH, steeper(EDGE)) - FOOT;
  let offset = reach(ECG_BEFORE, 1, CORE_REACH, CORE_REACH, steeper(CORE));
  offset = reach(offset, 1, ECG_BEFORE + REACH_AFTER - offset, NOTCH, steeper(EDGE)) + FOOT;

  const qrsOnset = (onset - ECG_BEFORE) / GRID_RATE;
  const qrsOffset = (offset - ECG_BEFORE) / GRID_RATE;
  const previousT = beat.rrBefore === undefined ? -Infinity : tEnd(beat.rrBefore) - beat.rrBefore;
  return {
    pOnset: Math.min(qrsOnset, Math.max(qrsOnset - P_TO_QRS, previousT)),
    qrsOnset,
    qrsOffset,
    tOffset: Math.max(qrsOffset, beat.rrAfter === undefined ? R_TO_T_END : tEnd(beat.rrAfter)),
  };
}

/** End of the T wave after its R peak, seconds, at most. */
function tEnd(rr: number): number {
  return Math.min(R_TO_T_END, R_TO_T_END_OF_RR * rr);
}

/** Magnitude of the slope, by a least-squares line over five samples; its unit does not matter here. */
function slope(ecg: Float32Array): Float32Array {
  const steepness = new Float32Array(ecg.length);
  for (let i = 2; i + 2 < ecg.length; i++) {
    steepness[i] = Math.abs(2 * (ecg[i + 2] - ecg[i - 2]) + ecg[i + 1] - ecg[i - 1]);
  }
  return steepness;
}

/** The furthest sample from `from`, at most `limit` away, that holds with no break longer than `patience`. */
function reach(
  from: number,
  direction: 1 | -1,
  limit: number,
  patience: number,
  holds: (i: number) => boolean,
): number {
  let furthest = from;
  for (let away = 0; away <= limit; away++) {
    const i = from + direction * away;
    if (holds(i)) furthest = i;
    if (Math.abs(i - furthest) > patience) break;
  }
  return furthest;
}

/**
 * Share of relevance in each wave. A step that straddles a boundary is divided in proportion.
 * @param relevance one value a step, not negative
 * @param start centre of the first step, seconds relative to the R peak
 * @param step seconds
 * @returns shares that add up to 1; all zero when there is no relevance at all
 */
export function waveShares(
  relevance: Float32Array,
  start: number,
  step: number,
  bounds: WaveBounds,
): Record<Wave, number> {
  const zones: [Wave, number, number][] = [
    ['P', bounds.pOnset, bounds.qrsOnset],
    ['QRS', bounds.qrsOnset, bounds.qrsOffset],
    ['ST-T', bounds.qrsOffset, bounds.tOffset],
  ];
  const shares: Record<Wave, number> = { P: 0, QRS: 0, 'ST-T': 0, baseline: 0 };
  const total = relevance.reduce((sum, value) => sum + value, 0);
  if (total === 0) return shares;
  for (let n = 0; n < relevance.length; n++) {
    const left = start + (n - 0.5) * step;
    let outside = 1;
    for (const [wave, from, to] of zones) {
      const inside = Math.max(0, Math.min(left + step, to) - Math.max(left, from)) / step;
      shares[wave] += (inside * relevance[n]) / total;
      outside -= inside;
    }
    shares.baseline += (Math.max(0, outside) * relevance[n]) / total;
  }
  return shares;
}
