import pc from 'picocolors';
import { clamp } from '../../dsp/clamp.ts';
import { ON_DARK } from '../picture/relevance-colours.ts';

/** Bits of colour that a terminal shows, as Node's `getColorDepth()` tells them. */
export type ColourDepth = 1 | 4 | 8 | 24;

/** Colours for the view; all of them do nothing where the terminal has no colour. */
export interface Palette {
  readonly plain: ReturnType<typeof pc.createColors>;
  /** The sequence that opens the colour of a relevance from 0 to 1; absent where shades must do. */
  readonly relevance: ((value: number) => string) | undefined;
}

export function palette(depth: ColourDepth): Palette {
  const plain = pc.createColors(depth > 1);
  if (depth === 24) return { plain, relevance: inferno };
  if (depth === 8) return { plain, relevance: inferno256 };
  return { plain, relevance: undefined };
}

/** The neighbours of those colours in the 256-colour table. */
const INFERNO_256 = [53, 89, 131, 167, 202, 208, 214, 220, 228] as const;

function inferno(value: number): string {
  const place = clamp(value, 0, 1) * (ON_DARK.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, ON_DARK.length - 1);
  const mixed = ON_DARK[below].map((part, i) =>
    Math.round(part + (place - below) * (ON_DARK[above][i] - part)),
  );
  return `\x1b[38;2;${mixed.join(';')}m`;
}

function inferno256(value: number): string {
  return `\x1b[38;5;${INFERNO_256[Math.round(clamp(value, 0, 1) * (INFERNO_256.length - 1))]}m`;
}

const SHADES = ' ░▒▓█';

/** Relevance without colour: the denser, the more relevant. */
export function shade(value: number): string {
  return SHADES[Math.round(clamp(value, 0, 1) * (SHADES.length - 1))];
}
