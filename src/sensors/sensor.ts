import type { Notification } from '../sources/source.ts';
import type { Stage } from '../stage.ts';

/** What one notification held: samples in the sensor's own units and what the sensor says of them. */
export interface Block {
  readonly kind: 'block';
  /** Changes whenever the sensor starts a new stream. */
  readonly session: number;
  /** Index of the first sample within the session, unwrapped. */
  readonly firstIndex: number;
  /**
   * The sensor's own clock at the first sample, seconds, unwrapped within the session. Undefined where the sensor
   * sends no time: then its samples are all the clock it has, and its index counts only what arrived.
   */
  readonly deviceTime: number | undefined;
  readonly receivedAtMs: number;
  /** Nominal sampling rate, hertz. */
  readonly rate: number;
  readonly samples: Int32Array;
  readonly millivoltsPerUnit: number;
  readonly leadOff: boolean;
  readonly saturated: boolean;
  /** The sensor lost samples before this block that its index does not count. */
  readonly discontinuity: boolean;
  readonly eventMarker: boolean;
  /** The sensor keeps what it sampled and can be asked for it: what is missing may come late, even after a reconnection. */
  readonly resends: boolean;
  /** It was asked for: it lies before what is sampled now. */
  readonly backfill: boolean;
}

/** The flags of a sensor that has none. */
export const UNFLAGGED = {
  leadOff: false,
  saturated: false,
  discontinuity: false,
  eventMarker: false,
  resends: false,
  backfill: false,
} as const;

/** The sensor began to send, or has sent, what was asked for of its memory. */
export interface BackfillChange {
  readonly kind: 'backfill';
  readonly receivedAtMs: number;
  readonly state: 'coming' | 'ended';
}

/** What the sensor reports of itself. Absent fields were not reported. */
export interface SensorStatus {
  readonly kind: 'sensor-status';
  readonly receivedAtMs: number;
  readonly batteryPercent?: number;
  readonly leadOff?: boolean;
  readonly samplesDropped?: number;
  readonly temperatureCelsius?: number;
  /** By the sensor's own beat detector, beats a minute. */
  readonly heartRate?: number;
}

/**
 * How samples that were lost on the way are found: the sensor counts them; its time stamps show a hole; or not
 * at all, so that a loss looks like a slower sensor.
 */
export type LossEvidence = 'index' | 'time' | 'none';

/** What the sensor is. Absent fields were not reported. */
export interface SensorInfo {
  readonly kind: 'sensor-info';
  readonly receivedAtMs: number;
  readonly maker?: string;
  readonly model?: string;
  readonly serial?: string;
  readonly firmware?: string;
  readonly protocol?: string;
  /** Nominal sampling rate, hertz. */
  readonly rate?: number;
  readonly lossEvidence?: LossEvidence;
}

/** A notification that could not be decoded, or in which the sensor refuses: counted, reported, never the end of a stream. */
export interface BadFrame {
  readonly kind: 'bad-frame';
  readonly receivedAtMs: number;
  readonly reason: string;
}

export type SensorItem = Block | BackfillChange | SensorStatus | SensorInfo | BadFrame;

/** Understands what one kind of sensor, or one service, notifies. */
export interface SensorDriver extends Stage<Notification, SensorItem> {
  /** Whose values it takes. */
  readonly characteristics: readonly string[];
}
