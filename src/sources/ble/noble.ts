import type { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { BluetoothUnavailable } from './link-failure.ts';

// What is used of @abandonware/noble 1.9.2-26 and @stoprocent/noble 2.8.0. Their own declarations are not there when
// optional dependencies are left out, and lack inner parts.

/** The implementations of noble, as the command line names them; the first one is the usual one. */
export const NOBLES = ['abandonware', 'stoprocent'] as const;
export type NobleName = (typeof NOBLES)[number];

export interface NobleAdvertisement {
  readonly localName?: string;
  readonly serviceUuids?: readonly string[];
}

export interface NoblePeripheral extends EventEmitter {
  readonly id: string;
  readonly address: string;
  readonly rssi: number;
  readonly connectable: boolean;
  readonly advertisement: NobleAdvertisement;
  /** What the device answered, whatever was asked for; null while nothing was exchanged. */
  readonly mtu: number | null;
  readonly state: 'disconnected' | 'connecting' | 'connected' | 'disconnecting' | 'error';
  connect(options: NobleConnectOptions): void;
  cancelConnect(): void;
  disconnect(): void;
  discoverServices(uuids: readonly string[]): void;
}

/** In the units of the HCI command: intervals in 1.25 ms, time-out in 10 ms. */
export interface NobleConnectOptions {
  readonly minInterval: number;
  readonly maxInterval: number;
  readonly latency: number;
  readonly timeout: number;
}

export interface NobleService extends EventEmitter {
  readonly uuid: string;
  discoverCharacteristics(uuids: readonly string[]): void;
}

export interface NobleCharacteristic extends EventEmitter {
  readonly uuid: string;
  readonly properties: readonly string[];
  read(): void;
  write(value: Buffer, withoutResponse: boolean): void;
  subscribe(): void;
}

/** One instance of noble, with those of its inner parts that have to be held (see `NobleAdapter`). */
export interface Noble extends EventEmitter {
  startScanning(services: readonly string[], allowDuplicates: boolean): void;
  stopScanning(): void;
  /** Has the controller forget everything, connections included; @stoprocent/noble does so whenever it begins. */
  reset(): void;
  readonly _peripherals: Store;
  readonly _services: Store;
  readonly _characteristics: Store;
  readonly _descriptors: Store;
  /** Whom a scan has found. */
  readonly _discoveredPeripheralUUids?: Store;
  readonly _discoveredPeripherals?: Store;
  readonly _bindings: NobleBindings;
}

export interface NobleBindings {
  /** The other way round too: identifiers by handle. */
  readonly _handles: Readonly<Record<string | number, unknown>>;
  readonly _addresses: Store;
  readonly _addresseTypes: Store;
  readonly _connectable: Store;
  readonly scannable: Store;
  /** Whom it is connecting to. */
  readonly _pendingConnectionUuid: string | null;
  readonly _gap: { readonly _discoveries: Readonly<Record<string, unknown>> };
  /** @stoprocent/noble makes it when it begins. */
  _hci: NobleHci | null;
}

export interface NobleHci extends EventEmitter {
  onSocketData(packet: Buffer): void;
  onSocketError(error: Error): void;
  pollIsDevUp(): void;
  flushAcl(): Promise<void>;
  readonly _socket: EventEmitter & { bindRaw(...device: unknown[]): unknown; stop(): void };
}

/** What noble remembers of devices, by its own identifier. */
export type Store = Record<string, unknown> | Map<string, unknown> | Set<string>;

/** Their packages themselves make one instance, and no second. */
const MAKERS: Readonly<Record<NobleName, () => unknown>> = {
  abandonware: () => load('@abandonware/noble/with-custom-binding.js')({}),
  stoprocent: () => load('@stoprocent/noble/lib/resolve-bindings.js')('hci', {}),
};
/** How the native part is called: the package, the file that is built of it, and what is said where that lacks. */
const NATIVE_PART = /hci[-_]socket|No native build/;

// Not a literal `require`: the bundler would otherwise want noble at build time, and it may not be there at all.
const load = createRequire(import.meta.url);

/**
 * A fresh instance of noble.
 *
 * @throws BluetoothUnavailable
 */
export function makeNoble(name: NobleName): Noble {
  if (process.platform !== 'linux') throw new BluetoothUnavailable('not-linux');
  try {
    return MAKERS[name]() as Noble;
  } catch (error) {
    throw lackBehind(error, name);
  }
}

function lackBehind(error: unknown, name: NobleName): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (NATIVE_PART.test(message) || code === 'ERR_DLOPEN_FAILED') {
    return new BluetoothUnavailable('module-not-built');
  }
  if (code === 'MODULE_NOT_FOUND') return new BluetoothUnavailable('module-missing', `@${name}/noble`);
  if (code === 'EAFNOSUPPORT') return new BluetoothUnavailable('no-kernel-support');
  if (code === 'EPERM' || code === 'EACCES') return new BluetoothUnavailable('no-permission');
  return error;
}
