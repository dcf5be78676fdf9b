import {
  CONTROL_CHARACTERISTIC,
  type ControlAnswer,
  type ControlRequest,
  encodeAnswer,
  encodeRequest,
  INFO_CHARACTERISTIC,
  PATCH_SERVICE,
  STATUS_CHARACTERISTIC,
  STREAM_CHARACTERISTIC,
} from '../../firmware-protocol/index.ts';
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
} from '../formats/hci-build.ts';
import { fullUuid } from '../formats/uuid.ts';
import { seededRandom } from './seeded-random.ts';
import { type PatchMessage, SAMPLES_PER_FRAME } from './simulated-patch.ts';

const MTU = 247;
const INTERVAL_MS = 30;
const SUPERVISION_TIMEOUT_MS = 4000;
/** Share of link-layer packets that do not get through and are sent again in the next connection event. */
const RETRANSMITTED = 0.02;
/** From the radio through the controller to the host. */
const LEAST_HOST_DELAY_MS = 0.4;
const MOST_HOST_DELAY_MS = 2;
/** How long the host thinks before it sends again. */
const THINKING_MS = 1;
/** From the request to connect until an advertisement of the patch was heard. */
const ADVERTISING_MS = 180;

/** Static random: no maker's name stands behind it. */
const ADDRESS = 'f6:3a:2c:51:0b:e7';
const FIRST_HANDLE = 0x0040;
const ENDED_BY_HOST = 0x16;
const SUPERVISION_TIMEOUT = 0x08;
const SUBSCRIBE_NOTIFICATIONS = Uint8Array.of(1, 0);
const SUBSCRIBE_INDICATIONS = Uint8Array.of(2, 0);

const { READ, WRITE, NOTIFY, INDICATE } = CharacteristicProperty;
const TABLE = new GattTable([
  // Generic Access with the device's name and appearance, which every peripheral has.
  { uuid: fullUuid(0x1800), characteristics: { [fullUuid(0x2a00)]: READ, [fullUuid(0x2a01)]: READ } },
  {
    uuid: PATCH_SERVICE,
    characteristics: {
      [STREAM_CHARACTERISTIC]: NOTIFY,
      [INFO_CHARACTERISTIC]: READ,
      [STATUS_CHARACTERISTIC]: READ | NOTIFY,
      [CONTROL_CHARACTERISTIC]: WRITE | INDICATE,
    },
  },
]);

/**
 * The traffic between a gateway and a patch as the gateway's controller sees it, for captures: connections,
 * discovery, requests with their answers, and notifications at the times of a radio's connection events.
 * The same seed gives the same times.
 */
export class PatchLink {
  readonly #info: Uint8Array;
  readonly #write: (packet: CapturedPacket, atMs: number) => void;
  #nowMs: number;
  readonly #random: () => number;
  #link: LinkParameters;
  #anchorMs = 0;
  #tag = 0;

  /**
   * @param info value of the patch's info characteristic
   * @param nowMs when the gateway begins, Unix time; moves on with everything that is sent
   * @param write takes each packet, in order of time
   */
  constructor(
    info: Uint8Array,
    nowMs: number,
    seed: number,
    write: (packet: CapturedPacket, atMs: number) => void,
  ) {
    this.#info = info;
    this.#write = write;
    this.#nowMs = nowMs;
    this.#random = seededRandom(seed);
    this.#link = {
      handle: FIRST_HANDLE - 1,
      address: ADDRESS,
      intervalMs: INTERVAL_MS,
      supervisionTimeoutMs: SUPERVISION_TIMEOUT_MS,
    };
  }

  /** Unix time of what was sent last, milliseconds. */
  get timeMs(): number {
    return this.#nowMs;
  }

  /** Connects, and exchanges the MTU. */
  connect(): void {
    this.#link = { ...this.#link, handle: this.#link.handle + 1 };
    this.#emitAll(createConnection(this.#link));
    this.#nowMs += ADVERTISING_MS + this.#random() * INTERVAL_MS;
    this.#anchorMs = this.#nowMs;
    this.#emitAll(connectionComplete(this.#link));
    this.#exchange(mtuRequest(MTU), mtuResponse(MTU));
  }

  /** Finds services, characteristics and descriptors. */
  discover(): void {
    for (const [request, response] of TABLE.discovery(MTU)) this.#exchange(request, response);
  }

  /** Reads what the patch is, and subscribes to all that it sends. */
  subscribe(): void {
    this.#exchange(readRequest(TABLE.find(INFO_CHARACTERISTIC).value), readResponse(this.#info));
    for (const [characteristic, subscription] of [
      [CONTROL_CHARACTERISTIC, SUBSCRIBE_INDICATIONS],
      [STATUS_CHARACTERISTIC, SUBSCRIBE_NOTIFICATIONS],
      [STREAM_CHARACTERISTIC, SUBSCRIBE_NOTIFICATIONS],
    ] as const) {
      this.#exchange(
        writeRequest(TABLE.find(characteristic).configuration as number, subscription),
        writeResponse(),
      );
    }
  }

  /** Has the patch start a stream; its first sample is taken at `timeMs`. */
  start(session: number): void {
    const tag = this.#nextTag();
    const agreed = { format: 'int16', rateNumber: 0, samplesPerFrame: SAMPLES_PER_FRAME } as const;
    this.#control({ opcode: 'start', tag, ...agreed }, { result: 'started', tag, session, ...agreed });
  }

  stop(): void {
    const tag = this.#nextTag();
    this.#control({ opcode: 'stop', tag }, { result: 'stopped', tag });
  }

  /** @param beganMs when the patch took its first sample, Unix time */
  notify({ characteristic, value, readyAt }: PatchMessage, beganMs: number): void {
    this.#receive(notification(TABLE.find(characteristic).value, value), beganMs + readyAt * 1000);
  }

  /** The gateway disconnects. */
  disconnect(): void {
    this.#emitAll(disconnect(this.#link.handle, ENDED_BY_HOST));
    this.#nowMs = this.#nextEventMs(this.#nowMs);
    this.#emit(disconnectionComplete(this.#link.handle, ENDED_BY_HOST));
  }

  /** The patch is not heard any more, until the controller gives the connection up. */
  lose(): void {
    this.#nowMs += SUPERVISION_TIMEOUT_MS;
    this.#emit(disconnectionComplete(this.#link.handle, SUPERVISION_TIMEOUT));
  }

  /** Nothing happens until then. */
  waitUntil(timeMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, timeMs);
  }

  #nextTag(): number {
    this.#tag = (this.#tag + 1) & 0xff;
    return this.#tag;
  }

  #control(request: ControlRequest, answer: ControlAnswer): void {
    const { value } = TABLE.find(CONTROL_CHARACTERISTIC);
    this.#exchange(writeRequest(value, encodeRequest(request)), writeResponse());
    this.#receive(indication(value, encodeAnswer(answer)), this.#nowMs);
    this.#nowMs += THINKING_MS;
    this.#emit(attPacket(this.#link.handle, confirmation(), false));
  }

  #exchange(request: Uint8Array, response: Uint8Array): void {
    this.#nowMs += THINKING_MS;
    this.#emit(attPacket(this.#link.handle, request, false));
    // The request waits for a connection event; the answer comes in the next one.
    this.#receive(response, this.#nextEventMs(this.#nowMs) + INTERVAL_MS / 2);
  }

  #receive(pdu: Uint8Array, readyAtMs: number): void {
    let eventMs = this.#nextEventMs(readyAtMs);
    while (this.#random() < RETRANSMITTED) eventMs += INTERVAL_MS;
    const hostDelayMs = LEAST_HOST_DELAY_MS + this.#random() * (MOST_HOST_DELAY_MS - LEAST_HOST_DELAY_MS);
    // Packets never overtake each other: one that waits holds up what comes behind it.
    this.#nowMs = Math.max(this.#nowMs, eventMs + hostDelayMs);
    this.#emit(attPacket(this.#link.handle, pdu, true));
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
