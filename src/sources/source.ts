import type { Observable } from 'rxjs';

/**
 * Bytes of one characteristic, with the time of their arrival. Read responses travel the same way, since a
 * capture holds both.
 */
export interface Notification {
  readonly kind: 'notification';
  /** 128-bit UUID, lower case, with dashes. */
  readonly characteristic: string;
  readonly via: 'notification' | 'indication' | 'read';
  readonly value: Uint8Array;
  /** Milliseconds on the gateway's clock (Unix time, fractional). */
  readonly receivedAtMs: number;
}

/**
 * Where a link is. A live source goes round: it scans, connects, streams, loses the link, and waits a little
 * before it scans again. A capture tells of `connected` and `lost` alone.
 */
export type LinkState = 'scanning' | 'connecting' | 'connected' | 'streaming' | 'lost' | 'waiting';

/** The state of the link to the sensor changed. A link is `lost` only after it was `connected`. */
export interface LinkChange {
  readonly kind: 'link';
  readonly state: LinkState;
  readonly receivedAtMs: number;
  readonly address?: string;
  /** Why the link was lost, or could not be had, in words. */
  readonly reason?: string;
}

/** Input that could not be used was skipped: the source says what, where and how much. */
export interface SourceFault {
  readonly kind: 'source-fault';
  readonly message: string;
  readonly receivedAtMs: number;
}

export type SourceItem = Notification | LinkChange | SourceFault;

/** A source of notifications: a live sensor, a capture or a database record. All are equal to the pipe. */
export interface Source {
  /** What this is, for the terminal: a file name or a sensor's name. */
  readonly title: string;
  readonly items: Observable<SourceItem>;
}
