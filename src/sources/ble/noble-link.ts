import type { EventEmitter } from 'node:events';
import { CharacteristicProperty } from '../../formats/att-build.ts';
import { disconnectReason } from '../../formats/hci.ts';
import { uuidFromHex } from '../../formats/uuid.ts';
import type { Link, Service } from './central.ts';
import { LinkFailure } from './link-failure.ts';
import type { NobleCharacteristic, NoblePeripheral, NobleService } from './noble.ts';
import { SerialQueue } from './serial-queue.ts';
import { settle } from './settle.ts';
import type { CentralTiming } from './timing.ts';

const LEAST_MTU = 23;
/** What noble asks for on Linux; it reports what the device offers, which may be more. */
const MOST_MTU = 256;

/** The connection could not be established. */
const NOT_ESTABLISHED = 0x3e;

const PROPERTIES: Readonly<Record<string, number>> = {
  read: CharacteristicProperty.READ,
  write: CharacteristicProperty.WRITE,
  notify: CharacteristicProperty.NOTIFY,
  indicate: CharacteristicProperty.INDICATE,
};

/**
 * A connection that noble has made. Noble's own promises stay pending when a link drops, so that only its events
 * are used here, each raced against the end of the link and a time-out.
 */
export class NobleLink implements Link {
  readonly address: string;
  /** Settles when the adapter has given the connection up; only then can the device be connected to again. */
  readonly released: Promise<void>;
  readonly #peripheral: NoblePeripheral;
  readonly #adapterOver: AbortSignal;
  readonly #timing: CentralTiming;
  readonly #queue = new SerialQueue();
  readonly #over = new AbortController();
  #characteristics = new Map<string, NobleCharacteristic>();
  #release = () => {};

  /** @param peripheral connected @param adapterOver aborted when noble's instance has ended */
  constructor(peripheral: NoblePeripheral, adapterOver: AbortSignal, timing: CentralTiming) {
    this.address = peripheral.address;
    this.#peripheral = peripheral;
    this.#adapterOver = adapterOver;
    this.#timing = timing;
    this.released = new Promise((resolve) => {
      this.#release = () => {
        peripheral.removeListener('disconnect', this.#onDisconnect);
        adapterOver.removeEventListener('abort', this.#onAdapterOver);
        resolve();
      };
    });
    peripheral.on('disconnect', this.#onDisconnect);
    adapterOver.addEventListener('abort', this.#onAdapterOver);
    if (adapterOver.aborted) this.#onAdapterOver();
    // Lost in the same breath, before anybody listened.
    else if (peripheral.state !== 'connected') this.#onDisconnect(NOT_ESTABLISHED);
  }

  get over(): AbortSignal {
    return this.#over.signal;
  }

  get mtu(): number {
    return Math.min(MOST_MTU, Math.max(LEAST_MTU, this.#peripheral.mtu ?? LEAST_MTU));
  }

  discover(): Promise<readonly Service[]> {
    return this.#queue.run(async () => {
      const found = new Map<string, NobleCharacteristic>();
      const services: Service[] = [];
      const isOver = AbortSignal.timeout(this.#timing.discover);
      for (const service of await this.#services()) {
        if (isOver.aborted) this.fail(new LinkFailure('the discovery found no end'));
        const characteristics = await this.#characteristicsOf(service);
        for (const one of characteristics) found.set(uuidFromHex(one.uuid), one);
        services.push({
          uuid: uuidFromHex(service.uuid),
          characteristics: characteristics.map(({ uuid, properties }) => ({
            uuid: uuidFromHex(uuid),
            properties: properties.reduce((sum, name) => sum + (PROPERTIES[name] ?? 0), 0),
          })),
        });
      }
      this.#characteristics = found;
      return services;
    });
  }

  read(uuid: string): Promise<Uint8Array> {
    return this.#queue.run(async () => {
      const characteristic = this.#find(uuid);
      const value = await this.#wait<Uint8Array>(`reading ${uuid}`, this.#timing.operation, (resolve) => {
        const stop = listen(characteristic, 'data', (bytes: Buffer, isNotification: boolean) => {
          if (!isNotification) resolve(Uint8Array.from(bytes));
        });
        characteristic.read();
        return stop;
      });
      // What the device refuses reads as nothing.
      if (value.length === 0) throw new LinkFailure(`the sensor refused a read of ${uuid}`);
      return value;
    });
  }

  write(uuid: string, value: Uint8Array): Promise<void> {
    return this.#queue.run(() => {
      const characteristic = this.#find(uuid);
      return this.#wait(`writing ${uuid}`, this.#timing.operation, (resolve) => {
        const stop = listen(characteristic, 'write', resolve);
        characteristic.write(Buffer.from(value), false);
        return stop;
      });
    });
  }

  subscribe(uuid: string, listener: (value: Uint8Array) => void): Promise<void> {
    return this.#queue.run(() => {
      const characteristic = this.#find(uuid);
      characteristic.on('data', (bytes: Buffer, isNotification: boolean) => {
        if (isNotification && !this.over.aborted) listener(Uint8Array.from(bytes));
      });
      return this.#wait(`subscribing to ${uuid}`, this.#timing.operation, (resolve) => {
        const stop = listen(characteristic, 'notify', resolve);
        characteristic.subscribe();
        return stop;
      });
    });
  }

  disconnect(): Promise<void> {
    this.fail(new LinkFailure('the gateway ended the connection'));
    return this.released;
  }

  /** Ends the link for a reason. */
  fail(reason: LinkFailure): void {
    if (this.over.aborted) return;
    this.#end(reason);
    // Of a link that does not stand, noble would disconnect handle 0.
    if (this.#peripheral.state === 'connected') this.#peripheral.disconnect();
  }

  #services(): Promise<NobleService[]> {
    return this.#wait('finding the services', this.#timing.discover, (resolve) => {
      const stop = listen(this.#peripheral, 'servicesDiscover', resolve);
      this.#peripheral.discoverServices([]);
      return stop;
    });
  }

  #characteristicsOf(service: NobleService): Promise<NobleCharacteristic[]> {
    return this.#wait('finding the characteristics', this.#timing.discover, (resolve) => {
      const stop = listen(service, 'characteristicsDiscover', resolve);
      service.discoverCharacteristics([]);
      return stop;
    });
  }

  #find(uuid: string): NobleCharacteristic {
    if (this.over.aborted) throw this.over.reason;
    const characteristic = this.#characteristics.get(uuid);
    if (characteristic === undefined) throw new LinkFailure(`the sensor has no characteristic ${uuid}`);
    return characteristic;
  }

  async #wait<T>(what: string, milliseconds: number, begin: Parameters<typeof settle<T>>[1]): Promise<T> {
    try {
      return await settle({ what, milliseconds, over: this.over }, begin);
    } catch (error) {
      this.fail(error instanceof LinkFailure ? error : new LinkFailure(`${what} failed`));
      throw this.over.reason;
    }
  }

  #end(reason: LinkFailure): void {
    if (this.over.aborted) return;
    this.#over.abort(reason);
    for (const characteristic of this.#characteristics.values()) characteristic.removeAllListeners();
    this.#characteristics.clear();
  }

  /** @param reason HCI's code, or, where noble itself has ended it, a word */
  readonly #onDisconnect = (reason: number | string) => {
    const words = typeof reason === 'number' ? disconnectReason(reason) : 'the Bluetooth adapter ended it';
    this.#end(new LinkFailure(words));
    this.#release();
  };

  readonly #onAdapterOver = () => {
    this.#end(this.#adapterOver.reason);
    this.#release();
  };
}

/** @returns how to stop listening */
function listen<T extends unknown[]>(
  emitter: EventEmitter,
  event: string,
  listener: (...values: T) => void,
): () => void {
  emitter.on(event, listener as (...values: unknown[]) => void);
  return () => emitter.removeListener(event, listener as (...values: unknown[]) => void);
}
