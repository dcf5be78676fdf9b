import { InputError } from './input-error.ts';

// The layout of RFC 1761's snoop, with Bluetooth's own data links and 64-bit times. Everything is big-endian.
const MAGIC = [0x62, 0x74, 0x73, 0x6e, 0x6f, 0x6f, 0x70, 0x00]; // "btsnoop\0"
const FILE_HEADER = 16;
const RECORD_HEADER = 24;
/**
 * More than any controller's buffer holds. A greater length is damage, and so a flipped bit in a length can
 * neither allocate much nor swallow many records.
 */
const MAX_PACKET = 4096;
/** Microseconds from the year 0, where btsnoop begins to count, to 1970. */
const EPOCH = 0x00dcddb30f2f8000n;
const MAX_UNIX_MICROSECONDS = BigInt(Date.UTC(2200, 0, 1)) * 1000n;

/** How packets are wrapped. */
export const DataLink = {
  /** HCI without packet type: the flags tell. */
  H1: 1001,
  /** HCI with a packet type byte first, as Android and `btsnoop` writers use. */
  H4: 1002,
  /** Linux monitor, as `btmon -w` writes it: the flags hold an adapter and an opcode. */
  MONITOR: 2001,
} as const;

export interface BtsnoopRecord {
  readonly kind: 'record';
  /** Where the record stands in the file. */
  readonly offset: number;
  readonly flags: number;
  /** Unix time, milliseconds, to the microsecond. */
  readonly atMs: number;
  readonly data: Uint8Array;
  /** Bytes of the packet that the capture left out. */
  readonly cutOff: number;
}

/** Bytes that are no record. */
export interface BtsnoopDamage {
  readonly kind: 'damage';
  readonly offset: number;
  readonly bytes: number;
  /** The file ends inside a record: a capture that was cut off while it was written. */
  readonly torn: boolean;
}

/**
 * Reads a btsnoop capture in chunks of any size. After damage it goes on at the next header that makes sense.
 */
export class BtsnoopReader {
  readonly #file: string;
  #rest = new Uint8Array(0);
  /** Where `rest` stands in the file. */
  #offset = 0;
  #damagedFrom: number | undefined;
  #link: number | undefined;

  /** @param file name for messages */
  constructor(file: string) {
    this.#file = file;
  }

  /** One of `DataLink`, known with the first record. */
  get dataLink(): number {
    if (this.#link === undefined) throw new Error('no header was read yet');
    return this.#link;
  }

  /**
   * @returns what became complete. A record's data stays valid.
   * @throws InputError where this is no btsnoop capture of Bluetooth
   */
  push(chunk: Uint8Array): (BtsnoopRecord | BtsnoopDamage)[] {
    const bytes = new Uint8Array(this.#rest.length + chunk.length);
    bytes.set(this.#rest);
    bytes.set(chunk, this.#rest.length);
    const view = new DataView(bytes.buffer);
    const found: (BtsnoopRecord | BtsnoopDamage)[] = [];

    let at = 0;
    if (this.#link === undefined) {
      if (bytes.length >= FILE_HEADER) {
        this.#link = readFileHeader(view, this.#file);
        at = FILE_HEADER;
      }
    }
    while (this.#link !== undefined && at + RECORD_HEADER <= bytes.length) {
      if (!isRecordHeader(view, at)) {
        this.#damagedFrom ??= this.#offset + at;
        at++;
        continue;
      }
      const included = view.getUint32(at + 4);
      if (at + RECORD_HEADER + included > bytes.length) break;
      found.push(...this.#endDamage(this.#offset + at));
      found.push({
        kind: 'record',
        offset: this.#offset + at,
        flags: view.getUint32(at + 8),
        atMs: Number(view.getBigInt64(at + 16) - EPOCH) / 1000,
        data: bytes.subarray(at + RECORD_HEADER, at + RECORD_HEADER + included),
        cutOff: view.getUint32(at) - included,
      });
      at += RECORD_HEADER + included;
    }
    this.#rest = bytes.slice(at);
    this.#offset += at;
    return found;
  }

  /**
   * The file has ended: returns what is left of a torn record.
   *
   * @throws InputError where there was not even a header
   */
  finish(): BtsnoopDamage[] {
    if (this.#link === undefined) throw notBtsnoop(this.#file);
    if (this.#rest.length === 0 && this.#damagedFrom === undefined) return [];
    const from = this.#damagedFrom ?? this.#offset;
    return [
      {
        kind: 'damage',
        offset: from,
        bytes: this.#offset + this.#rest.length - from,
        torn: this.#damagedFrom === undefined,
      },
    ];
  }

  #endDamage(end: number): BtsnoopDamage[] {
    if (this.#damagedFrom === undefined) return [];
    const damage = {
      kind: 'damage',
      offset: this.#damagedFrom,
      bytes: end - this.#damagedFrom,
      torn: false,
    } as const;
    this.#damagedFrom = undefined;
    return [damage];
  }
}

/** The header of a capture whose packets begin with their type (data link 1002). */
export function btsnoopHeader(): Uint8Array {
  const bytes = new Uint8Array(FILE_HEADER);
  bytes.set(MAGIC);
  const view = new DataView(bytes.buffer);
  view.setUint32(8, 1);
  view.setUint32(12, DataLink.H4);
  return bytes;
}

/**
 * One record of a capture.
 *
 * @param flags bit 0: received by the host; bit 1: command or event, not data
 * @param atMs Unix time, milliseconds
 */
export function btsnoopRecord(packet: Uint8Array, flags: number, atMs: number): Uint8Array {
  const bytes = new Uint8Array(RECORD_HEADER + packet.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, packet.length);
  view.setUint32(4, packet.length);
  view.setUint32(8, flags);
  view.setBigInt64(16, EPOCH + BigInt(Math.round(atMs * 1000)));
  bytes.set(packet, RECORD_HEADER);
  return bytes;
}

function readFileHeader(view: DataView, file: string): number {
  if (MAGIC.some((byte, at) => view.getUint8(at) !== byte)) throw notBtsnoop(file);
  const version = view.getUint32(8);
  if (version !== 1)
    throw new InputError(`${file} at byte 8: btsnoop version ${version} is unknown; only version 1 is.`);
  const link = view.getUint32(12);
  if (!Object.values<number>(DataLink).includes(link)) {
    throw new InputError(
      `${file} at byte 12: data link ${link} is not Bluetooth HCI; 1001, 1002 and 2001 are: capture with btmon -w or Android's HCI log.`,
    );
  }
  return link;
}

function notBtsnoop(file: string): InputError {
  return new InputError(
    `${file} does not begin as a btsnoop capture does: give a capture made by btmon -w, Android or beatlens.`,
  );
}

/** Whether a record header can stand here: its lengths agree and are possible, its time is of this age. */
function isRecordHeader(view: DataView, at: number): boolean {
  const original = view.getUint32(at);
  const included = view.getUint32(at + 4);
  if (included > original || original > MAX_PACKET) return false;
  const unixMicroseconds = view.getBigInt64(at + 16) - EPOCH;
  return unixMicroseconds >= 0n && unixMicroseconds < MAX_UNIX_MICROSECONDS;
}
