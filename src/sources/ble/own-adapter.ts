import { createRequire } from 'node:module';
import { type BluetoothLack, BluetoothUnavailable } from './link-failure.ts';
import type { Transport } from './peripheral.ts';

/**
 * The machine's adapter, for one program alone: the kernel and BlueZ keep away from it until it is closed. Emits
 * `close` also when it is unplugged.
 */
export interface OwnAdapter extends Transport {
  close(): void;
}

/** ble-host's own socket: an optional dependency of it, since it is for Linux and is compiled. */
const MODULE = 'hci-socket';
const load = createRequire(import.meta.url);

const EAFNOSUPPORT = -97;
const LACKS: Readonly<Record<string, BluetoothLack>> = {
  ENODEV: 'no-adapter',
  EPERM: 'no-permission-alone',
  EACCES: 'no-permission-alone',
  EBUSY: 'adapter-busy',
};

/**
 * Takes the first adapter, and brings it down for everybody else.
 *
 * @throws BluetoothUnavailable
 */
export function takeAdapter(): OwnAdapter {
  if (process.platform !== 'linux') throw new BluetoothUnavailable('not-linux');
  try {
    return new (load(MODULE) as new () => OwnAdapter)();
  } catch (error) {
    throw lackBehind(error as NodeJS.ErrnoException);
  }
}

function lackBehind(error: NodeJS.ErrnoException): Error {
  const { code = '', errno, message } = error;
  if (errno === EAFNOSUPPORT) return new BluetoothUnavailable('no-kernel-support');
  if (code in LACKS) return new BluetoothUnavailable(LACKS[code]);
  if (code === 'MODULE_NOT_FOUND') return new BluetoothUnavailable('module-missing', MODULE);
  // What looks for the file that is compiled.
  if (code === 'ERR_DLOPEN_FAILED' || message.includes('bindings')) {
    return new BluetoothUnavailable('module-not-built');
  }
  return error;
}
