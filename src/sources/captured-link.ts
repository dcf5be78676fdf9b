import { type AttPdu, parseAtt } from '../formats/att.ts';
import type { AclFragment } from '../formats/hci.ts';
import { AttReassembler } from '../formats/l2cap.ts';
import { CHARACTERISTIC_DECLARATION, type GattMap } from './gatt-map.ts';
import type { Notification } from './source.ts';

/** A value that a peer sent, under its handle. */
export interface CapturedValue {
  readonly handle: number;
  readonly via: Notification['via'];
  readonly value: Uint8Array;
}

/** One connection of a capture: follows its attribute traffic, learns from discovery, and hands out values. */
export class CapturedLink {
  readonly #report: (loss: string) => void;
  readonly #received: AttReassembler;
  readonly #sent: AttReassembler;
  /** The attribute protocol allows one request at a time, so that an answer needs no handle. */
  #pending: AttPdu | undefined;

  /**
   * @param address of the peer; undefined where the capture began after the connection was made
   * @param map what is known of the peer, and added to
   * @param report told of what had to be skipped, in words
   */
  constructor(
    readonly address: string | undefined,
    readonly connectedAtMs: number,
    readonly map: GattMap,
    report: (loss: string) => void,
  ) {
    this.#report = report;
    this.#received = new AttReassembler(report);
    this.#sent = new AttReassembler(report);
  }

  /** @returns the value that this fragment completed, if any */
  push(fragment: AclFragment, received: boolean): CapturedValue | undefined {
    const bytes = (received ? this.#received : this.#sent).push(fragment);
    if (bytes === undefined) return undefined;
    const pdu = parseAtt(bytes);
    if (pdu.kind === 'malformed') {
      this.#report('an attribute packet that contradicts itself');
      return undefined;
    }
    if (received) return this.#answered(pdu);
    this.#asked(pdu);
    return undefined;
  }

  #asked(pdu: AttPdu): void {
    if (pdu.kind === 'read-request' || pdu.kind === 'read-by-type-request') this.#pending = pdu;
    // A discovery from the beginning means that what was known may be out of date.
    if (pdu.kind === 'read-by-group-request' && pdu.start === 1) this.map.clear();
  }

  #answered(pdu: AttPdu): CapturedValue | undefined {
    const pending = this.#pending;
    switch (pdu.kind) {
      case 'notification':
      case 'indication':
        return { handle: pdu.handle, via: pdu.kind, value: pdu.value };
      case 'read-response':
        this.#pending = undefined;
        return pending?.kind === 'read-request'
          ? { handle: pending.handle, via: 'read', value: pdu.value }
          : undefined;
      case 'read-by-type-response':
        this.#pending = undefined;
        if (pending?.kind === 'read-by-type-request' && pending.type === CHARACTERISTIC_DECLARATION) {
          for (const { value } of pdu.attributes) this.map.learn(value);
        }
        return undefined;
      case 'error':
        this.#pending = undefined;
        return undefined;
      default:
        return undefined;
    }
  }
}
