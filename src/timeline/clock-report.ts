/** How the sensor's clocks compare with the gateway's, as of now. */
export interface ClockReport {
  readonly kind: 'clock';
  /** Seconds since the stream began. */
  readonly time: number;
  /** Samples that the sensor takes in a second of the gateway's clock. */
  readonly rate: number;
  /** Seconds a second by which the sensor's clock is fast; undefined where it sends no time. */
  readonly drift: number | undefined;
}
