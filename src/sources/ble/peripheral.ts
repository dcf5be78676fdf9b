import type { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { CharacteristicProperty } from '../../formats/att-build.ts';
import { uuidToBytes } from '../../formats/uuid.ts';
import type { SensorMessage, SimulatedSensor } from '../simulated/simulated-sensor.ts';
import type { BleHost, HostConnection, HostManager } from './ble-host.ts';
import { BluetoothUnavailable } from './link-failure.ts';
import { settle } from './settle.ts';

const { NOTIFY, INDICATE, READ, WRITE } = CharacteristicProperty;
const GENERIC_ACCESS = '00001800-0000-1000-8000-00805f9b34fb';
const FLAGS = [2, 0x01, 0x06];
const SERVICES_128 = 0x07;
const NAME = 0x09;
const MOST_NAME = 26;
/** Until the adapter has answered, milliseconds. */
const BEGINS_WITHIN = 5_000;

// An optional dependency; nor would it run in the bundle, which is strict.
const load = createRequire(import.meta.url);

const NEVER = new AbortController().signal;

/** A controller's HCI: takes packets, and emits `data` with those that it sends. */
export interface Transport extends EventEmitter {
  write(packet: Buffer): unknown;
}

type Value = Pick<SensorMessage, 'characteristic' | 'value'>;

/** What ble-host makes of a characteristic that can be subscribed to. */
interface Added {
  readonly isNotifying: boolean;
  notify(connection: HostConnection, value: Buffer, sent: () => void): boolean;
  indicate(connection: HostConnection, value: Buffer): boolean;
}

/**
 * A simulated sensor in the peripheral role, on ble-host's stack: advertises, is connected to by one gateway at a time,
 * and sends what it is given.
 */
export class Peripheral {
  readonly #host: BleHost;
  readonly #sensor: SimulatedSensor;
  readonly #characteristics = new Map<string, Added>();
  #connection: HostConnection | undefined;
  #isOver = false;
  /** What waits for room in the controller's buffer. */
  readonly #unsent = new Set<(isSent: boolean) => void>();
  readonly #subscribed = new Set<string>();
  /** How many of its characteristics can be subscribed to. */
  #sending = 0;
  readonly #options: PeripheralOptions;

  private constructor(host: BleHost, sensor: SimulatedSensor, options: PeripheralOptions) {
    this.#host = host;
    this.#sensor = sensor;
    this.#options = options;
  }

  /**
   * @returns when it advertises
   * @throws LinkFailure where the adapter does not answer
   * @throws BluetoothUnavailable where ble-host is not installed
   */
  static async begin(
    transport: Transport,
    sensor: SimulatedSensor,
    options: PeripheralOptions,
  ): Promise<Peripheral> {
    const host = loadHost();
    const peripheral = new Peripheral(host, sensor, options);
    const what = 'taking the Bluetooth adapter over';
    const limits = { what, milliseconds: BEGINS_WITHIN, over: NEVER };
    const manager = await settle<HostManager>(limits, (resolve, reject) => {
      host.BleManager.create(transport, {}, (error, made) => (error ? reject(error) : resolve(made)));
      return () => {};
    });
    const own = sensor.services.filter(({ uuid }) => uuid !== GENERIC_ACCESS);
    manager.gattDb.addServices(
      own.map(({ uuid, characteristics }) => ({
        uuid: hostUuid(uuid),
        characteristics: Object.entries(characteristics).map(([one, properties]) =>
          peripheral.#characteristic(one, properties),
        ),
      })),
    );
    const name = Buffer.from(options.name).subarray(0, MOST_NAME);
    const advertised = own.map(({ uuid }) => uuidToBytes(uuid)).find(({ length }) => length === 16);
    manager.setAdvertisingData(
      Buffer.from([...FLAGS, ...(advertised ? [17, SERVICES_128, ...advertised] : [])]),
    );
    manager.setScanResponseData(Buffer.from([1 + name.length, NAME, ...name]));
    const advertise = () =>
      manager.startAdvertising({}, (_status, connection) => {
        peripheral.#connection = connection;
        options.connected?.();
        connection.on('disconnect', () => {
          peripheral.#connection = undefined;
          for (const done of [...peripheral.#unsent]) done(false);
          options.lost();
          if (!peripheral.#isOver) advertise();
        });
      });
    advertise();
    return peripheral;
  }

  get isConnected(): boolean {
    return this.#connection !== undefined;
  }

  /** Whether somebody has subscribed to all that it can send. */
  get isSubscribed(): boolean {
    return this.isConnected && this.#subscribed.size >= this.#sending;
  }

  /** Sends to whoever has subscribed. @returns whether somebody has; resolves when there is room for more */
  async send({ characteristic, value }: Value): Promise<boolean> {
    const added = this.#characteristics.get(characteristic);
    const connection = this.#connection;
    if (added === undefined || connection === undefined || connection.disconnected) return false;
    if (!added.isNotifying) return added.indicate(connection, Buffer.from(value));
    return new Promise((resolve) => {
      const done = (isSent: boolean) => {
        this.#unsent.delete(done);
        resolve(isSent);
      };
      this.#unsent.add(done);
      if (!added.notify(connection, Buffer.from(value), () => done(true))) done(false);
    });
  }

  /** Ends the connection, if there is one, and offers itself no more. @param milliseconds that this may take */
  async end(milliseconds: number): Promise<void> {
    this.#isOver = true;
    const connection = this.#connection;
    if (connection === undefined) return;
    const ended = settle<void>({ what: 'disconnecting', milliseconds, over: NEVER }, (resolve) => {
      connection.on('disconnect', () => resolve());
      connection.disconnect();
      return () => {};
    });
    await ended.catch(() => {}); // The adapter is let go of anyway.
  }

  #characteristic(uuid: string, properties: number): object {
    if (properties & (NOTIFY | INDICATE)) this.#sending++;
    const added = {
      onSubscriptionChange: (_connection: HostConnection, notifies: boolean, indicates: boolean) => {
        if (notifies || indicates) this.#subscribed.add(uuid);
        else this.#subscribed.delete(uuid);
      },
      uuid: hostUuid(uuid),
      properties: [
        ...(properties & READ ? ['read'] : []),
        ...(properties & WRITE ? ['write'] : []),
        ...(properties & NOTIFY ? ['notify'] : []),
        ...(properties & INDICATE ? ['indicate'] : []),
      ],
      onRead: (_connection: HostConnection, callback: (error: number, value: Buffer) => void) =>
        callback(this.#host.AttErrors.SUCCESS, Buffer.from(this.#sensor.read(uuid))),
      onWrite: (
        connection: HostConnection,
        _needsResponse: boolean,
        value: Buffer,
        callback: (error: number) => void,
      ) => {
        callback(this.#host.AttErrors.SUCCESS);
        const answer = this.#options.answer(uuid, Uint8Array.from(value), connection.gatt.currentMtu);
        if (answer !== undefined) this.send(answer);
      },
    };
    const isNotifying = (properties & NOTIFY) !== 0;
    this.#characteristics.set(uuid, Object.assign(added, { isNotifying }) as unknown as Added);
    return added;
  }
}

export interface PeripheralOptions {
  /** As it advertises itself. */
  readonly name: string;
  /** Told when somebody has connected … */
  readonly connected?: () => void;
  /** … and when that one has gone. */
  readonly lost: () => void;
  /** Answers what was written to a characteristic, if at all. @param mtu of the connection, bytes */
  readonly answer: (characteristic: string, value: Uint8Array, mtu: number) => Value | undefined;
}

function loadHost(): BleHost {
  try {
    return load('ble-host');
  } catch {
    throw new BluetoothUnavailable('module-missing', 'ble-host');
  }
}

/** ble-host takes numbers for short UUIDs and capital letters for long ones. */
function hostUuid(uuid: string): string | number {
  const bytes = uuidToBytes(uuid);
  return bytes.length === 2 ? bytes[0] | (bytes[1] << 8) : uuid.toUpperCase();
}
