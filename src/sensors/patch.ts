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

/** What a patch is taken to be until its info has been read: 1 µV a unit, 250 Hz. */
const DEFAULT_NANOVOLTS_PER_UNIT = 1_000;
const DEFAULT_RATE = 250;

const NANOVOLTS_PER_MILLIVOLT = 1_000_000;

/** The last frame's place in its session, to unwrap the next one's against. */
interface Place {
  readonly session: number;
  readonly index: number;
  readonly ticks: number;
}

/**
 * The driver of the patch that speaks firmware-protocol/: stream frames become blocks, info and status what
 * they say. What cannot be decoded becomes a {@link BadFrame}; other characteristics are not its business.
 */
export class PatchDriver implements Stage<Notification, SensorItem> {
  readonly takes = ['notification'] as const;
  #millivoltsPerUnit = DEFAULT_NANOVOLTS_PER_UNIT / NANOVOLTS_PER_MILLIVOLT;
  #rate = DEFAULT_RATE;
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
    const { session, firstIndex, ticks, samples, flags } = frame.value;
    const place = this.#unwrap({ session, index: firstIndex, ticks });
    this.#last = place;
    return {
      kind: 'block',
      session,
      firstIndex: place.index,
      deviceTime: place.ticks / TICKS_PER_SECOND,
      receivedAtMs,
      rate: this.#rate,
      samples,
      millivoltsPerUnit: this.#millivoltsPerUnit,
      leadOff: flags.leadOffPositive || flags.leadOffNegative,
      saturated: flags.saturated,
      discontinuity: flags.discontinuity,
      eventMarker: flags.eventMarker,
    };
  }

  #unwrap(frame: Place): Place {
    const last = this.#last;
    if (last === undefined || last.session !== frame.session) return frame;
    const index = unwrap32(frame.index, last.index);
    // Ticks wrap after 36 hours, indices after months: the index tells how many times the ticks have wrapped.
    const expectedTicks = last.ticks + ((index - last.index) / this.#rate) * TICKS_PER_SECOND;
    return { session: frame.session, index, ticks: unwrap32(frame.ticks, expectedTicks) };
  }

  #info({ value, receivedAtMs }: Notification): SensorInfo | BadFrame {
    const info = decodeInfo(value);
    if (!info.ok) return badFrame('info', info.reason, receivedAtMs);
    const { major, minor, model, serial, nanovoltsPerUnit, rateMillihertz } = info.value;
    this.#millivoltsPerUnit = nanovoltsPerUnit / NANOVOLTS_PER_MILLIVOLT;
    this.#rate = rateMillihertz / 1_000;
    return {
      kind: 'sensor-info',
      receivedAtMs,
      model,
      serial,
      protocol: `${major}.${minor}`,
      rate: this.#rate,
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
