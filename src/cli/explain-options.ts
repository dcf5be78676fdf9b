import { type MaskOptions, USUAL_MASK } from '../explain/deletion-mask.ts';
import type { Reference } from '../explain/reference.ts';
import type { Method } from '../explain/window-explanation.ts';
import type { BeatPicture } from '../outputs/picture/beat-picture.ts';

/** The networks that can be asked. */
export const MODELS = ['beat', 'cnn', 'lstm'] as const;
/** Options of `beatlens explain`. */
export interface ExplainOptions {
  readonly at: number;
  readonly model: (typeof MODELS)[number];
  readonly method?: Method;
  readonly class?: string;
  readonly lead?: string;
  readonly out?: string;
  readonly json?: boolean;
  readonly color: boolean;
  readonly reference: Reference;
  readonly sparsity: number;
  readonly smoothness: number;
  readonly coarse: number;
  readonly jitter: number;
  readonly rounds: number;
  readonly seed: number;
}

/** What a command makes of an explanation: a picture for people, fields for programs. */
export interface Explained {
  readonly picture: BeatPicture;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The settings of the deletion mask. */
export function maskOptions(options: ExplainOptions): MaskOptions {
  const { reference, sparsity, smoothness, coarse, jitter, rounds } = options;
  return {
    ...USUAL_MASK,
    reference,
    sparsity,
    smoothness,
    coarseness: Math.round(coarse),
    jitter: Math.round(jitter),
    rounds,
  };
}
