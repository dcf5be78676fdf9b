import type { ServiceSpec } from '../../formats/att-build.ts';

/** Something that a sensor notifies or indicates. */
export interface SensorMessage {
  readonly characteristic: string;
  readonly value: Uint8Array;
  /** When it was complete, in seconds after the sensor took its first sample. */
  readonly readyAt: number;
}

/** A sensor that measures a signal given to it, and behaves on the air as the real one does. */
export interface SimulatedSensor {
  /** As people write it; static random: no maker's name stands behind it. */
  readonly address: string;
  /** The ATT MTU that it offers. */
  readonly mtu: number;
  /** Its GATT table, in order. */
  readonly services: readonly ServiceSpec[];
  /** What reading a characteristic gives. */
  read(characteristic: string): Uint8Array;
  /** What it answers to a write, if anything, by notification or indication. */
  write(characteristic: string, value: Uint8Array): Omit<SensorMessage, 'readyAt'> | undefined;
  /** @param millivolts NaN where nothing was measured */
  push(millivolts: Float32Array): SensorMessage[];
  /** The signal has ended: returns the last frames, as far as the sensor sends such. */
  flush(): SensorMessage[];
}
