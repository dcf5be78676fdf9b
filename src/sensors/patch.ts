import {
  decodeInfo,
  decodeStatus,
  decodeStreamFrame,
  INFO_CHARACTERISTIC,
  STATUS_CHARACTERISTIC,
  STREAM_CHARACTERISTIC,
  TICKS_PER_SECOND,
} from '../../firmware-protocol/index.ts';
import type { Notification } from '../sources/source.ts';
import type { Stage } from '../stage.ts';
import type { BadFrame, Block, SensorInfo, SensorItem, SensorStatus } from './sensor.ts';
import { unwrap32 } from './unwrap.ts';

/** What a patch is taken to be until its info has been read: 1 µV a unit, 250 Hz and no other rate. */
const DEFAULT_NANOVOLTS_PER_UNIT = 1_000;
const DEFAULT_RATES: readonly number[] = [250];

const NANOVOLTS_PER_MILLIVOLT = 1_000_000;

/** A frame's place in its session. */
interface Place {
  readonly session: number;
  readonly index: number;
  readonly ticks: number;
}

/**
 * The driver of the patch that speaks firmware-protocol/: stream frames become blocks, be they live or backfill,
 * info and status what they say. What cannot be decoded becomes a {@link BadFrame}; other characteristics are not its business.
 */
export class PatchDriver implements Stage<Notification, SensorItem> {
  readonly takes = ['notification'] as const;
  #millivoltsPerUnit = DEFAULT_NANOVOLTS_PER_UNIT / NANOVOLTS_PER_MILLIVOLT;
  /** By number, hertz; the usual one first. */
  #rates = DEFAULT_RATES;
  /** Of the last live frame: the next one is unwrapped against it. */
  #last: Place | undefined;

  push(notification: Notification): readonly SensorItem[] {
    switch (notification.characteristic) {
      case STREAM_CHARACTERISTIC:
        return [this.#block(notification)];
      case INFO_CHARACTERISTIC:
        return [this.#info(notification)];
      case STATUS_CHARACTERISTIC:
        return [status(notification)];
      default:
        return [];
    }
  }

  flush(): readonly SensorItem[] {
    return [];
  }

  #block({ value, receivedAtMs }: Notification): Block | BadFrame {
    const frame = decodeStreamFrame(value);
    if (!frame.ok) return badFrame('stream', frame.reason, receivedAtMs);
    const { type, session, firstIndex, ticks, rateNumber, samples, flags } = frame.value;
    const rate = this.#rates[rateNumber];
    if (rate === undefined) return badFrame('stream', 'unknown-rate', receivedAtMs);
    const place = this.#unwrap({ session, index: firstIndex, ticks }, rate);
    // A backfill frame lies anywhere before: it says nothing of where the stream is.
    if (type === 'live') this.#last = place;
    return {
      kind: 'block',
      session,
      firstIndex: place.index,
      deviceTime: place.ticks / TICKS_PER_SECOND,
      receivedAtMs,
      rate,
      samples,
      millivoltsPerUnit: this.#millivoltsPerUnit,
      leadOff: flags.leadOffPositive || flags.leadOffNegative,
      saturated: flags.saturated,
      discontinuity: flags.discontinuity,
      eventMarker: flags.eventMarker,
    };
  }

  #unwrap(frame: Place, rate: number): Place {
    const last = this.#last;
    if (last === undefined || last.session !== frame.session) return frame;
    const index = unwrap32(frame.index, last.index);
    // Ticks wrap after 36 hours, indices after months: the index tells how many times the ticks have wrapped.
    const expectedTicks = last.ticks + ((index - last.index) / rate) * TICKS_PER_SECOND;
    return { session: frame.session, index, ticks: unwrap32(frame.ticks, expectedTicks) };
  }

  #info({ value, receivedAtMs }: Notification): SensorInfo | BadFrame {
    const info = decodeInfo(value);
    if (!info.ok) return badFrame('info', info.reason, receivedAtMs);
    const { major, minor, model, serial, nanovoltsPerUnit, ratesMillihertz } = info.value;
    this.#millivoltsPerUnit = nanovoltsPerUnit / NANOVOLTS_PER_MILLIVOLT;
    this.#rates = ratesMillihertz.map((millihertz) => millihertz / 1_000);
    return {
      kind: 'sensor-info',
      receivedAtMs,
      model,
      serial,
      protocol: `${major}.${minor}`,
      rate: this.#rates[0],
    };
  }
}

function status({ value, receivedAtMs }: Notification): SensorStatus | BadFrame {
  const patch = decodeStatus(value);
  if (!patch.ok) return badFrame('status', patch.reason, receivedAtMs);
  const { batteryPercent, centidegrees, flags, samplesDropped } = patch.value;
  return {
    kind: 'sensor-status',
    receivedAtMs,
    leadOff: flags.leadOffPositive || flags.leadOffNegative,
    samplesDropped,
    ...(batteryPercent !== undefined && { batteryPercent }),
    ...(centidegrees !== undefined && { temperatureCelsius: centidegrees / 100 }),
  };
}

function badFrame(characteristic: string, reason: string, receivedAtMs: number): BadFrame {
  return { kind: 'bad-frame', receivedAtMs, reason: `${characteristic}: ${reason}` };
}
