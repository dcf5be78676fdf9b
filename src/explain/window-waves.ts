import { ECG_AFTER, ECG_BEFORE } from '../beats/beat.ts';
import { RHYTHM_RATE, RHYTHM_WINDOW } from '../classify/rhythm-window.ts';
import { GRID_RATE } from '../timeline/span.ts';
import type { Wave } from './explanation.ts';
import { delineate, type WaveBounds } from './waves.ts';

/** A beat in a window: its R peak, and its waves, all in seconds from the window's first sample. */
export interface WindowBeat extends WaveBounds {
  readonly peak: number;
}

/** The wave that each sample of a window belongs to. */
export interface WindowWaves {
  readonly beats: readonly WindowBeat[];
  /** One for each sample. */
  readonly waves: readonly Wave[];
}

/**
 * Finds the waves of every beat in the window of a rhythm model.
 * @param window the model's input
 * @param peaks R peaks in seconds from the window's first sample, ascending; those just outside help with the intervals
 */
export function windowWaves(window: Float32Array, peaks: readonly number[]): WindowWaves {
  const seconds = RHYTHM_WINDOW / RHYTHM_RATE;
  const beats = peaks.flatMap((peak, n): WindowBeat[] => {
    if (peak < 0 || peak >= seconds) return [];
    const bounds = delineate({
      ecg: aroundPeak(window, peak),
      rrBefore: n > 0 ? peak - peaks[n - 1] : undefined,
      rrAfter: n + 1 < peaks.length ? peaks[n + 1] - peak : undefined,
    });
    const { pOnset, qrsOnset, qrsOffset, tOffset } = bounds;
    return [
      {
        peak,
        pOnset: peak + pOnset,
        qrsOnset: peak + qrsOnset,
        qrsOffset: peak + qrsOffset,
        tOffset: peak + tOffset,
      },
    ];
  });
  const waves = Array.from({ length: RHYTHM_WINDOW }, (_, i) => waveAt(i / RHYTHM_RATE, beats));
  return { beats, waves };
}

/** A QRS goes before the zones of its neighbours, which only say where a P or T wave would lie. */
function waveAt(time: number, beats: readonly WindowBeat[]): Wave {
  if (beats.some(({ qrsOnset, qrsOffset }) => time >= qrsOnset && time < qrsOffset)) return 'QRS';
  if (beats.some(({ pOnset, qrsOnset }) => time >= pOnset && time < qrsOnset)) return 'P';
  if (beats.some(({ qrsOffset, tOffset }) => time >= qrsOffset && time < tOffset)) return 'ST-T';
  return 'baseline';
}

/** The window around a peak on the gateway's grid, on straight lines between its samples; as it ends beyond its ends. */
function aroundPeak(window: Float32Array, peak: number): Float32Array {
  return Float32Array.from({ length: ECG_BEFORE + ECG_AFTER }, (_, i) => {
    const place = (peak + (i - ECG_BEFORE) / GRID_RATE) * RHYTHM_RATE;
    const inside = Math.min(window.length - 1, Math.max(0, place));
    const before = Math.min(window.length - 2, Math.floor(inside));
    return window[before] + (inside - before) * (window[before + 1] - window[before]);
  });
}

/** Share of relevance in each wave, adding up to 1; all zero where there is no relevance at all. */
export function sharesOf(relevance: ArrayLike<number>, { waves }: WindowWaves): Record<Wave, number> {
  const shares: Record<Wave, number> = { P: 0, QRS: 0, 'ST-T': 0, baseline: 0 };
  const total = Array.from(relevance).reduce((sum, value) => sum + value, 0);
  if (total > 0) for (const [i, wave] of waves.entries()) shares[wave] += relevance[i] / total;
  return shares;
}
