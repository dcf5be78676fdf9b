import {
  CONTROL_CHARACTERISTIC,
  type ControlRequest,
  decodeAnswer,
  decodeInfo,
  decodeStatus,
  decodeStreamFrame,
  encodeRequest,
  INFO_CHARACTERISTIC,
  OPCODES,
  PATCH_SERVICE,
  STATUS_CHARACTERISTIC,
  STREAM_CHARACTERISTIC,
  TICKS_PER_SECOND,
} from '../../firmware-protocol/index.ts';
import { unwrap32 } from '../dsp/unwrap.ts';
import type { SensorProfile } from '../sources/sensor-profile.ts';
import type { Notification } from '../sources/source.ts';
import { badFrame } from './bad-frame.ts';
import type {
  BackfillChange,
  BadFrame,
  Block,
  SensorDriver,
  SensorInfo,
  SensorItem,
  SensorStatus,
} from './sensor.ts';

/** What a patch is taken to be until its info has been read: 1 µV a unit, 250 Hz and no other rate. */
const DEFAULT_NANOVOLTS_PER_UNIT = 1_000;
const DEFAULT_RATES: readonly number[] = [250];

const NANOVOLTS_PER_MILLIVOLT = 1_000_000;

/** 200 ms at 250 Hz: what a frame adds to the delay. */
const SAMPLES_PER_FRAME = 50;

export const PATCH: SensorProfile = {
  name: 'patch',
  service: PATCH_SERVICE,
  reads: [INFO_CHARACTERISTIC],
  subscriptions: [CONTROL_CHARACTERISTIC, STATUS_CHARACTERISTIC, STREAM_CHARACTERISTIC],
  start: (tag) => [
    control({ opcode: 'start', tag, format: 'int16', rateNumber: 0, samplesPerFrame: SAMPLES_PER_FRAME }),
  ],
  // Another tag than the start's.
  stop: (tag) => [control({ opcode: 'stop', tag: (tag + 1) & 0xff })],
};

function control(request: ControlRequest) {
  return { characteristic: CONTROL_CHARACTERISTIC, value: encodeRequest(request) };
}

/** A frame's place in its session. */
interface Place {
  readonly session: number;
  readonly index: number;
  readonly ticks: number;
}

/**
 * The driver of the patch that speaks firmware-protocol/: stream frames become blocks, be they live or backfill,
 * info and status what they say. What cannot be decoded becomes a {@link BadFrame}; other characteristics are
 * not its business.
 */
export class PatchDriver implements SensorDriver {
  readonly takes = ['notification'] as const;
  readonly characteristics = [
    STREAM_CHARACTERISTIC,
    INFO_CHARACTERISTIC,
    STATUS_CHARACTERISTIC,
    CONTROL_CHARACTERISTIC,
  ];
  #millivoltsPerUnit = DEFAULT_NANOVOLTS_PER_UNIT / NANOVOLTS_PER_MILLIVOLT;
  /** By number, hertz; the usual one first. */
  #rates = DEFAULT_RATES;
  #resends = false;
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
      case CONTROL_CHARACTERISTIC:
        return answer(notification);
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
      resends: this.#resends,
      backfill: type === 'backfill',
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
    const { major, minor, model, serial, nanovoltsPerUnit, ratesMillihertz, capabilities } = info.value;
    this.#resends = capabilities.backfill;
    this.#millivoltsPerUnit = nanovoltsPerUnit / NANOVOLTS_PER_MILLIVOLT;
    this.#rates = ratesMillihertz.map((millihertz) => millihertz / 1_000);
    return {
      kind: 'sensor-info',
      receivedAtMs,
      model,
      serial,
      protocol: `${major}.${minor}`,
      rate: this.#rates[0],
      lossEvidence: 'index',
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

/** Of the answers only those to backfill, and refusals, concern who reads the stream. */
function answer({ value, receivedAtMs }: Notification): (BackfillChange | BadFrame)[] {
  const answer = decodeAnswer(value);
  if (!answer.ok) return [badFrame('control', answer.reason, receivedAtMs)];
  switch (answer.value.result) {
    case 'backfilling':
      return [{ kind: 'backfill', state: 'coming', receivedAtMs }];
    case 'backfill-ended':
    case 'aborted':
      return [{ kind: 'backfill', state: 'ended', receivedAtMs }];
    case 'refused': {
      const { opcode, code } = answer.value;
      // It went on while the link was lost.
      if (code === 'already-streaming') return [];
      if (opcode === OPCODES.backfill) return [{ kind: 'backfill', state: 'ended', receivedAtMs }];
      return [badFrame('control', `opcode ${opcode} refused: ${code}`, receivedAtMs)];
    }
    default:
      return [];
  }
}
