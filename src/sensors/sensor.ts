/** What one notification held: samples in the sensor's own units and what the sensor says of them. */
export interface Block {
  readonly kind: 'block';
  /** Changes whenever the sensor starts a new stream. */
  readonly session: number;
  /** Index of the first sample within the session, unwrapped. */
  readonly firstIndex: number;
  /** The sensor's own clock at the first sample, seconds, unwrapped within the session. */
  readonly deviceTime: number;
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
}

/** What the sensor reports of itself. Absent fields were not reported. */
export interface SensorStatus {
  readonly kind: 'sensor-status';
  readonly receivedAtMs: number;
  readonly batteryPercent?: number;
  readonly leadOff?: boolean;
  readonly samplesDropped?: number;
  readonly temperatureCelsius?: number;
}

/** What the sensor is. */
export interface SensorInfo {
  readonly kind: 'sensor-info';
  readonly receivedAtMs: number;
  readonly model: string;
  readonly serial: string;
  readonly protocol: string;
  readonly rate: number;
}

/** A notification that could not be decoded: counted, reported, and never the end of a stream. */
export interface BadFrame {
  readonly kind: 'bad-frame';
  readonly receivedAtMs: number;
  readonly reason: string;
}

export type SensorItem = Block | SensorStatus | SensorInfo | BadFrame;
