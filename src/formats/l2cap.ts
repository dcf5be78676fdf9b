import type { AclFragment } from './hci.ts';

/** The fixed channel of the attribute protocol. */
export const ATT_CHANNEL = 4;
const HEADER = 4;
/** An attribute holds 512 bytes at most; no packet about it is longer than this. */
const MAX_ATT_PDU = 1024;

/** Puts together the attribute packets of one direction of one connection; other channels are passed over. */
export class AttReassembler {
  readonly #report: (loss: string) => void;
  #pdu: Uint8Array | undefined;
  #filled = 0;
  /** Bytes of the present packet, on whichever channel, that are still to come. */
  #missing = 0;

  /** @param report told of each packet that had to be given up, in words */
  constructor(report: (loss: string) => void) {
    this.#report = report;
  }

  /** @returns a whole attribute packet, when this fragment completed one */
  push({ continues, payload }: AclFragment): Uint8Array | undefined {
    if (continues) return this.#append(payload);

    if (this.#pdu !== undefined) this.#giveUp('an attribute packet whose end is missing');
    if (payload.length < HEADER) return this.#giveUp('a packet without L2CAP header');
    const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
    this.#missing = view.getUint16(0, true);
    if (view.getUint16(2, true) === ATT_CHANNEL) {
      if (this.#missing > MAX_ATT_PDU)
        return this.#giveUp('an attribute packet that is longer than any can be');
      this.#pdu = new Uint8Array(this.#missing);
      this.#filled = 0;
    }
    return this.#append(payload.subarray(HEADER));
  }

  #append(payload: Uint8Array): Uint8Array | undefined {
    if (payload.length > this.#missing) return this.#giveUp('a fragment that belongs to no packet');
    this.#missing -= payload.length;
    if (this.#pdu === undefined) return undefined;
    this.#pdu.set(payload, this.#filled);
    this.#filled += payload.length;
    if (this.#missing > 0) return undefined;
    const whole = this.#pdu;
    this.#pdu = undefined;
    return whole;
  }

  #giveUp(loss: string): undefined {
    this.#missing = 0;
    this.#pdu = undefined;
    this.#report(loss);
  }
}
