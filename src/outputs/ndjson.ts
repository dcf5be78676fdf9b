import { Events, type StreamEvent, summaryEvent } from './events.ts';
import type { LineWriter } from './line-writer.ts';
import type { Output, Provenance } from './output.ts';
import type { OutputItem } from './output-item.ts';
import type { Tally } from './tally.ts';

/** One JSON object a line, for programs. */
export class NdjsonOutput implements Output {
  readonly #lines: LineWriter;
  readonly #events: Events;
  readonly #tally: Tally;

  constructor(lines: LineWriter, provenance: Provenance, tally: Tally) {
    this.#lines = lines;
    this.#tally = tally;
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

  #write(event: StreamEvent): void {
    this.#lines.write(JSON.stringify(event));
  }
}
