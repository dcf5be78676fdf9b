import type { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { BluetoothUnavailable } from './link-failure.ts';

// What is used of @abandonware/noble 1.9.2-26. Its own declarations are not there when optional dependencies are
// left out, and they lack the options of connect.

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
  notify(subscribe: boolean): void;
}

/** One instance of noble, with those of its inner parts that have to be held (see `NobleAdapter`). */
export interface Noble extends EventEmitter {
  startScanning(services: readonly string[], allowDuplicates: boolean): void;
  stopScanning(): void;
  /** Has the controller forget everything, connections included. */
  reset(): void;
  readonly _peripherals: Dictionary;
  readonly _services: Dictionary;
  readonly _characteristics: Dictionary;
  readonly _descriptors: Dictionary;
  readonly _discoveredPeripheralUUids: Dictionary;
  readonly _bindings: NobleBindings;
}

export interface NobleBindings {
  /** The other way round too: identifiers by handle. */
  readonly _handles: Readonly<Record<string | number, unknown>>;
  readonly _addresses: Dictionary;
  readonly _addresseTypes: Dictionary;
  readonly _connectable: Dictionary;
  readonly scannable: Dictionary;
  readonly _gap: { readonly _discoveries: Dictionary };
  readonly _hci: NobleHci;
}

export interface NobleHci {
  onSocketData(packet: Buffer): void;
  pollIsDevUp(): void;
  flushAcl(): Promise<void>;
  readonly _socket: EventEmitter & { stop(): void };
}

export type Dictionary = Record<string, unknown>;

/** Makes instances; the package itself makes one, and no second. */
const MODULE = '@abandonware/noble/with-custom-binding.js';
/** How the native part is called: the package, and the file that is built of it. */
const NATIVE_PART = /hci[-_]socket/;

// Not a literal `require`: the bundler would otherwise want noble at build time, and it may not be there at all.
const load = createRequire(import.meta.url);

/**
 * A fresh instance of noble.
 *
 * @throws BluetoothUnavailable
 */
export function makeNoble(): Noble {
  if (process.platform !== 'linux') throw new BluetoothUnavailable('not-linux');
  try {
    return (load(MODULE) as (options: object) => Noble)({});
  } catch (error) {
    throw lackBehind(error);
  }
}

function lackBehind(error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'MODULE_NOT_FOUND') {
    return new BluetoothUnavailable(NATIVE_PART.test(message) ? 'module-not-built' : 'module-missing');
  }
  if (code === 'ERR_DLOPEN_FAILED') return new BluetoothUnavailable('module-not-built');
  if (code === 'EAFNOSUPPORT') return new BluetoothUnavailable('no-kernel-support');
  if (code === 'EPERM' || code === 'EACCES') return new BluetoothUnavailable('no-permission');
  return error;
}
