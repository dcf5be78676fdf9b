import type { ModelCard } from './model-card.ts';

/**
 * What share of the patient's own beats was called S of late, and what follows for the next one. Whose every third beat
 * was supraventricular is likely to have another; whose last hundreds were normal is not. So the share takes the place
 * of the usual one as the prior of S, as in Saerens, Latinne & Decaestecker 2002, but counted from what was called. A
 * bound keeps S from going unheard in a patient who had none so far, and errors from feeding on themselves.
 */
export class OwnShare {
  readonly #ofBeats: number;
  #share: number;

  constructor({ usualShare, ofBeats }: ModelCard['supraventricular']) {
    this.#ofBeats = ofBeats;
    this.#share = usualShare;
  }

  /** 0 to 1 */
  get share(): number {
    return this.#share;
  }

  /** @param supraventricular whether the next beat, which was judged, was called S */
  push(supraventricular: boolean): void {
    this.#share += (Number(supraventricular) - this.#share) / this.#ofBeats;
  }
}

/** What a patient's own share adds to the score of S, in the units of scores, which the temperature divides. */
export function scoreOfShare(
  share: number,
  { temperature, supraventricular: { usualShare, mostShift } }: ModelCard,
): number {
  return temperature * Math.max(-mostShift, Math.min(mostShift, Math.log(share / usualShare)));
}
