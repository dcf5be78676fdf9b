import { RHYTHM_CLASSES, type RhythmVerdict } from '../classify/rhythm-verdict.ts';
import { type BeatClass, CLASSES } from '../classify/verdict.ts';
import type { LossEvidence } from '../sensors/sensor.ts';
import type { QualityFlaw } from '../signal/signal.ts';
import type { ClockReport } from '../timeline/clock-report.ts';
import { type GapCause, GRID_RATE } from '../timeline/span.ts';
import { HeartRate } from './heart-rate.ts';
import type { OutputItem } from './output-item.ts';

/** Counts a stream as it passes, in memory that does not grow with it. */
export class Tally {
  /** Seconds from the stream's beginning to the end of its newest sample or gap. */
  duration = 0;
  beats = 0;
  readonly beatsByClass: Record<BeatClass | 'Q', number> = { N: 0, S: 0, V: 0, F: 0, Q: 0 };
  /** Beats by the second opinion, in the order of LISTED_RHYTHMS; empty where none is asked for. */
  readonly beatsByRhythm = new Map<RhythmVerdict['class'], number>();
  flagged = 0;
  explained = 0;
  gaps = 0;
  gapSeconds = 0;
  readonly gapsByCause = new Map<GapCause, { count: number; seconds: number }>();
  /** Seconds of signal in which no beat can be judged, by flaw. */
  readonly flawedSeconds = new Map<QualityFlaw, number>();
  linksLost = 0;
  badFrames = 0;
  sourceFaults = 0;
  heartRate: { min: number; max: number } | undefined;
  batteryPercent: number | undefined;
  /** The newest word on the sensor's clock. */
  clock: ClockReport | undefined;
  lossEvidence: LossEvidence | undefined;
  readonly #heartRate = new HeartRate();

  take(item: OutputItem): void {
    switch (item.kind) {
      case 'signal': {
        const seconds = item.ecg.length / GRID_RATE;
        this.duration = Math.max(this.duration, item.time + seconds);
        if (item.flaw) this.flawedSeconds.set(item.flaw, (this.flawedSeconds.get(item.flaw) ?? 0) + seconds);
        break;
      }
      case 'gap': {
        this.duration = Math.max(this.duration, item.time + item.duration);
        this.gaps++;
        this.gapSeconds += item.duration;
        const cause = this.gapsByCause.get(item.cause) ?? { count: 0, seconds: 0 };
        this.gapsByCause.set(item.cause, { count: cause.count + 1, seconds: cause.seconds + item.duration });
        break;
      }
      case 'explained': {
        this.beats++;
        this.beatsByClass[item.verdict.class]++;
        if (item.verdict.flagged) this.flagged++;
        if (item.explanation) this.explained++;
        const rate = this.#heartRate.take(item.verdict);
        if (rate !== undefined) {
          const { min, max } = this.heartRate ?? { min: rate, max: rate };
          this.heartRate = { min: Math.min(min, rate), max: Math.max(max, rate) };
        }
        break;
      }
      case 'rhythm':
        if (this.beatsByRhythm.size === 0) for (const name of LISTED_RHYTHMS) this.beatsByRhythm.set(name, 0);
        this.beatsByRhythm.set(item.class, (this.beatsByRhythm.get(item.class) ?? 0) + 1);
        break;
      case 'link':
        if (item.state === 'lost') this.linksLost++;
        break;
      case 'bad-frame':
        this.badFrames++;
        break;
      case 'source-fault':
        this.sourceFaults++;
        break;
      case 'clock':
        this.clock = item;
        break;
      case 'sensor-info':
        this.lossEvidence = item.lossEvidence ?? this.lossEvidence;
        break;
      case 'sensor-status':
        this.batteryPercent = item.batteryPercent ?? this.batteryPercent;
        break;
    }
  }
}

/** The order in which beats are listed by class. */
export const LISTED_CLASSES = [...CLASSES, 'Q'] as const;
const LISTED_RHYTHMS = [...RHYTHM_CLASSES, 'Q'] as const;
