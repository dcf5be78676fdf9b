import { EventEmitter } from 'node:events';
import Module, { createRequire } from 'node:module';
import type { Controller } from './controller.ts';

const SOCKET_MODULE = '@abandonware/bluetooth-hci-socket';
type Load = (request: string, ...rest: unknown[]) => unknown;

/** Noble is optional: whether it is there to be tested. */
export const isNobleInstalled = (() => {
  try {
    createRequire(import.meta.url).resolve('@abandonware/noble');
    return true;
  } catch {
    return false;
  }
})();

/** The controller that stands for the machine's adapter. Noble keeps the class that it has loaded, not this. */
let adapter: Controller | undefined;
let opened = 0;

/** How many sockets were opened and not stopped. */
export const openSockets = () => opened;

/** Puts a virtual controller in the place of the machine's adapter. Returns how to undo it. */
export function plugIn(controller: Controller): () => void {
  adapter = controller;
  const loader = Module as unknown as { _load: Load };
  const load = loader._load;
  loader._load = (request, ...rest) => (request === SOCKET_MODULE ? VirtualSocket : load(request, ...rest));
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
    if (this.#isStarted) this.#controller?.write(packet);
  }
}
