import type { BtsnoopDamage, BtsnoopRecord } from '../formats/btsnoop.ts';
import {
  disconnectReason,
  type HciPacket,
  MalformedPacket,
  PacketType,
  readAcl,
  readLinkEvent,
  unwrapHci,
} from '../formats/hci.ts';
import { InputError } from '../formats/input-error.ts';
import { CapturedLink, type CapturedValue } from './captured-link.ts';
import { GattMap } from './gatt-map.ts';
import type { SourceItem } from './source.ts';

/** More than any adapter keeps up at a time; what a damaged capture makes up beyond is forgotten. */
const MAX_LINKS = 64;
const MAX_PEERS = 64;

/**
 * Follows one sensor through the records of a capture: its connections, its discovery and its values.
 * The sensor is the first whose values can be named; two patients are never mixed into one stream.
 */
export class CaptureFollower {
  readonly #file: string;
  readonly #links = new Map<number, CapturedLink>();
  /** What was discovered of each address, for connections that skip discovery. */
  readonly #peers = new Map<string, GattMap>();
  readonly #skippedPeers = new Set<string>();
  #followed: { readonly address: string | undefined } | undefined;
  /** The connection that was announced and not yet lost. */
  #announced: CapturedLink | undefined;
  /** Values that were handed out, and values whose handle no discovery named. */
  #values = 0;
  #unnamed = 0;
  #offset = 0;
  #atMs = 0;
  #items: SourceItem[] = [];

  /**
   * @param file name for messages
   * @param address follow the sensor with this address, and not the first
   */
  constructor(file: string, address?: string) {
    this.#file = file;
    if (address !== undefined) this.#followed = { address: address.toLowerCase() };
  }

  push(record: BtsnoopRecord | BtsnoopDamage, dataLink: number): SourceItem[] {
    this.#offset = record.offset;
    if (record.kind === 'damage') {
      this.#report(
        record.torn
          ? `the last record is torn: ${record.bytes} bytes of it are there`
          : `skipped ${record.bytes} bytes that are no record`,
      );
    } else {
      this.#atMs = record.atMs;
      const packet = unwrapHci(record, dataLink);
      if (packet !== undefined) this.#guarded(() => this.#packet(packet));
    }
    const items = this.#items;
    this.#items = [];
    return items;
  }

  /**
   * The capture has ended.
   *
   * @throws InputError where nothing of it could be used
   */
  finish(): SourceItem[] {
    const undiscovered = `${this.#unnamed} notifications, but not the discovery that tells what they are: capture again from before the sensor connects`;
    if (this.#values === 0) {
      if (this.#unnamed > 0) throw new InputError(`${this.#file} holds ${undiscovered}.`);
      if (this.#skippedPeers.size > 0) {
        const there = [...this.#skippedPeers].join(', ');
        throw new InputError(
          `${this.#file} holds nothing of ${this.#followed?.address}, but of ${there}: name one of these.`,
        );
      }
      throw new InputError(`${this.#file} holds no value of a sensor: capture while one streams.`);
    }
    if (this.#unnamed === 0) return [];
    const message = `${this.#file} also holds ${undiscovered}`;
    return [{ kind: 'source-fault', message, receivedAtMs: this.#atMs }];
  }

  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof MalformedPacket)) throw error;
      this.#report(`skipped ${error.message}`);
    }
  }

  #packet(packet: HciPacket): void {
    if (packet.type === PacketType.ACL) this.#data(packet);
    else this.#linkEvent(packet);
  }

  #linkEvent(packet: HciPacket): void {
    const event = readLinkEvent(packet);
    if (event === undefined) return;
    if (event.kind === 'reset') {
      for (const key of this.#links.keys()) this.#drop(key, 'the adapter was reset');
      return;
    }
    const key = linkKey(packet.adapter, event.handle);
    if (event.kind === 'disconnected') {
      this.#drop(key, disconnectReason(event.reason));
      return;
    }
    this.#drop(key, 'the capture does not tell');
    const link = this.#open(key, event.address);
    if (this.#followed?.address === event.address) this.#announce(link);
  }

  #data({ adapter, data, received }: HciPacket): void {
    const fragment = readAcl(data);
    const key = linkKey(adapter, fragment.handle);
    const link = this.#links.get(key) ?? this.#open(key, undefined);
    const value = link.push(fragment, received);
    if (value !== undefined) this.#value(link, value);
  }

  #value(link: CapturedLink, { handle, via, value }: CapturedValue): void {
    const characteristic = link.map.at(handle);
    if (characteristic === undefined) {
      if (via !== 'read') this.#unnamed++;
      return;
    }
    this.#followed ??= link;
    if (this.#followed.address !== link.address) {
      this.#skipPeer(link);
      return;
    }
    if (this.#announced !== link) this.#announce(link);
    this.#values++;
    this.#items.push({ kind: 'notification', characteristic, via, value, receivedAtMs: this.#atMs });
  }

  #open(key: number, address: string | undefined): CapturedLink {
    if (this.#links.size >= MAX_LINKS)
      this.#drop(this.#links.keys().next().value as number, 'too many connections');
    const link = new CapturedLink(address, this.#atMs, this.#mapOf(address), (loss) =>
      this.#report(`skipped ${loss}`),
    );
    this.#links.set(key, link);
    return link;
  }

  #mapOf(address: string | undefined): GattMap {
    if (address === undefined) return new GattMap();
    const map = this.#peers.get(address) ?? new GattMap();
    this.#peers.delete(address);
    if (this.#peers.size >= MAX_PEERS) this.#peers.delete(this.#peers.keys().next().value as string);
    this.#peers.set(address, map);
    return map;
  }

  #announce(link: CapturedLink): void {
    this.#announced = link;
    const { address, connectedAtMs } = link;
    this.#items.push({
      kind: 'link',
      state: 'connected',
      receivedAtMs: connectedAtMs,
      ...(address === undefined ? {} : { address }),
    });
  }

  #drop(key: number, reason: string): void {
    const link = this.#links.get(key);
    this.#links.delete(key);
    if (link === undefined || link !== this.#announced) return;
    this.#announced = undefined;
    const { address } = link;
    this.#items.push({
      kind: 'link',
      state: 'lost',
      receivedAtMs: this.#atMs,
      reason,
      ...(address === undefined ? {} : { address }),
    });
  }

  #skipPeer({ address = 'unknown address' }: CapturedLink): void {
    if (this.#skippedPeers.has(address) || this.#skippedPeers.size >= MAX_PEERS) return;
    this.#skippedPeers.add(address);
    this.#report(
      `skipped what ${address} sends: only ${this.#followed?.address ?? 'the first sensor'} is followed`,
    );
  }

  #report(what: string): void {
    this.#items.push({
      kind: 'source-fault',
      message: `${this.#file} at byte ${this.#offset}: ${what}`,
      receivedAtMs: this.#atMs,
    });
  }
}

function linkKey(adapter: number, handle: number): number {
  return adapter * 0x1000 + handle;
}
