import type { OutputItem } from '../output-item.ts';

/** Something other than a beat that a reader of the report should know of. */
export interface Incident {
  /** Seconds since the stream began. */
  readonly time: number;
  readonly what: string;
  /** Seconds; undefined while it lasts, or where it has no length. */
  readonly duration: number | undefined;
}

/** Incidents listed, the newest; the totals are in the summary however many there were. */
export const KEPT_INCIDENTS = 60;

/** Gaps, and stretches of signal that could not be judged. */
export class Incidents {
  readonly #list: Incident[] = [];
  #flaw: { readonly time: number; readonly what: string } | undefined;

  take(item: OutputItem): void {
    if (item.kind === 'gap')
      this.#add({ time: item.time, what: `gap: ${item.cause}`, duration: item.duration });
    if (item.kind !== 'quality') return;
    if (this.#flaw) this.#add({ ...this.#flaw, duration: item.time - this.#flaw.time });
    this.#flaw = item.flaw && { time: item.time, what: `not judged: ${item.flaw}` };
  }

  /** In the order of time. */
  listed(): readonly Incident[] {
    const standing = this.#flaw ? [{ ...this.#flaw, duration: undefined }] : [];
    return [...this.#list, ...standing].sort((a, b) => a.time - b.time);
  }

  #add(incident: Incident): void {
    this.#list.push(incident);
    if (this.#list.length > KEPT_INCIDENTS) this.#list.shift();
  }
}
