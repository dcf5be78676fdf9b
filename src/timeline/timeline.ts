import type { Block } from '../sensors/sensor.ts';
import type { LinkChange } from '../sources/source.ts';
import type { Stage } from '../stage.ts';
import { ClockFit } from './clock-fit.ts';
import { Reorderer } from './reorderer.ts';
import { SampleClock } from './sample-clock.ts';
import { type Gap, type GapCause, GRID_RATE, type SampleSpan, type Span } from './span.ts';
import { StreamGrid } from './stream-grid.ts';

/** Time is corrected backwards by at most this share of what has passed, so that it never runs backwards. */
const MAX_SLEW = 0.1;

type In = Block | LinkChange;
type Out = Span | LinkChange;

/** What is known of the stream (session and rate) at hand. */
interface Stream {
  readonly session: number;
  readonly rate: number;
  readonly clock: SampleClock;
  readonly fit: ClockFit;
  readonly grid: StreamGrid;
  /** Index of the sample that continues it. */
  end: number;
}

/**
 * Blocks, which come when and how the air lets them, become spans on one grid: in order, none twice, every hole
 * an exact gap, each with its time on the gateway's clock. Blocks of another rate are resampled to the grid's.
 *
 * Spans and gaps tile the grid. Time 0 is the first sample of all; like everything else here it depends on the
 * input only, never on when that is played.
 *
 * Adds no delay to a complete stream at the grid's rate. A hole holds back up to four blocks, and the resampler
 * its look-ahead.
 */
export class Timeline implements Stage<In, Out> {
  readonly takes = ['block', 'link'] as const;
  readonly #reorderer = new Reorderer();
  #stream: Stream | undefined;
  /** A run of samples is under way: nothing is missing since the last block. */
  #running = false;
  #linkWasLost = false;
  /** Of the newest block. */
  #flags = { leadOff: false, saturated: false };
  /** Grid index of the next sample. */
  #next = 0;
  /** The newest instant that was given a time. */
  #timed = { index: 0, time: 0 };
  #firstArrivalMs = 0;

  push(item: In): readonly Out[] {
    if (item.kind === 'block') {
      return item.samples.length === 0 ? [] : this.#place(this.#reorderer.push(item));
    }
    if (item.state === 'connected') return [item];
    const held = this.flush();
    this.#linkWasLost = true;
    return [...held, item];
  }

  flush(): readonly Out[] {
    return [...this.#place(this.#reorderer.flush()), ...this.#endRun()];
  }

  /** @param blocks in order, without overlap */
  #place(blocks: readonly Block[]): Span[] {
    const spans: Span[] = [];
    for (const block of blocks) {
      const stream = this.#stream;
      const follows = stream !== undefined && follow(block, stream);
      spans.push(...(follows ? this.#continueStream(block, stream) : this.#beginStream(block)));
      spans.push(...this.#samples(block));
      this.#linkWasLost = false;
    }
    return spans;
  }

  /** @returns the end of what came before and the gap, whose length only arrival times can tell */
  #beginStream(block: Block): Span[] {
    const before = this.#stream;
    const ended = this.#endRun();
    if (before === undefined) this.#firstArrivalMs = block.receivedAtMs;
    const duration = block.samples.length / block.rate;
    const arrival = this.#arrivalOf(block);
    const missing = before === undefined ? 0 : arrival - duration - earliestArrival(before);
    const start = before === undefined ? 0 : this.#next + Math.max(1, Math.round(missing * GRID_RATE));
    const time = this.#timeAfterSpans() + (start - this.#next) / GRID_RATE;

    this.#stream = {
      session: block.session,
      rate: block.rate,
      clock: new SampleClock(block),
      fit: new ClockFit(duration, arrival, time + duration, before?.fit.drift),
      grid: new StreamGrid(block.rate, block.firstIndex, start),
      end: endOf(block),
    };
    return before === undefined ? [] : [...ended, this.#gapUntil(start, 'new-session', this.#stream)];
  }

  /** @returns where something is missing, the end of what came before and the gap */
  #continueStream(block: Block, stream: Stream): Span[] {
    const counted = block.firstIndex > stream.end;
    const broken = counted || block.discontinuity;
    const ended = broken ? this.#endRun() : [];
    const uncounted = stream.clock.hear(block);
    stream.end = endOf(block);
    stream.fit.see(stream.clock.timeOf(stream.end), this.#arrivalOf(block));
    if (!broken) return ended;

    if (block.discontinuity) stream.grid.skip(Math.max(1, Math.round(uncounted * GRID_RATE)));
    // At rates above the grid's, a hole can fall between two of its samples: it costs one all the same.
    const start = Math.max(stream.grid.indexOf(block.firstIndex), this.#next + 1);
    const lost = this.#linkWasLost ? 'link-lost' : 'frames-lost';
    return [...ended, this.#gapUntil(start, counted ? lost : 'dropped-by-sensor', stream)];
  }

  #samples(block: Block): SampleSpan[] {
    const stream = this.#stream as Stream;
    if (!this.#running) stream.grid.begin(block.firstIndex, this.#next);
    this.#running = true;
    this.#flags = { leadOff: block.leadOff, saturated: block.saturated };
    const millivolts = new Float32Array(block.samples.length);
    for (let i = 0; i < millivolts.length; i++) millivolts[i] = block.samples[i] * block.millivoltsPerUnit;
    return this.#span(stream.grid.push(millivolts), stream);
  }

  #endRun(): SampleSpan[] {
    if (this.#stream === undefined || !this.#running) return [];
    this.#running = false;
    return this.#span(this.#stream.grid.end(), this.#stream);
  }

  /** The next samples of the grid, if any. */
  #span(millivolts: Float32Array, stream: Stream): SampleSpan[] {
    if (millivolts.length === 0) return [];
    const start = this.#next;
    const time = this.#timeOf(start, stream);
    this.#next += millivolts.length;
    this.#timed = { index: start, time };
    return [{ kind: 'samples', start, time, millivolts, ...this.#flags }];
  }

  #gapUntil(end: number, cause: GapCause, stream: Stream): Gap {
    const start = this.#next;
    const time = this.#timeAfterSpans();
    const endTime = Math.max(time, this.#timeOf(end, stream));
    this.#next = end;
    this.#timed = { index: end, time: endTime };
    return { kind: 'gap', start, length: end - start, time, duration: endTime - time, cause };
  }

  /** Time of a grid index of the stream at hand. */
  #timeOf(index: number, { grid, clock, fit }: Stream): number {
    const earliest = this.#timed.time + ((index - this.#timed.index) / GRID_RATE) * (1 - MAX_SLEW);
    return Math.max(earliest, fit.timeOf(clock.timeOf(grid.sampleAt(index))));
  }

  /** Time of the grid index that comes next, going by the samples before it. */
  #timeAfterSpans(): number {
    return this.#timed.time + (this.#next - this.#timed.index) / GRID_RATE;
  }

  /** Seconds since the first arrival: small enough for a double to resolve what Unix milliseconds cannot. */
  #arrivalOf(block: Block): number {
    return (block.receivedAtMs - this.#firstArrivalMs) / 1_000;
  }
}

/** Whether a block goes on in this stream. The reorderer lets an index go back only where a new one begins. */
function follow(block: Block, stream: Stream): boolean {
  return block.session === stream.session && block.rate === stream.rate && block.firstIndex >= stream.end;
}

function endOf(block: Block): number {
  return block.firstIndex + block.samples.length;
}

/** When the end of a stream can have been heard of at the earliest, seconds. */
function earliestArrival({ fit, clock, end }: Stream): number {
  return fit.arrivalOf(clock.timeOf(end));
}
