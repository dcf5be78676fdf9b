import {
  CharacteristicProperty,
  confirmation,
  GattTable,
  indication,
  mtuRequest,
  mtuResponse,
  notification,
  readRequest,
  readResponse,
  writeRequest,
  writeResponse,
} from '../formats/att-build.ts';
import {
  attPacket,
  type CapturedPacket,
  connectionComplete,
  createConnection,
  disconnect,
  disconnectionComplete,
  type LinkParameters,
  USUAL_LINK,
} from '../formats/hci-build.ts';
import { seededRandom } from './seeded-random.ts';
import type { ControlWrite, SensorProfile } from './sensor-profile.ts';
import type { SensorMessage, SimulatedSensor } from './simulated/simulated-sensor.ts';

const { mtu: MTU, intervalMs: INTERVAL_MS, supervisionTimeoutMs: SUPERVISION_TIMEOUT_MS } = USUAL_LINK;
/** Share of link-layer packets that do not get through and are sent again in the next connection event. */
const RETRANSMITTED = 0.02;
/** From the radio through the controller to the host. */
const LEAST_HOST_DELAY_MS = 0.4;
const MOST_HOST_DELAY_MS = 2;
/** How long the host thinks before it sends again. */
const THINKING_MS = 1;
/** From the request to connect until an advertisement of the sensor was heard. */
const ADVERTISING_MS = 180;

const ENDED_BY_HOST = 0x16;
const SUPERVISION_TIMEOUT = 0x08;
const SUBSCRIBE_NOTIFICATIONS = Uint8Array.of(1, 0);
const SUBSCRIBE_INDICATIONS = Uint8Array.of(2, 0);

const { NOTIFY } = CharacteristicProperty;

/**
 * The traffic between a gateway and a sensor as the gateway's controller sees it, for captures: connections,
 * discovery, requests with their answers, and notifications at the times of a radio's connection events. The
 * gateway does what the sensor's profile says. The same seed gives the same times.
 */
export class SensorLink {
  readonly #profile: SensorProfile;
  readonly #write: (packet: CapturedPacket, atMs: number) => void;
  readonly #random: () => number;
  #sensor: SimulatedSensor;
  #table: GattTable;
  #nowMs: number;
  #handle = USUAL_LINK.firstHandle - 1;
  #anchorMs = 0;
  #reference = 0;

  /**
   * @param nowMs when the gateway begins, Unix time; moves on with everything that is sent
   * @param write takes each packet, in order of time
   */
  constructor(
    sensor: SimulatedSensor,
    profile: SensorProfile,
    nowMs: number,
    seed: number,
    write: (packet: CapturedPacket, atMs: number) => void,
  ) {
    this.#sensor = sensor;
    this.#table = new GattTable(sensor.services);
    this.#profile = profile;
    this.#nowMs = nowMs;
    this.#random = seededRandom(seed);
    this.#write = write;
  }

  /** Unix time of what was sent last, milliseconds. */
  get timeMs(): number {
    return this.#nowMs;
  }

  /**
   * Connects, and exchanges the MTU.
   *
   * @param sensor the one that is there now: where it has started anew, it is another one
   */
  connect(sensor = this.#sensor): void {
    this.#sensor = sensor;
    this.#table = new GattTable(sensor.services);
    this.#handle++;
    this.#emitAll(createConnection(this.#parameters));
    this.#nowMs += ADVERTISING_MS + this.#random() * INTERVAL_MS;
    this.#anchorMs = this.#nowMs;
    this.#emitAll(connectionComplete(this.#parameters));
    this.#exchange(mtuRequest(MTU), mtuResponse(sensor.mtu));
  }

  /** Finds services, characteristics and descriptors. */
  discover(): void {
    const mtu = Math.min(MTU, this.#sensor.mtu);
    for (const [request, response] of this.#table.discovery(mtu)) this.#exchange(request, response);
  }

  /** Reads what the sensor is, and subscribes to what it sends. */
  subscribe(): void {
    for (const characteristic of this.#profile.reads) {
      const { value } = this.#table.find(characteristic);
      this.#exchange(readRequest(value), readResponse(this.#sensor.read(characteristic)));
    }
    for (const characteristic of this.#profile.subscriptions) {
      const { configuration, properties } = this.#table.find(characteristic);
      const subscription = properties & NOTIFY ? SUBSCRIBE_NOTIFICATIONS : SUBSCRIBE_INDICATIONS;
      this.#exchange(writeRequest(configuration as number, subscription), writeResponse());
    }
  }

  /** Has the sensor start a stream; its first sample is taken at `timeMs`. */
  start(): void {
    this.#reference = (this.#reference % 255) + 1;
    for (const write of this.#profile.start(this.#reference)) this.#control(write);
  }

  stop(): void {
    for (const write of this.#profile.stop(this.#reference)) this.#control(write);
  }

  /** @param beganMs when the sensor took its first sample, Unix time */
  notify({ characteristic, value, readyAt }: SensorMessage, beganMs: number): void {
    this.#receive(notification(this.#table.find(characteristic).value, value), beganMs + readyAt * 1000);
  }

  /** The gateway disconnects. */
  disconnect(): void {
    this.#emitAll(disconnect(this.#handle, ENDED_BY_HOST));
    this.#nowMs = this.#nextEventMs(this.#nowMs);
    this.#emit(disconnectionComplete(this.#handle, ENDED_BY_HOST));
  }

  /** The sensor is not heard any more, until the controller gives the connection up. */
  lose(): void {
    this.#nowMs += SUPERVISION_TIMEOUT_MS;
    this.#emit(disconnectionComplete(this.#handle, SUPERVISION_TIMEOUT));
  }

  /** Nothing happens until then. */
  waitUntil(timeMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, timeMs);
  }

  get #parameters(): LinkParameters {
    return {
      handle: this.#handle,
      address: this.#sensor.address,
      intervalMs: INTERVAL_MS,
      supervisionTimeoutMs: SUPERVISION_TIMEOUT_MS,
    };
  }

  #control({ characteristic, value }: ControlWrite): void {
    this.#exchange(writeRequest(this.#table.find(characteristic).value, value), writeResponse());
    const answer = this.#sensor.write(characteristic, value);
    if (answer === undefined) return;
    const { value: handle, properties } = this.#table.find(answer.characteristic);
    if (properties & NOTIFY) {
      this.#receive(notification(handle, answer.value), this.#nowMs);
      return;
    }
    this.#receive(indication(handle, answer.value), this.#nowMs);
    this.#nowMs += THINKING_MS;
    this.#emit(attPacket(this.#handle, confirmation(), false));
  }

  #exchange(request: Uint8Array, response: Uint8Array): void {
    this.#nowMs += THINKING_MS;
    this.#emit(attPacket(this.#handle, request, false));
    // The request waits for a connection event; the answer comes in the next one.
    this.#receive(response, this.#nextEventMs(this.#nowMs) + INTERVAL_MS / 2);
  }

  #receive(pdu: Uint8Array, readyAtMs: number): void {
    let eventMs = this.#nextEventMs(readyAtMs);
    while (this.#random() < RETRANSMITTED) eventMs += INTERVAL_MS;
    const hostDelayMs = LEAST_HOST_DELAY_MS + this.#random() * (MOST_HOST_DELAY_MS - LEAST_HOST_DELAY_MS);
    // Packets never overtake each other: one that waits holds up what comes behind it.
    this.#nowMs = Math.max(this.#nowMs, eventMs + hostDelayMs);
    this.#emit(attPacket(this.#handle, pdu, true));
  }

  /** The first connection event that is not before a time. */
  #nextEventMs(timeMs: number): number {
    return this.#anchorMs + Math.ceil((timeMs - this.#anchorMs) / INTERVAL_MS) * INTERVAL_MS;
  }

  #emitAll(packets: readonly CapturedPacket[]): void {
    for (const packet of packets) this.#emit(packet);
  }

  #emit(packet: CapturedPacket): void {
    this.#write(packet, this.#nowMs);
  }
}
