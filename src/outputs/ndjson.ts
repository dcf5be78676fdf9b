import { Events, type StreamEvent, summaryEvent } from './events.ts';
import type { LineWriter } from './line-writer.ts';
import type { Output, Provenance } from './output.ts';
import type { OutputItem } from './output-item.ts';
import type { Tally } from './tally.ts';

/** One JSON object a line, for programs. Where there are several streams, each line names its own as `source`. */
export class NdjsonOutput implements Output {
  readonly #lines: LineWriter;
  readonly #events: Events;
  readonly #tally: Tally;
  readonly #tag: { readonly source?: string };

  constructor(lines: LineWriter, provenance: Provenance, tally: Tally, { isTagged = false } = {}) {
    this.#lines = lines;
    this.#tally = tally;
    this.#tag = isTagged ? { source: provenance.source } : {};
    this.#events = new Events(provenance);
    this.#write(this.#events.begin());
  }

  take(item: OutputItem): void {
    const event = this.#events.of(item);
    if (event) this.#write(event);
  }

  close(): void {}

  summarise(): void {
    this.#write(summaryEvent(this.#tally));
  }

  #write({ type, time, ...fields }: StreamEvent): void {
    this.#lines.write(JSON.stringify({ type, time, ...this.#tag, ...fields }));
  }
}
