import type { Beat } from '../beats/beat.ts';
import { RHYTHM_CLASSES, type RhythmVerdict } from '../classify/rhythm-verdict.ts';
import { CLASSES } from '../classify/verdict.ts';
import type { ExplainedVerdict, Explanation } from '../explain/explanation.ts';
import type { SensorInfo, SensorStatus } from '../sensors/sensor.ts';
import type { ClockReport } from '../timeline/clock-report.ts';
import { GRID_RATE } from '../timeline/span.ts';
import { round } from './numbers.ts';
import type { Provenance } from './output.ts';
import type { OutputItem } from './output-item.ts';
import { StreamTime } from './stream-time.ts';
import type { Tally } from './tally.ts';

type SensorItem = SensorInfo | SensorStatus | ClockReport;

/** One line of NDJSON. `time` is seconds since the stream began. */
export interface StreamEvent {
  readonly type: 'stream' | 'link' | 'gap' | 'quality' | 'beat' | 'rhythm' | 'summary';
  readonly time: number;
  readonly [field: string]: unknown;
}

/**
 * Turns what leaves the gateway into events. Numbers are rounded and nothing depends on the machine or on the
 * speed of the replay, so that the same input gives the same text, byte for byte.
 */
export class Events {
  readonly #provenance: Provenance;
  readonly #time = new StreamTime();
  /** What the sensor said of itself; a `stream` event tells of every change. */
  #sensor: Readonly<Record<string, string | number>> = {};

  constructor(provenance: Provenance) {
    this.#provenance = provenance;
  }

  /** The event that begins every stream. */
  begin(): StreamEvent {
    return { type: 'stream', time: 0, ...this.#provenance };
  }

  /** Returns the event that an item makes, or undefined: samples make none, nor does what says nothing new. */
  of(item: OutputItem): StreamEvent | undefined {
    const time = round(this.#time.of(item), 3);
    switch (item.kind) {
      case 'link': {
        const { state, address, reason } = item;
        return { type: 'link', time, state, address, reason };
      }
      case 'sensor-info':
      case 'sensor-status':
      case 'clock':
        return this.#sensorChange(time, item);
      case 'gap':
        return { type: 'gap', time, duration: round(item.duration, 3), cause: item.cause };
      case 'quality':
        return { type: 'quality', time, flaw: item.flaw ?? null };
      case 'bad-frame':
        return { type: 'quality', time, skipped: 'frame', reason: item.reason };
      case 'source-fault':
        return { type: 'quality', time, skipped: 'input', reason: item.message };
      case 'explained':
        return beatEvent(time, item);
      case 'rhythm':
        return rhythmEvent(time, item);
      case 'signal': // too much for text
      case 'alert': // the beat's own event says the same
        return undefined;
    }
  }

  #sensorChange(time: number, item: SensorItem): StreamEvent | undefined {
    const before = JSON.stringify(this.#sensor);
    this.#sensor = { ...this.#sensor, ...sensorFields(item) };
    if (JSON.stringify(this.#sensor) === before) return undefined;
    return { type: 'stream', time, ...this.#provenance, sensor: this.#sensor };
  }
}

/** What is reported of a sensor, fields that are not being left out. */
function sensorFields(item: SensorItem): Record<string, string | number> {
  switch (item.kind) {
    case 'sensor-info': {
      const { maker, model, serial, firmware, protocol, rate, lossEvidence } = item;
      return known({ maker, model, serial, firmware, protocol, rate, lossEvidence });
    }
    case 'sensor-status': {
      const { batteryPercent, samplesDropped } = item;
      return known({ batteryPercent, samplesDropped });
    }
    case 'clock':
      return known(clockFields(item));
  }
}

function known(
  fields: Readonly<Record<string, string | number | undefined>>,
): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(fields).filter((entry): entry is [string, string | number] => entry[1] !== undefined),
  );
}

function clockFields({ rate, drift }: ClockReport) {
  return { trueRate: round(rate, 3), driftPpm: drift === undefined ? undefined : round(drift * 1e6, 0) };
}

function beatEvent(time: number, { verdict, explanation }: ExplainedVerdict): StreamEvent {
  const { beat } = verdict;
  return {
    type: 'beat',
    time,
    class: verdict.class,
    ...(verdict.class === 'Q' ? { reason: verdict.reason } : {}),
    probabilities: byClass(CLASSES, verdict.probabilities),
    flagged: verdict.flagged,
    rr: { before: seconds(beat.rrBefore), after: seconds(beat.rrAfter) },
    decidedAfter: decidedAfter(beat, beat.decidedAt),
    ...(explanation ? { explanation: explanationFields(explanation) } : {}),
  };
}

function rhythmEvent(time: number, verdict: RhythmVerdict): StreamEvent {
  return {
    type: 'rhythm',
    time,
    class: verdict.class,
    ...(verdict.class === 'Q' ? { reason: verdict.reason } : {}),
    probabilities: byClass(RHYTHM_CLASSES, verdict.probabilities),
    decidedAfter: decidedAfter(verdict.beat, verdict.decidedAt),
  };
}

function byClass(classes: readonly string[], probabilities: Float32Array): Record<string, number> {
  return Object.fromEntries(classes.map((name, index) => [name, round(probabilities[index], 4)]));
}

/** Seconds from the R peak to the newest sample that a verdict needed. */
function decidedAfter({ index }: Beat, decidedAt: number): number {
  return round((decidedAt - index) / GRID_RATE, 3);
}

function seconds(interval: number | undefined): number | null {
  return interval === undefined ? null : round(interval, 3);
}

export function explanationFields(explanation: Explanation): Record<string, unknown> {
  const { relevance, relevanceStart, relevanceStep, waves } = explanation;
  return {
    sentence: explanation.sentence,
    score: round(explanation.score, 4),
    waveform: round(explanation.waveform, 4),
    rhythm: explanation.rhythm.map(({ feature, value, contribution }) => ({
      feature,
      value: round(value, 4),
      contribution: round(contribution, 4),
    })),
    beatsBefore: round(explanation.beatsBefore, 4),
    intercept: round(explanation.intercept, 4),
    waves: Object.fromEntries(Object.entries(waves).map(([wave, share]) => [wave, round(share, 4)])),
    relevance: {
      start: round(relevanceStart, 4),
      step: round(relevanceStep, 4),
      values: Array.from(relevance, (value) => round(value, 3)),
    },
  };
}

/** The event that ends every stream. Processor time is left out: it differs from run to run. */
export function summaryEvent(tally: Tally): StreamEvent {
  const { heartRate } = tally;
  return {
    type: 'summary',
    time: round(tally.duration, 3),
    duration: round(tally.duration, 3),
    beats: { total: tally.beats, ...tally.beatsByClass },
    ...(tally.beatsByRhythm.size > 0 ? { rhythm: Object.fromEntries(tally.beatsByRhythm) } : {}),
    flagged: tally.flagged,
    explained: tally.explained,
    gaps: {
      count: tally.gaps,
      seconds: round(tally.gapSeconds, 3),
      byCause: Object.fromEntries(
        [...tally.gapsByCause].map(([cause, gap]) => [
          cause,
          { count: gap.count, seconds: round(gap.seconds, 3) },
        ]),
      ),
    },
    notJudged: Object.fromEntries([...tally.flawedSeconds].map(([flaw, length]) => [flaw, round(length, 3)])),
    linksLost: tally.linksLost,
    badFrames: tally.badFrames,
    sourceFaults: tally.sourceFaults,
    heartRate: heartRate ? { min: round(heartRate.min, 1), max: round(heartRate.max, 1) } : null,
    batteryPercent: tally.batteryPercent ?? null,
    lossEvidence: tally.lossEvidence ?? null,
    clock: tally.clock ? clockFields(tally.clock) : null,
  };
}
