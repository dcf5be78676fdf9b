/** How long things may take, milliseconds. What takes longer has failed. */
export interface CentralTiming {
  /** From the start until the adapter has told its state; noble asks once a second whether it is up. */
  readonly adapter: number;
  /** The adapter begins or ends a scan, or gives up connecting. */
  readonly command: number;
  readonly connect: number;
  readonly discover: number;
  /** A read, a write or a subscription. */
  readonly operation: number;
  /** The adapter gives a connection up: longer than the link's supervision time-out. */
  readonly release: number;
}

export const CENTRAL_TIMING: CentralTiming = {
  adapter: 5_000,
  command: 2_000,
  connect: 8_000,
  discover: 10_000,
  operation: 5_000,
  release: 6_000,
};
