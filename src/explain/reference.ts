import { gaussian } from '../sources/seeded-random.ts';

/** What stands where a window is deleted. */
export const REFERENCES = ['zero', 'blurred', 'noise', 'line'] as const;
export type Reference = (typeof REFERENCES)[number];

/** Width of the blur, samples (standard deviation): 80 ms, so that no wave is left but the drift under them. */
const BLUR = 10;
/** Standard deviation of the noise, in units of the model's input, where a QRS is about 1. */
const NOISE = 0.1;

/**
 * What a window is replaced by.
 * @param window the model's input, whose median is 0
 * @param random uniform in [0, 1), for noise only
 */
export function referenceOf(window: Float32Array, kind: Reference, random: () => number): Float32Array {
  switch (kind) {
    case 'zero':
      return new Float32Array(window.length);
    case 'blurred':
      return blurred(window, BLUR);
    case 'noise':
      return window.map(() => NOISE * gaussian(random));
    case 'line': {
      const first = window[0];
      const last = window[window.length - 1];
      return window.map((_, i) => first + ((last - first) * i) / (window.length - 1));
    }
  }
}

/** Blurs by a Gaussian; beyond its ends the window goes on as it ends. */
export function blurred(window: ArrayLike<number>, sigma: number): Float32Array {
  const reach = Math.ceil(3 * sigma);
  const weights = Float64Array.from({ length: 2 * reach + 1 }, (_, i) =>
    Math.exp(-(((i - reach) / sigma) ** 2) / 2),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const last = window.length - 1;
  return Float32Array.from({ length: window.length }, (_, i) => {
    let sum = 0;
    for (let k = -reach; k <= reach; k++)
      sum += weights[k + reach] * window[Math.min(last, Math.max(0, i + k))];
    return sum / total;
  });
}
