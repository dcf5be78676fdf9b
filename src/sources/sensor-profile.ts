/** Bytes for a characteristic. */
export interface ControlWrite {
  readonly characteristic: string;
  readonly value: Uint8Array;
}

/** What a gateway does to have a sensor stream, in this order, once it is connected and knows the GATT table. */
export interface SensorProfile {
  /** As the command line names it. */
  readonly name: string;
  /** The service that marks such a sensor. */
  readonly service: string;
  /** How its name begins, where it advertises its name but not its service. */
  readonly advertisedName?: string;
  readonly reads: readonly string[];
  /** Notifications, or indications where the characteristic has only these. The last one brings the samples. */
  readonly subscriptions: readonly string[];
  /** @param reference a number from 1 to 255 that marks the answer, where the sensor has such */
  readonly start: (reference: number) => readonly ControlWrite[];
  /** So that the sensor does not go on alone, and drain. @param reference the one of its start */
  readonly stop: (reference: number) => readonly ControlWrite[];
}
