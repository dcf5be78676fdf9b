import type { Alert } from '../../alerts/alert.ts';
import type { RhythmVerdict } from '../../classify/rhythm-verdict.ts';
import type { QualityFlaw } from '../../signal/signal.ts';
import type { LinkChange } from '../../sources/source.ts';
import { GRID_RATE } from '../../timeline/span.ts';
import { HeartRate } from '../heart-rate.ts';
import { type MarkedBeat, marked } from '../marked-beat.ts';
import type { OutputItem } from '../output-item.ts';
import { SignalRing } from '../signal-ring.ts';
import type { Tally } from '../tally.ts';

/** Seconds of signal kept for the strip: as much as the widest screens show. */
const KEPT_SECONDS = 40;

/** Alerts kept: as many as the tallest screens show. */
const KEPT_ALERTS = 24;

/** Everything that the live view shows, as of the newest item; bounded however long the stream. */
export class LiveState {
  readonly title: string;
  /** Counts the same stream, item for item; it is another's to feed. */
  readonly tally: Tally;
  readonly signal = new SignalRing(KEPT_SECONDS * GRID_RATE);
  /** Oldest first. */
  readonly beats: MarkedBeat[] = [];
  /** Newest first. */
  readonly alerts: Alert[] = [];
  link: LinkChange | undefined;
  sensor: string | undefined;
  /** Undefined while nothing is known: before the first signal and after the link was lost. */
  quality: QualityFlaw | 'good' | undefined;
  heartRate: number | undefined;
  /** The newest second opinion. */
  rhythm: RhythmVerdict | undefined;
  readonly #heartRate = new HeartRate();

  /** @param title what is shown: a file name or a sensor's name */
  constructor(title: string, tally: Tally) {
    this.title = title;
    this.tally = tally;
  }

  take(item: OutputItem): void {
    switch (item.kind) {
      case 'signal':
        this.signal.push(item.start, item.ecg, item.flaw);
        this.quality = item.flaw ?? 'good';
        if (item.flaw) this.heartRate = undefined;
        this.#forgetBeats();
        break;
      case 'gap':
        this.signal.pushGap(item.start, item.length);
        this.heartRate = undefined;
        break;
      case 'link':
        this.link = item;
        if (item.state === 'lost') {
          this.quality = undefined;
          this.heartRate = undefined;
        }
        break;
      case 'sensor-info':
        this.sensor = item.model ?? this.sensor;
        break;
      case 'explained': {
        const { verdict } = item;
        this.beats.push(marked(verdict));
        this.heartRate = this.#heartRate.take(verdict);
        break;
      }
      case 'rhythm':
        this.rhythm = item;
        break;
      case 'alert':
        this.alerts.unshift(item);
        this.alerts.length = Math.min(this.alerts.length, KEPT_ALERTS);
        break;
    }
  }

  #forgetBeats(): void {
    const oldest = this.signal.end - this.signal.capacity;
    while (this.beats.length > 0 && this.beats[0].index < oldest) this.beats.shift();
  }
}
