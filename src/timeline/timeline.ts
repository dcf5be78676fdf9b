import { Slab } from '../dsp/slab.ts';
import type { BackfillChange, Block } from '../sensors/sensor.ts';
import type { LinkChange } from '../sources/source.ts';
import type { Stage } from '../stage.ts';
import { ClockFit, CRYSTAL, SAMPLE_COUNT } from './clock-fit.ts';
import type { ClockReport } from './clock-report.ts';
import { LinkLosses } from './link-losses.ts';
import { Reorderer } from './reorderer.ts';
import { SampleClock } from './sample-clock.ts';
import { type Gap, type GapCause, GRID_RATE, type SampleSpan, type Span } from './span.ts';
import { StreamGrid } from './stream-grid.ts';

/** Time is corrected backwards by at most this share of what has passed, so that it never runs backwards. */
const MAX_SLEW = 0.1;
/** How often the sensor's clock is reported on, seconds. */
const REPORT_EVERY = 60;
/** Before this nothing is known of it. */
const FIRST_REPORT_AT = 20;

type In = Block | BackfillChange | LinkChange;
type Out = Span | LinkChange | ClockReport;

/** What is known of the stream (session and rate) at hand. */
interface Stream {
  readonly session: number;
  readonly rate: number;
  /** The sensor sends its time. */
  readonly hasClock: boolean;
  readonly clock: SampleClock;
  readonly fit: ClockFit;
  readonly grid: StreamGrid;
  /** Index of the sample that continues it. */
  end: number;
}

/**
 * Blocks, which come when and how the air lets them, become spans on one grid: in order, none twice, every hole
 * an exact gap, each with its time on the gateway's clock. Blocks of another rate are resampled to the grid's; of
 * the true one, once it turns out to be another than the nominal.
 *
 * Spans and gaps tile the grid. Time 0 is the first sample of all; like everything else here it depends on the
 * input only, never on when that is played.
 *
 * Adds no delay to a complete stream at the grid's rate. A hole holds back up to four blocks, backfill what comes
 * until it ended, and the resampler its look-ahead.
 */
export class Timeline implements Stage<In, Out> {
  readonly takes = ['block', 'backfill', 'link'] as const;
  readonly #reorderer = new Reorderer();
  #stream: Stream | undefined;
  /** A run of samples is under way: nothing is missing since the last block. */
  #running = false;
  readonly #losses = new LinkLosses();
  /** How often the link was lost. */
  #links = 0;
  #resends = false;
  #reportedAt = FIRST_REPORT_AT - REPORT_EVERY;
  /** Of the newest block. */
  #flags = { leadOff: false, saturated: false };
  /** Grid index of the next sample. */
  #next = 0;
  /** The newest instant that was given a time. */
  #timed = { index: 0, time: 0 };
  #firstArrivalMs = 0;
  readonly #slab = new Slab();

  push(item: In): readonly Out[] {
    if (item.kind === 'block') return item.samples.length === 0 ? [] : this.#hear(item);
    if (item.kind === 'backfill') {
      this.#reorderer.backfill(item.state);
      return [];
    }
    if (item.state !== 'lost') return [item];
    const held = this.#place(this.#reorderer.linkLost(this.#resends));
    this.#losses.lose();
    this.#links++;
    return [...held, ...(this.#resends ? [] : this.#endRun()), item];
  }

  flush(): readonly Out[] {
    return [...this.#place(this.#reorderer.flush()), ...this.#endRun(), ...this.#report()];
  }

  #hear(arrived: Block): Out[] {
    // A sensor that sends neither index nor time cannot tell what a lost link has cost: it begins anew.
    const block = arrived.deviceTime === undefined ? { ...arrived, session: this.#links } : arrived;
    this.#losses.hear(block);
    this.#resends = block.resends;
    const spans = this.#place(this.#reorderer.push(block));
    return this.#timed.time < this.#reportedAt + REPORT_EVERY ? spans : [...spans, ...this.#report()];
  }

  #report(): ClockReport[] {
    const { time } = this.#timed;
    if (this.#stream === undefined || time < FIRST_REPORT_AT || time === this.#reportedAt) return [];
    this.#reportedAt = time;
    const { fit, hasClock } = this.#stream;
    return [
      { kind: 'clock', time, rate: trueRate(this.#stream), drift: hasClock ? 0 - fit.drift : undefined },
    ];
  }

  /** @param blocks in order, without overlap */
  #place(blocks: readonly Block[]): Span[] {
    const spans: Span[] = [];
    for (const block of blocks) {
      const stream = this.#stream;
      const follows = stream !== undefined && follow(block, stream);
      spans.push(...(follows ? this.#continueStream(block, stream) : this.#beginStream(block)));
      spans.push(...this.#samples(block));
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

    const hasClock = block.deviceTime !== undefined;
    this.#stream = {
      session: block.session,
      rate: block.rate,
      hasClock,
      clock: new SampleClock(block),
      fit: new ClockFit(
        duration,
        arrival,
        time + duration,
        before?.fit.drift,
        hasClock ? CRYSTAL : SAMPLE_COUNT,
      ),
      grid: new StreamGrid(block.rate, block.firstIndex, start),
      end: endOf(block),
    };
    if (before === undefined) return [];
    return [...ended, this.#gapUntil(start, hasClock ? 'new-session' : 'link-lost', this.#stream)];
  }

  /** @returns where something is missing, the end of what came before and the gap */
  #continueStream(block: Block, stream: Stream): Span[] {
    const counted = block.firstIndex > stream.end;
    const broken = counted || block.discontinuity;
    const ended = broken ? this.#endRun() : [];
    const lost = this.#losses.cover(stream.end, block.firstIndex) ? 'link-lost' : 'frames-lost';
    const { pace } = stream.clock;
    const uncounted = stream.clock.hear(block);
    stream.end = endOf(block);
    const sighting = [stream.clock.timeOf(stream.end), this.#arrivalOf(block)] as const;
    // The ends of frames were put in the wrong place while the true rate was not known.
    if (stream.clock.pace !== pace) stream.fit.restart(...sighting);
    // How late something comes that was asked for tells nothing.
    else if (!block.backfill) stream.fit.see(...sighting);
    if (!broken) return ended;

    if (block.discontinuity) stream.grid.skip(Math.max(1, Math.round(uncounted * GRID_RATE)));
    // At rates above the grid's, a hole can fall between two of its samples: it costs one all the same.
    const start = Math.max(stream.grid.indexOf(block.firstIndex), this.#next + 1);
    return [...ended, this.#gapUntil(start, counted ? lost : 'dropped-by-sensor', stream)];
  }

  #samples(block: Block): SampleSpan[] {
    const stream = this.#stream as Stream;
    if (!this.#running) stream.grid.begin(block.firstIndex, this.#next);
    this.#running = true;
    this.#flags = { leadOff: block.leadOff, saturated: block.saturated };
    const { samples, millivoltsPerUnit } = block;
    const millivolts = this.#slab.take(samples.length);
    for (let i = 0; i < millivolts.length; i++) millivolts[i] = samples[i] * millivoltsPerUnit;
    return this.#span(stream.grid.push(millivolts, trueRate(stream)), stream);
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

/** Samples in a second of the gateway's clock. */
function trueRate({ clock, fit }: Stream): number {
  return clock.rate / (1 + fit.drift);
}
