import type { ModelCard } from './model-card.ts';

/**
 * What share of the patient's own beats was called S of late, and what follows for the next one. Whose every third beat
 * was supraventricular is likely to have another; whose last hundreds were normal is not. So the share takes the place
 * of the usual one as the prior of S, as in Saerens, Latinne & Decaestecker 2002, but counted from what was called. A
 * bound keeps S from going unheard in a patient who had none so far, and errors from feeding on themselves.
 */
export class OwnShare {
  readonly #usual: number;
  readonly #beats: number;
  readonly #mostShift: number;
  #share: number;

  constructor({ usualShare, ofBeats, mostShift }: ModelCard['supraventricular']) {
    this.#usual = usualShare;
    this.#beats = ofBeats;
    this.#mostShift = mostShift;
    this.#share = usualShare;
  }

  /** What is to be added to the log odds of S. */
  get shift(): number {
    const shift = Math.log(this.#share / this.#usual);
    return Math.max(-this.#mostShift, Math.min(this.#mostShift, shift));
  }

  /** @param supraventricular whether the next beat, which was judged, was called S */
  push(supraventricular: boolean): void {
    this.#share += (Number(supraventricular) - this.#share) / this.#beats;
  }
}
