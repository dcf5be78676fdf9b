import {
  confirmation,
  GattTable,
  indication,
  mtuRequest,
  mtuResponse,
  notification,
  readRequest,
  readResponse,
} from '../formats/att-build.ts';
import { btsnoopRecord } from '../formats/btsnoop.ts';
import { disconnectCode } from '../formats/hci.ts';
import {
  attPacket,
  type CapturedPacket,
  connectionComplete,
  createConnection,
  disconnectionComplete,
  type LinkParameters,
  USUAL_LINK,
} from '../formats/hci-build.ts';
import type { Service } from '../sources/ble/central.ts';
import type { Notification, SourceItem } from '../sources/source.ts';

const UNKNOWN_ADDRESS = '00:00:00:00:00:00';
const { mtu: MTU, intervalMs, supervisionTimeoutMs, firstHandle: FIRST_HANDLE } = USUAL_LINK;

/**
 * Writes down what a live source gives as the packets of a capture. The Bluetooth stack shows values and not
 * packets: so handles are given out anew, and connections, discoveries and requests are put as they are usually
 * made. Values and their times are as they came.
 */
export class LinkTranscript {
  #link: LinkParameters | undefined;
  #table: GattTable | undefined;
  #handle: number = FIRST_HANDLE;
  #atMs = 0;

  /** What the sensor has. @returns records */
  discovered(services: readonly Service[]): Uint8Array[] {
    this.#table = new GattTable(
      services.map(({ uuid, characteristics }) => ({
        uuid,
        characteristics: Object.fromEntries(characteristics.map((one) => [one.uuid, one.properties])),
      })),
    );
    return this.#discovery();
  }

  /** @returns records */
  take(item: SourceItem): Uint8Array[] {
    this.#atMs = item.receivedAtMs;
    if (item.kind === 'notification') return this.#value(item);
    if (item.kind !== 'link') return [];
    if (item.state === 'connected') {
      this.#handle = FIRST_HANDLE + ((this.#handle - FIRST_HANDLE + 1) % 0x100);
      this.#link = {
        handle: this.#handle,
        address: item.address ?? UNKNOWN_ADDRESS,
        intervalMs,
        supervisionTimeoutMs,
      };
      return this.#connection(this.#link);
    }
    if (item.state === 'lost' && this.#link !== undefined) {
      const { handle } = this.#link;
      this.#link = undefined;
      this.#table = undefined;
      return this.#records([disconnectionComplete(handle, disconnectCode(item.reason))]);
    }
    return [];
  }

  /** What a new file must begin with, so that it can be understood by itself. @returns records */
  introduction(atMs: number): Uint8Array[] {
    this.#atMs = atMs;
    return this.#link === undefined ? [] : [...this.#connection(this.#link), ...this.#discovery()];
  }

  #connection(link: LinkParameters): Uint8Array[] {
    return this.#records([
      ...createConnection(link),
      ...connectionComplete(link),
      attPacket(link.handle, mtuRequest(MTU), false),
      attPacket(link.handle, mtuResponse(MTU), true),
    ]);
  }

  #discovery(): Uint8Array[] {
    if (this.#link === undefined || this.#table === undefined) return [];
    const { handle } = this.#link;
    return [...this.#table.discovery(MTU)].flatMap(([request, response]) =>
      this.#records([attPacket(handle, request, false), attPacket(handle, response, true)]),
    );
  }

  #value({ characteristic, via, value }: Notification): Uint8Array[] {
    if (this.#link === undefined || this.#table === undefined) return [];
    const { handle } = this.#link;
    const { value: attribute } = this.#table.find(characteristic);
    switch (via) {
      case 'read':
        return this.#records([
          attPacket(handle, readRequest(attribute), false),
          attPacket(handle, readResponse(value), true),
        ]);
      case 'notification':
        return this.#records([attPacket(handle, notification(attribute, value), true)]);
      case 'indication':
        return this.#records([
          attPacket(handle, indication(attribute, value), true),
          attPacket(handle, confirmation(), false),
        ]);
    }
  }

  #records(packets: readonly CapturedPacket[]): Uint8Array[] {
    return packets.map(({ bytes, flags }) => btsnoopRecord(bytes, flags, this.#atMs));
  }
}
