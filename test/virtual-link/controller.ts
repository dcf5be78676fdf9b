import { EventEmitter } from 'node:events';
import { EventCode, LeSubevent, PacketType } from '../../src/formats/hci.ts';
import type { Air } from './air.ts';

const COMMAND_COMPLETE = 0x0e;
const COMMAND_STATUS = 0x0f;
const NUMBER_OF_COMPLETED_PACKETS = 0x13;
const REMOTE_VERSION = 0x0c;
const LE_REMOTE_FEATURES = 0x04;
const LE_ADVERTISING_REPORT = 0x02;
const LE_UPDATE_COMPLETE = 0x03;

/** What a host that begins sends first: Set Event Mask, or Reset. */
const FIRST_COMMANDS: ReadonlySet<number> = new Set([0x0c01, 0x0c03]);

const CONNECTABLE = 0;
const SCAN_RESPONSE = 4;
const UNKNOWN_CONNECTION = 0x02;
export const Reason = { SUPERVISION: 0x08, BY_PEER: 0x13, BY_HOST: 0x16 } as const;

const ACL_LENGTH = 251;
const ACL_BUFFERS = 8;
/** Bluetooth 5.0, and one that knew no Low Energy yet. */
const VERSION = 9;
export const VERSION_WITHOUT_LOW_ENERGY = 4;

/** A Bluetooth LE controller, as far as hosts can tell: HCI on one side, the virtual air on the other. */
export class Controller extends EventEmitter {
  readonly address: string;
  readonly #air: Air;
  #outbox: Buffer[] = [];
  /** False: it takes no command and says nothing, as when it is switched off. */
  isUp = true;
  /** True: it takes no command, although links stand, until a host begins anew with it. */
  isWedged = false;
  isInReach = true;
  version = VERSION;
  /** Bytes; undefined while it does not advertise. */
  advertising = false;
  #advertisement: Buffer = Buffer.alloc(0);
  #scanResponse: Buffer = Buffer.alloc(0);
  scanning = false;
  /** The address that it tries to connect to. */
  connecting: string | undefined;
  /** The other end of each connection, by handle. */
  readonly connections = new Map<number, Controller>();

  constructor(air: Air, address: string) {
    super();
    this.address = address;
    this.#air = air;
  }

  /** The host sends a packet. */
  write(packet: Buffer): void {
    if (!this.isUp) return;
    if (packet[0] === PacketType.ACL) this.#air.carry(this, packet);
    else if (packet[0] === PacketType.COMMAND) this.#command(packet.readUInt16LE(1), packet.subarray(4));
  }

  /** Forgets everything, and says nothing of it. */
  powerOff(): void {
    this.isUp = false;
    this.scanning = false;
    this.connecting = undefined;
    this.connections.clear();
  }

  /** Hands a packet to the host: in order, and never while the host is calling. */
  deliver(packet: Buffer): void {
    if (this.#outbox.length === 0) setImmediate(() => this.#flush());
    this.#outbox.push(packet);
  }

  #flush(): void {
    const packets = this.#outbox;
    this.#outbox = [];
    for (const packet of packets) if (this.isUp) this.emit('data', packet);
  }

  hears(advertiser: Controller): void {
    this.report(CONNECTABLE, advertiser.address, advertiser.#advertisement);
    this.report(SCAN_RESPONSE, advertiser.address, advertiser.#scanResponse);
  }

  report(type: number, address: string, data: Buffer): void {
    const head = [1, type, 0, ...addressBytes(address), data.length];
    this.meta(LE_ADVERTISING_REPORT, Buffer.from([...head, ...data, 0xc8]));
  }

  connected(handle: number, peer: Controller, role: number): void {
    this.connections.set(handle, peer);
    const link = [...u16(24), ...u16(0), ...u16(400), 0];
    this.meta(
      LeSubevent.CONNECTION_COMPLETE,
      Buffer.from([0, ...u16(handle), role, 0, ...addressBytes(peer.address), ...link]),
    );
  }

  disconnected(handle: number, reason: number): void {
    if (!this.connections.delete(handle)) return;
    this.event(EventCode.DISCONNECTION_COMPLETE, [0, ...u16(handle), reason]);
  }

  /** So many packets have left the buffer. */
  completed(handle: number, count: number): void {
    this.event(NUMBER_OF_COMPLETED_PACKETS, [1, ...u16(handle), ...u16(count)]);
  }

  meta(subevent: number, data: Buffer): void {
    this.event(EventCode.LE_META, [subevent, ...data]);
  }

  event(code: number, data: readonly number[]): void {
    this.deliver(Buffer.from([PacketType.EVENT, code, data.length, ...data]));
  }

  #command(opcode: number, data: Buffer): void {
    this.#air.commanded(this, opcode, data);
    if (FIRST_COMMANDS.has(opcode)) this.isWedged = false;
    if (this.isWedged) return;
    const complete = (...result: number[]) => this.event(COMMAND_COMPLETE, [1, ...u16(opcode), 0, ...result]);
    const status = (code = 0) => this.event(COMMAND_STATUS, [code, 1, ...u16(opcode)]);
    switch (opcode) {
      case 0x0c03:
        this.#air.powerOff(this);
        this.isUp = true;
        complete();
        break;
      case 0x1001:
        complete(this.version, ...u16(0), this.version, ...u16(0xffff), ...u16(0));
        break;
      case 0x1005:
        complete(...u16(ACL_LENGTH), 0, ...u16(ACL_BUFFERS), ...u16(0));
        break;
      case 0x1009:
        complete(...addressBytes(this.address));
        break;
      case 0x2002:
        complete(...u16(ACL_LENGTH), ACL_BUFFERS);
        break;
      case 0x2003:
      case 0x201c:
        complete(...new Array(8).fill(0));
        break;
      case 0x200f:
        complete(8);
        break;
      case 0x0c6c:
        complete(1, 0);
        break;
      case 0x1405:
        complete(...data.subarray(0, 2), 0xc8);
        break;
      case 0x2008:
        this.#advertisement = data.subarray(1, 1 + data[0]);
        complete();
        break;
      case 0x2009:
        this.#scanResponse = data.subarray(1, 1 + data[0]);
        complete();
        break;
      case 0x200a:
        complete();
        this.advertising = data[0] === 1;
        this.#air.meet();
        break;
      case 0x200c:
        complete();
        this.scanning = data[0] === 1;
        this.#air.heard.delete(this);
        this.#air.meet();
        break;
      case 0x200d:
        status();
        this.connecting = addressFrom(data.subarray(6, 12));
        this.#air.meet();
        break;
      case 0x200e:
        complete();
        this.#cancel();
        break;
      case 0x2013:
        status();
        this.meta(
          LE_UPDATE_COMPLETE,
          Buffer.from([0, ...data.subarray(0, 2), ...u16(24), 0, 0, ...u16(400)]),
        );
        break;
      case 0x2016:
        status();
        this.meta(LE_REMOTE_FEATURES, Buffer.from([0, ...data.subarray(0, 2), ...new Array(8).fill(0)]));
        break;
      case 0x041d:
        status();
        this.event(REMOTE_VERSION, [0, ...data.subarray(0, 2), VERSION, 0xff, 0xff, 0, 0]);
        break;
      case 0x0406:
        status();
        this.#air.disconnect(this, data.readUInt16LE(0), Reason.BY_HOST, Reason.BY_PEER);
        break;
      default:
        complete(...new Array(8).fill(0));
        break;
    }
  }

  #cancel(): void {
    const address = this.connecting;
    if (address === undefined) return;
    this.connecting = undefined;
    this.meta(
      LeSubevent.CONNECTION_COMPLETE,
      Buffer.from([UNKNOWN_CONNECTION, 0, 0, 0, 0, ...addressBytes(address), 0, 0, 0, 0, 0, 0, 0]),
    );
  }
}

function u16(value: number): number[] {
  return [value & 0xff, value >> 8];
}

function addressBytes(address: string): number[] {
  return address
    .split(':')
    .map((byte) => Number.parseInt(byte, 16))
    .reverse();
}

function addressFrom(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0'))
    .reverse()
    .join(':');
}
