import { Observable, type Subscriber } from 'rxjs';
import { uuidFromHex } from '../../formats/uuid.ts';
import type { Advertisement, Central, Link } from './central.ts';
import { LinkFailure } from './link-failure.ts';
import { NOBLES, type NobleConnectOptions, type NobleName, type NoblePeripheral } from './noble.ts';
import { NobleAdapter } from './noble-adapter.ts';
import { NobleLink } from './noble-link.ts';
import { SerialQueue } from './serial-queue.ts';
import { settle } from './settle.ts';
import { CENTRAL_TIMING, type CentralTiming } from './timing.ts';

/**
 * 15 to 30 ms between connection events, and 4 s until a silent device counts as lost. Noble's own default is
 * 420 ms, which a hand on the sensor outlasts.
 */
const CONNECTION: NobleConnectOptions = { minInterval: 12, maxInterval: 24, latency: 0, timeout: 400 };

/** So many devices are remembered; in a busy place new ones come by the thousand a day. */
const MOST_REMEMBERED = 1_000;

/** A device, with the object that the instance of noble which has seen it knows it by. */
interface Seen extends Advertisement {
  readonly peripheral: NoblePeripheral;
  readonly adapter: NobleAdapter;
}

/**
 * The central role by noble. The radio does one thing at a time: while it connects it does not scan.
 * Whatever wedges noble or the adapter costs its instance, and the next operation begins with a fresh one.
 */
export class NobleCentral implements Central {
  readonly advertisements: Observable<Advertisement>;
  readonly #noble: NobleName;
  readonly #timing: CentralTiming;
  readonly #radio = new SerialQueue();
  readonly #scanners = new Set<Subscriber<Advertisement>>();
  /** By noble's identifier. */
  readonly #links = new Map<string, NobleLink>();
  /** Devices that are to be connected to, by noble's identifier. */
  readonly #awaited = new Set<string>();
  #adapter: NobleAdapter | undefined;
  #scanning: NobleAdapter | undefined;
  #isClosed = false;
  /** The adapter has left a command unanswered. */
  #wasWedged = false;
  /** A process that was killed may have left a connection in the controller, and then its device stays silent. */
  #mayHoldLeftovers = true;

  /** @param noble the implementation that is used */
  constructor(noble: NobleName = NOBLES[0], timing: CentralTiming = CENTRAL_TIMING) {
    this.#noble = noble;
    this.#timing = timing;
    this.advertisements = new Observable((scanner) => {
      this.#scanners.add(scanner);
      // Noble tells of each device once a scan: who comes later must not miss the first.
      this.#adjustScan({ anew: true });
      return () => {
        this.#scanners.delete(scanner);
        this.#adjustScan();
      };
    });
  }

  async ready(): Promise<void> {
    await this.#radio.run(() => this.#poweredOn());
  }

  async connect(advertisement: Advertisement): Promise<Link> {
    const { peripheral, adapter } = advertisement as Seen;
    const before = this.#links.get(peripheral.id);
    if (before !== undefined && !before.over.aborted) {
      throw new LinkFailure(`${peripheral.address} is connected to already`);
    }
    this.#awaited.add(peripheral.id);
    // Outside of the queue: a connection that the adapter is slow to give up keeps nobody else from the radio.
    await before?.released;
    return this.#radio.run(async () => {
      try {
        if (adapter !== this.#adapter || adapter.over.aborted) {
          throw new LinkFailure('the Bluetooth adapter began anew meanwhile');
        }
        await this.#stopScan();
        await this.#connected(peripheral, adapter);
        return this.#keep(peripheral, adapter);
      } finally {
        this.#awaited.delete(peripheral.id);
        this.#adjustScan();
      }
    });
  }

  refresh(): void {
    this.#radio.run(async () => {
      if (this.#links.size > 0) return;
      // Once only: a reset also costs the links of other programs.
      this.#wasWedged ||= this.#mayHoldLeftovers;
      this.#mayHoldLeftovers = false;
      this.#abandon('the Bluetooth adapter begins anew');
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const scanner of [...this.#scanners]) scanner.complete();
    await Promise.all([...this.#links.values()].map((link) => link.disconnect()));
    this.#abandon('the gateway let go of the Bluetooth adapter');
  }

  /** The instance of noble, in a state to be used. */
  async #poweredOn(): Promise<NobleAdapter> {
    if (this.#isClosed) throw new LinkFailure('the gateway let go of the Bluetooth adapter');
    if (this.#adapter?.isPoweredOn) return this.#adapter;
    this.#abandon('the Bluetooth adapter begins anew');
    const adapter = new NobleAdapter(this.#noble, (peripheral) =>
      this.#links.get(peripheral)?.fail(new LinkFailure('the sensor sent a packet that nothing can read')),
    );
    await adapter.begin(this.#timing.adapter, { reset: this.#wasWedged });
    this.#wasWedged = false;
    adapter.noble.on('discover', (peripheral: NoblePeripheral) => this.#discovered(peripheral, adapter));
    adapter.over.addEventListener('abort', () => this.#adjustScan(), { once: true });
    this.#adapter = adapter;
    return adapter;
  }

  #discovered(peripheral: NoblePeripheral, adapter: NobleAdapter): void {
    if (adapter.remembered > MOST_REMEMBERED) {
      adapter.forgetAllBut(new Set([peripheral.id, ...this.#links.keys(), ...this.#awaited]));
    }
    const { localName, serviceUuids = [] } = peripheral.advertisement;
    const seen: Seen = {
      address: peripheral.address,
      name: localName,
      services: serviceUuids.map(uuidFromHex),
      rssi: peripheral.rssi,
      peripheral,
      adapter,
    };
    if (!peripheral.connectable) return;
    for (const scanner of [...this.#scanners]) scanner.next(seen);
  }

  /** Scans if somebody wants to, and not otherwise. */
  #adjustScan({ anew = false } = {}): void {
    this.#radio
      .run(async () => {
        if (anew || this.#scanners.size === 0) await this.#stopScan();
        if (this.#scanners.size === 0) return;
        const adapter = await this.#poweredOn();
        if (this.#scanning === adapter) return;
        await this.#command('beginning to scan', 'scanStart', adapter, () =>
          adapter.noble.startScanning([], false),
        );
        this.#scanning = adapter;
      })
      .catch((error) => {
        for (const scanner of [...this.#scanners]) scanner.error(error);
      });
  }

  async #stopScan(): Promise<void> {
    const adapter = this.#scanning;
    this.#scanning = undefined;
    if (adapter === undefined || adapter.over.aborted) return;
    await this.#command('ending the scan', 'scanStop', adapter, () => adapter.noble.stopScanning());
  }

  /** A command to the adapter; one that it does not answer has wedged it. */
  async #command(what: string, answer: string, adapter: NobleAdapter, begin: () => void): Promise<void> {
    const limits = { what, milliseconds: this.#timing.command, over: adapter.over };
    try {
      await settle<void>(limits, (resolve) => {
        const done = () => resolve();
        adapter.noble.once(answer, done);
        begin();
        return () => adapter.noble.removeListener(answer, done);
      });
    } catch (error) {
      this.#wedged('the Bluetooth adapter did not answer');
      throw error;
    }
  }

  async #connected(peripheral: NoblePeripheral, adapter: NobleAdapter): Promise<void> {
    const { connect, command } = this.#timing;
    try {
      await connection('connecting', connect, peripheral, adapter, () => peripheral.connect(CONNECTION));
    } catch (error) {
      if (peripheral.state !== 'connecting' || adapter.over.aborted) throw error;
      // Noble says at once that it has given up. The adapter says so later, or that it has connected after all.
      peripheral.cancelConnect();
      const limits = { what: 'giving up connecting', milliseconds: command, over: adapter.over };
      await settle<void>(limits, (resolve) => adapter.onConnectionComplete(resolve)).catch(() => {});
      if ((peripheral.state as string) === 'connected') return;
      if (adapter.isConnecting(peripheral)) this.#wedged('the Bluetooth adapter did not give up connecting');
      throw error;
    }
  }

  #keep(peripheral: NoblePeripheral, adapter: NobleAdapter): NobleLink {
    const link = new NobleLink(peripheral, adapter.over, this.#timing);
    this.#links.set(peripheral.id, link);
    link.over.addEventListener(
      'abort',
      () => {
        // A connection that the adapter does not give up blocks its device for ever.
        const wedged = setTimeout(
          () => this.#wedged('the Bluetooth adapter did not end a connection'),
          this.#timing.release,
        );
        link.released.then(() => {
          clearTimeout(wedged);
          this.#links.delete(peripheral.id);
        });
      },
      { once: true },
    );
    return link;
  }

  #wedged(how: string): void {
    this.#wasWedged = true;
    this.#abandon(how);
  }

  /** Ends the instance of noble, if there is one, and with it all links. */
  #abandon(reason: string): void {
    this.#adapter?.end(new LinkFailure(reason));
    this.#adapter = undefined;
  }
}

/** Waits for noble's word on a connection. @throws LinkFailure */
function connection(
  what: string,
  milliseconds: number,
  peripheral: NoblePeripheral,
  { over }: NobleAdapter,
  begin: () => void,
): Promise<void> {
  return settle({ what, milliseconds, over }, (resolve, reject) => {
    const done = (error?: Error) =>
      error ? reject(new LinkFailure(`the connection was not made: ${error.message}`)) : resolve();
    peripheral.once('connect', done);
    begin();
    return () => peripheral.removeListener('connect', done);
  });
}
