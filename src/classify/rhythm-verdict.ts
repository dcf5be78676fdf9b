import type { Beat } from '../beats/beat.ts';

/** The classes of the rhythm models, in the order of their outputs. */
export const RHYTHM_CLASSES = ['N', 'PVC', 'PAC', 'AF', 'SVTA', 'SBR', 'LBBB', 'RBBB'] as const;

export type RhythmClass = (typeof RHYTHM_CLASSES)[number];

/** What a rhythm model makes of the two seconds around a beat: a second opinion beside the beat's verdict. */
export interface RhythmVerdict {
  readonly kind: 'rhythm';
  readonly beat: Beat;
  /** Grid index of the newest sample that the verdict needed. */
  readonly decidedAt: number;
  /** Q: not classifiable. */
  readonly class: RhythmClass | 'Q';
  /** Why not classifiable, where it is not. */
  readonly reason: string | undefined;
  /** In the order of RHYTHM_CLASSES; all zero for Q. */
  readonly probabilities: Float32Array;
  /** The model's input (rhythm-window.ts). */
  readonly window: Float32Array;
}
