import { Conditioner } from '../../src/signal/conditioner.ts';
import type { QualityChange, Signal } from '../../src/signal/signal.ts';
import { type Gap, GRID_RATE } from '../../src/timeline/span.ts';

/** Adds a beat of Gaussian waves (P, Q, R, S, T) at an R peak, millivolts. */
export function addBeat(wave: Float32Array, peak: number, scale = 1): void {
  const waves = [
    { at: -0.17, width: 0.025, height: 0.12 },
    { at: -0.03, width: 0.01, height: -0.12 },
    { at: 0, width: 0.012, height: 1.1 },
    { at: 0.03, width: 0.011, height: -0.25 },
    { at: 0.26, width: 0.05, height: 0.3 },
  ];
  for (let n = Math.max(0, peak - 100); n < Math.min(wave.length, peak + 150); n++) {
    const t = (n - peak) / GRID_RATE;
    for (const { at, width, height } of waves)
      wave[n] += scale * height * Math.exp(-((t - at) ** 2) / (2 * width ** 2));
  }
}

/** A wave with a beat at each of the given grid indices. */
export function heart(length: number, peaks: readonly number[], scale = 1): Float32Array {
  const wave = new Float32Array(length);
  for (const peak of peaks) addBeat(wave, peak, scale);
  return wave;
}

/** Grid indices from `first` on, `every` grid samples apart, up to a margin before the end. */
export function regular(length: number, every: number, first = 100): number[] {
  const peaks: number[] = [];
  for (let at = first; at < length - 50; at += every) peaks.push(at);
  return peaks;
}

/** Deterministic noise, uniform within ±amplitude. */
export function noise(length: number, amplitude: number, seed = 1): Float32Array {
  let state = seed;
  return Float32Array.from({ length }, () => {
    state = (state * 16807) % 2147483647;
    return amplitude * (2 * (state / 2147483647) - 1);
  });
}

/** What the conditioner makes of a wave that begins at a grid index, in blocks. */
export function conditioned(wave: Float32Array, block = 50, start = 0): (Signal | QualityChange | Gap)[] {
  const conditioner = new Conditioner();
  const out: (Signal | QualityChange | Gap)[] = [];
  for (let at = 0; at < wave.length; at += block) {
    const millivolts = wave.subarray(at, at + block);
    const from = start + at;
    out.push(
      ...conditioner.push({
        kind: 'samples',
        start: from,
        time: from / GRID_RATE,
        millivolts,
        leadOff: false,
        saturated: false,
      }),
    );
  }
  return [...out, ...conditioner.flush()];
}
