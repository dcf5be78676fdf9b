import { EventEmitter } from 'node:events';
import Module, { createRequire } from 'node:module';
import type { NobleName } from '../../src/sources/ble/noble.ts';
import type { Controller } from './controller.ts';

/** What each implementation of noble asks for its sockets. */
const SOCKET_MODULES: Readonly<Record<string, () => unknown>> = {
  '@abandonware/bluetooth-hci-socket': () => EarlySocket,
  '@stoprocent/bluetooth-hci-socket': () => ({ loadDriver: () => VirtualSocket }),
};
type Load = (request: string, ...rest: unknown[]) => unknown;

/** Both ends of the link are optional dependencies: whether they are there to be tested. */
export function isInstalled(noble: NobleName): boolean {
  const { resolve } = createRequire(import.meta.url);
  try {
    resolve(`@${noble}/noble`);
    resolve('ble-host');
    return true;
  } catch {
    return false;
  }
}

/** The controller that stands for the machine's adapter. Noble keeps the class that it has loaded, not this. */
let adapter: Controller | undefined;
/** What the machine does not let anybody have. */
let lack: 'kernel' | 'permission' | undefined;
let opened = 0;

/** How many sockets were opened and not stopped. */
export const openSockets = () => opened;

/**
 * Puts a virtual controller in the place of the machine's adapter.
 *
 * @param lacking the kernel's support of Bluetooth, or the permission to use the adapter
 * @returns how to undo it
 */
export function plugIn(controller: Controller | undefined, lacking?: typeof lack): () => void {
  adapter = controller;
  lack = lacking;
  const loader = Module as unknown as { _load: Load };
  const load = loader._load;
  loader._load = (request, ...rest) => SOCKET_MODULES[request]?.() ?? load(request, ...rest);
  return () => {
    loader._load = load;
    adapter = undefined;
  };
}

/** What noble makes its sockets of. */
class VirtualSocket extends EventEmitter {
  readonly #controller = adapter;
  #isStarted = false;
  readonly #receive = (packet: Buffer) => this.emit('data', packet);

  bindRaw(): void {
    if (lack === 'kernel') this.emit('error', noKernelSupport());
    if (this.#controller === undefined)
      throw Object.assign(new Error('ENODEV, No such device'), { code: 'ENODEV' });
  }

  setFilter(): void {}

  isDevUp(): boolean {
    return this.#controller?.isUp ?? false;
  }

  start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    opened++;
    this.#controller?.on('data', this.#receive);
  }

  stop(): void {
    if (!this.#isStarted) return;
    this.#isStarted = false;
    opened--;
    this.#controller?.removeListener('data', this.#receive);
  }

  write(packet: Buffer): void {
    if (lack === 'permission') {
      this.emit('error', Object.assign(new Error('Operation not permitted'), { code: 'EPERM' }));
      return;
    }
    if (this.#isStarted) this.#controller?.write(packet);
  }
}

/** Where the kernel knows no Bluetooth, one implementation cannot even make it; the other complains later. */
class EarlySocket extends VirtualSocket {
  constructor() {
    super();
    if (lack === 'kernel') throw noKernelSupport();
  }
}

function noKernelSupport(): Error {
  return Object.assign(new Error('EAFNOSUPPORT, Address family not supported by protocol'), {
    code: 'EAFNOSUPPORT',
  });
}
