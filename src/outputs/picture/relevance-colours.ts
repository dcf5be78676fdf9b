import { clamp } from '../../dsp/clamp.ts';

/** Red, green and blue, 0 to 255. */
type Colour = readonly [number, number, number];

/**
 * Stops of the inferno map (matplotlib): black, purple, orange, yellow, evenly spaced from 0.3 to 0.95, since
 * darker than that cannot be seen on a dark ground.
 */
export const ON_DARK: readonly Colour[] = [
  [106, 23, 110],
  [140, 35, 105],
  [173, 48, 93],
  [203, 65, 73],
  [228, 90, 49],
  [244, 121, 24],
  [252, 159, 7],
  [249, 199, 47],
  [241, 239, 117],
];

/** The same map evenly spaced from 0 to 0.82: paler than that cannot be seen on a light ground. */
export const ON_LIGHT: readonly Colour[] = [
  [0, 0, 4],
  [24, 12, 60],
  [68, 10, 104],
  [109, 24, 110],
  [151, 39, 102],
  [192, 58, 81],
  [225, 86, 53],
  [246, 126, 20],
  [252, 174, 18],
];

/** Colours of a trace: so many that neighbours cannot be told apart, so few that a trace is a few lines. */
export const LEVELS = ON_LIGHT.length;

/** The level, 0 to LEVELS − 1, of a relevance from 0 to 1. */
export function levelOf(relevance: number): number {
  return Math.round(clamp(relevance, 0, 1) * (LEVELS - 1));
}

/** CSS of the classes `q0` … `q8` that colour the parts of a trace: the more relevant, the broader too. */
export function relevanceStyle(colours: readonly Colour[]): string {
  return colours
    .map(
      (colour, level) =>
        `.q${level}{stroke:rgb(${colour.join(' ')});stroke-width:${(1.2 + 0.25 * level).toFixed(2)}}`,
    )
    .join('');
}
