import type { OutputItem } from './output-item.ts';

/** What a stream is made of, for a reader who was not there. */
export interface Provenance {
  /** The file or the sensor. */
  readonly source: string;
  /** Name of the beat model. */
  readonly model: string;
  /** Name of the rhythm model, where one gives a second opinion. */
  readonly rhythmModel?: string;
}

/** Shows a stream to someone, or to some program. */
export interface Output {
  /** Takes an item that the tally has counted. */
  take(item: OutputItem): void;
  /** Gives back what was borrowed (the screen); called once, also after an error. */
  close(): void;
  /** The last word, after `close()`. */
  summarise(): void;
}
