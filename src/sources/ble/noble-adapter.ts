import { setTimeout as sleep } from 'node:timers/promises';
import { type BluetoothLack, BluetoothUnavailable, LinkFailure } from './link-failure.ts';
import {
  makeNoble,
  type Noble,
  type NobleBindings,
  type NobleHci,
  type NobleName,
  type NoblePeripheral,
  type Store,
} from './noble.ts';

const ACL_PACKET = 2;

/** What noble reports of the adapter. */
type NobleState = 'unknown' | 'poweredOn' | 'poweredOff' | 'unauthorized' | 'unsupported' | 'resetting';

/** What the socket complains of, whatever state noble makes of it. */
const COMPLAINTS: readonly (readonly [words: RegExp, lack: BluetoothLack])[] = [
  [/EPERM|EACCES|not permitted|denied/i, 'no-permission'],
  [/EAFNOSUPPORT|not supported/i, 'no-kernel-support'],
  [/ENODEV|no such device/i, 'no-adapter'],
];

/**
 * One instance of noble with what it lacks: an end, a guard against exceptions out of its socket's events, and a
 * bound on what it remembers. All that is known of noble's inner parts stands here.
 */
export class NobleAdapter {
  readonly noble: Noble;
  /** What noble hangs on the process when it begins; it has no way to take it back. */
  readonly #hooks: { readonly event: 'exit' | 'SIGINT'; readonly listener: () => void }[] = [];
  readonly #over = new AbortController();
  #state: NobleState = 'unknown';
  #complaint: string | undefined;

  /**
   * @param onBadPacket told when a packet from the link with a device made noble throw
   * @throws BluetoothUnavailable
   */
  constructor(name: NobleName, onBadPacket: (peripheral: string) => void) {
    this.noble = makeNoble(name);
    whenMade(this.noble._bindings, (hci) => this.#guard(hci, onBadPacket));
    // Noble would print it.
    this.noble.removeAllListeners('warning');
    this.noble.on('warning', (complaint: string) => {
      this.#complaint = complaint;
    });
  }

  /** Aborted when this instance is of no use any more: the adapter was switched off, or let go. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  get isPoweredOn(): boolean {
    return this.#state === 'poweredOn' && !this.over.aborted;
  }

  /**
   * Waits for the adapter to answer.
   *
   * @param reset the controller too begins anew: it may hold connections that nobody knows of any more
   * @throws BluetoothUnavailable
   */
  async begin(milliseconds: number, { reset = false } = {}): Promise<void> {
    const before = new Set([...listenersOf('exit'), ...listenersOf('SIGINT')]);
    const { promise, resolve } = withResolver();
    // Noble begins in the tick after somebody listens to this.
    this.noble.on('stateChange', (state: NobleState) => {
      const wasOn = this.#state === 'poweredOn';
      this.#state = state;
      resolve();
      if (wasOn && state !== 'poweredOn') this.end(new LinkFailure('the Bluetooth adapter was switched off'));
    });
    await new Promise(setImmediate);
    for (const event of ['exit', 'SIGINT'] as const) {
      for (const listener of listenersOf(event)) {
        if (!before.has(listener)) this.#hooks.push({ event, listener });
      }
    }
    if (reset) this.noble.reset();
    // Its handler of SIGINT would end the process. The one of exit disconnects, which is welcome.
    this.#unhook('SIGINT');
    const timeUp = new AbortController();
    await Promise.race([promise, sleep(milliseconds, undefined, { signal: timeUp.signal }).catch(() => {})]);
    timeUp.abort();
    if (this.#state === 'poweredOn') return;
    this.end(new LinkFailure('the Bluetooth adapter does not answer'));
    throw new BluetoothUnavailable(this.#lack());
  }

  /** Lets go of the adapter. What waits for it fails with this reason. */
  end(reason: LinkFailure): void {
    if (this.over.aborted) return;
    this.#over.abort(reason);
    this.noble.removeAllListeners('discover');
    this.#unhook('SIGINT');
    this.#unhook('exit');
    const socket = this.noble._bindings._hci?._socket;
    socket?.removeAllListeners();
    try {
      socket?.stop();
    } catch {
      // It was never started: there is nothing to let go of.
    }
  }

  /** How many devices noble remembers; without `forgetAllBut` it forgets none. */
  get remembered(): number {
    return Object.keys(this.noble._bindings._gap._discoveries).length;
  }

  /** Makes noble forget all devices but these. */
  forgetAllBut(peripherals: ReadonlySet<string>): void {
    const { noble } = this;
    const { _bindings: bindings } = noble;
    const byIdentifier: (Store | undefined)[] = [
      noble._peripherals,
      noble._services,
      noble._characteristics,
      noble._descriptors,
      noble._discoveredPeripheralUUids,
      noble._discoveredPeripherals,
      bindings._addresses,
      bindings._addresseTypes,
      bindings._connectable,
      bindings.scannable,
    ];
    for (const store of byIdentifier) if (store) removeFrom(store, (id) => !peripherals.has(id));
    removeFrom(bindings._gap._discoveries, (address) => !peripherals.has(address.replaceAll(':', '')));
  }

  /** Whether it still tries to connect, although it was told to give up. */
  isConnecting({ id, state }: NoblePeripheral): boolean {
    return state === 'connecting' || this.noble._bindings._pendingConnectionUuid === id;
  }

  /** Told when the adapter has connected, or given up connecting. @returns how to stop listening */
  onConnectionComplete(listener: () => void): () => void {
    const hci = this.noble._bindings._hci;
    hci?.on('leConnComplete', listener);
    return () => hci?.removeListener('leConnComplete', listener);
  }

  /** A short packet makes noble throw out of a socket's event, which would end the process. */
  #guard(hci: NobleHci, onBadPacket: (peripheral: string) => void): void {
    const { onSocketData, onSocketError, pollIsDevUp, flushAcl } = hci;
    hci.onSocketData = (packet) => {
      try {
        onSocketData.call(hci, packet);
      } catch {
        if (packet[0] !== ACL_PACKET || packet.length < 3) return;
        const handle = packet.readUInt16LE(1) & 0xfff;
        const peripheral = this.noble._bindings._handles[handle];
        if (typeof peripheral === 'string') onBadPacket(peripheral);
      }
    };
    hci.pollIsDevUp = () => {
      if (this.over.aborted) return; // The one-second timer ends here.
      try {
        pollIsDevUp.call(hci);
      } catch {
        this.end(new LinkFailure('the Bluetooth adapter was unplugged'));
      }
    };
    // It sends to links that have ended meanwhile, and rejects.
    hci.flushAcl = () => flushAcl.call(hci).catch(() => {});
    // What a socket complains of, one implementation keeps to itself.
    const complain = (error: Error) => {
      this.#complaint ??= error.message;
    };
    hci.onSocketError = (error) => {
      complain(error);
      onSocketError.call(hci, error);
    };
    const { _socket: socket } = hci;
    const { bindRaw } = socket;
    const bind = (...device: unknown[]) => {
      try {
        return bindRaw.apply(socket, device);
      } catch (error) {
        complain(error as Error);
        throw error;
      }
    };
    // Assigning is refused: the native class has it for reading only.
    Object.defineProperty(socket, 'bindRaw', { value: bind });
  }

  #unhook(event: 'exit' | 'SIGINT'): void {
    for (const hook of this.#hooks) if (hook.event === event) process.removeListener(event, hook.listener);
  }

  #lack(): BluetoothLack {
    for (const [words, lack] of COMPLAINTS) if (words.test(this.#complaint ?? '')) return lack;
    if (this.#state === 'unauthorized') return 'no-permission';
    if (this.#state === 'unsupported') return 'no-low-energy';
    if (this.#state === 'poweredOff') return 'adapter-off';
    return 'no-adapter';
  }
}

/** Hands over noble's HCI before it begins to work: one implementation has it from the start, one makes it later. */
function whenMade(bindings: NobleBindings, take: (hci: NobleHci) => void): void {
  if (bindings._hci !== null) {
    take(bindings._hci);
    return;
  }
  let hci: NobleHci | null = null;
  Object.defineProperty(bindings, '_hci', {
    get: () => hci,
    set(made: NobleHci) {
      hci = made;
      take(made);
    },
  });
}

/** Removes the entries whose keys are said to be of no use. */
function removeFrom(store: Store, isUseless: (key: string) => boolean): void {
  if (store instanceof Map || store instanceof Set) {
    for (const key of [...store.keys()]) if (isUseless(key)) store.delete(key);
  } else {
    for (const key in store) if (isUseless(key)) delete store[key];
  }
}

function listenersOf(event: 'exit' | 'SIGINT'): (() => void)[] {
  return process.listeners(event as 'SIGINT') as (() => void)[];
}

function withResolver(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
