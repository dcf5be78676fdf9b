import { EventEmitter } from 'node:events';
import bleHost, { type Connection } from 'ble-host';
import { CharacteristicProperty } from '../../src/formats/att-build.ts';
import { uuidToBytes } from '../../src/formats/uuid.ts';
import type { SensorMessage, SimulatedSensor } from '../../src/sources/simulated-sensor.ts';
import type { Controller } from './controller.ts';

const { NOTIFY, INDICATE, READ, WRITE } = CharacteristicProperty;
const GENERIC_ACCESS = '00001800-0000-1000-8000-00805f9b34fb';
const FLAGS = [2, 0x01, 0x06];
const SERVICES_128 = 0x07;
const NAME = 0x09;
const MOST_NAME = 26;

type Value = Pick<SensorMessage, 'characteristic' | 'value'>;

/** What ble-host makes of a characteristic that can be subscribed to. */
interface Added {
  readonly isNotifying: boolean;
  notify(connection: Connection, value: Buffer, sent: () => void): boolean;
  indicate(connection: Connection, value: Buffer): boolean;
}

/** A simulated sensor on ble-host's real stack: advertises, is connected to, and sends what it is given. */
export class Peripheral {
  readonly controller: Controller;
  readonly #sensor: SimulatedSensor;
  readonly #characteristics = new Map<string, Added>();
  #connection: Connection | undefined;
  /** What waits for room in the controller's buffer. */
  readonly #unsent = new Set<(isSent: boolean) => void>();
  readonly #subscribed = new Set<string>();
  /** How many of its characteristics can be subscribed to. */
  #sending = 0;
  /** Told when a connection ends. */
  readonly onLost: () => void;
  /** Answers a write, unless the sensor is to do so itself. */
  readonly #answer: (characteristic: string, value: Uint8Array, mtu: number) => Value | undefined;

  private constructor(controller: Controller, sensor: SimulatedSensor, options: PeripheralOptions) {
    this.controller = controller;
    this.#sensor = sensor;
    this.onLost = options.onLost ?? (() => {});
    this.#answer = options.answer ?? ((characteristic, value) => sensor.write(characteristic, value));
  }

  /** @returns when it advertises */
  static async begin(
    controller: Controller,
    sensor: SimulatedSensor,
    options: PeripheralOptions = {},
  ): Promise<Peripheral> {
    const peripheral = new Peripheral(controller, sensor, options);
    const transport = new EventEmitter() as EventEmitter & { write(packet: Buffer): void };
    transport.write = (packet) => controller.write(packet);
    controller.on('data', (packet) => transport.emit('data', packet));
    const manager = await new Promise<Parameters<Parameters<typeof bleHost.BleManager.create>[2]>[1]>(
      (resolve, reject) =>
        bleHost.BleManager.create(transport, {}, (error, made) => (error ? reject(error) : resolve(made))),
    );
    const own = sensor.services.filter(({ uuid }) => uuid !== GENERIC_ACCESS);
    manager.gattDb.addServices(
      own.map(({ uuid, characteristics }) => ({
        uuid: hostUuid(uuid),
        characteristics: Object.entries(characteristics).map(([one, properties]) =>
          peripheral.#characteristic(one, properties),
        ),
      })),
    );
    const name = Buffer.from(options.name ?? 'Patch').subarray(0, MOST_NAME);
    const advertised = own.map(({ uuid }) => uuidToBytes(uuid)).find(({ length }) => length === 16);
    manager.setAdvertisingData(
      Buffer.from([...FLAGS, ...(advertised ? [17, SERVICES_128, ...advertised] : [])]),
    );
    manager.setScanResponseData(Buffer.from([1 + name.length, NAME, ...name]));
    const advertise = () =>
      manager.startAdvertising({}, (_status, connection) => {
        peripheral.#connection = connection;
        connection.on('disconnect', () => {
          peripheral.#connection = undefined;
          for (const done of [...peripheral.#unsent]) done(false);
          peripheral.onLost();
          advertise();
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

  #characteristic(uuid: string, properties: number): object {
    if (properties & (NOTIFY | INDICATE)) this.#sending++;
    const added = {
      onSubscriptionChange: (_connection: Connection, notifies: boolean, indicates: boolean) => {
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
      onRead: (_connection: Connection, callback: (error: number, value: Buffer) => void) =>
        callback(bleHost.AttErrors.SUCCESS, Buffer.from(this.#sensor.read(uuid))),
      onWrite: (
        connection: Connection,
        _needsResponse: boolean,
        value: Buffer,
        callback: (error: number) => void,
      ) => {
        callback(bleHost.AttErrors.SUCCESS);
        const answer = this.#answer(uuid, Uint8Array.from(value), connection.gatt.currentMtu);
        if (answer !== undefined) this.send(answer);
      },
    };
    const isNotifying = (properties & NOTIFY) !== 0;
    this.#characteristics.set(uuid, Object.assign(added, { isNotifying }) as unknown as Added);
    return added;
  }
}

export interface PeripheralOptions {
  readonly name?: string;
  readonly onLost?: () => void;
  readonly answer?: (characteristic: string, value: Uint8Array, mtu: number) => Value | undefined;
}

/** ble-host takes numbers for short UUIDs and capital letters for long ones. */
function hostUuid(uuid: string): string | number {
  const bytes = uuidToBytes(uuid);
  return bytes.length === 2 ? bytes[0] | (bytes[1] << 8) : uuid.toUpperCase();
}
