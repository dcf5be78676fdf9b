import type { Observable } from 'rxjs';

/** A device that lets itself be known. */
export interface Advertisement {
  /** Lower case, with colons. */
  readonly address: string;
  /** As the device calls itself: not to be trusted. */
  readonly name: string | undefined;
  /** 128-bit UUIDs, lower case, with dashes. */
  readonly services: readonly string[];
  /** Signal strength, dBm. */
  readonly rssi: number;
}

/** A characteristic that a discovery has found. */
export interface Characteristic {
  readonly uuid: string;
  /** A sum of `CharacteristicProperty`. */
  readonly properties: number;
}

export interface Service {
  readonly uuid: string;
  readonly characteristics: readonly Characteristic[];
}

/**
 * A connection. Operations are done one after the other. Each of them ends: when it is done, when its time is
 * up, or when the link is lost, the last two with a LinkFailure. An operation whose time is up takes the link
 * down, since nobody knows what state it is in.
 */
export interface Link {
  readonly address: string;
  /** Bytes of the largest attribute packet, known after the discovery. */
  readonly mtu: number;
  /** Aborted when the link has ended, with a LinkFailure that says why. */
  readonly over: AbortSignal;
  /** Finds all services anew; what an earlier link has found means nothing here. */
  discover(): Promise<readonly Service[]>;
  read(characteristic: string): Promise<Uint8Array>;
  /** Returns once the device has acknowledged. */
  write(characteristic: string, value: Uint8Array): Promise<void>;
  /** The listener hears from the first notification, or indication, on. */
  subscribe(characteristic: string, listener: (value: Uint8Array) => void): Promise<void>;
  /** Ends the link. Never rejects, and does nothing on a link that is over. */
  disconnect(): Promise<void>;
}

/** What the gateway asks of a Bluetooth stack in the central role. Nothing that waits for it can wait for ever. */
export interface Central {
  /**
   * Waits, a few seconds at most, until the adapter can be used.
   *
   * @throws BluetoothUnavailable
   */
  ready(): Promise<void>;
  /** Scans while subscribed, however many subscribe. Ends with a LinkFailure where the adapter cannot scan. */
  readonly advertisements: Observable<Advertisement>;
  /**
   * Connects to a device that one of `advertisements` told of.
   *
   * @throws LinkFailure
   */
  connect(advertisement: Advertisement): Promise<Link>;
  /** Begins anew with the adapter, as after a start of the program, unless a link stands. */
  refresh(): void;
  /** Ends all links and lets go of the adapter. */
  close(): Promise<void>;
}
