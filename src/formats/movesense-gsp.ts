import { type Decoded, decoded, refused } from './decoded.ts';

// Movesense's GATT sensor data protocol, as far as ECG goes.
// Sources: Movesense's document of that name; gatt_sensordata_app of movesense-device-lib; movesense-py.

export const GSP_SERVICE = '34802252-7185-4d5d-b431-630e7050e8f0';
export const GSP_COMMAND = '34800001-7185-4d5d-b431-630e7050e8f0';
export const GSP_DATA = '34800002-7185-4d5d-b431-630e7050e8f0';

/** Hertz, nominal: what an ECG subscription can name. */
export const ECG_RATES = [125, 128, 200, 250, 256, 500, 512] as const;
/** One unit of a MAX30003 at its gain of 20: 1 V / (2^17 × 20). */
export const NANOVOLTS_PER_UNIT = 381.47;
/** Units, either way: 18 bits. */
export const ECG_RANGE = 2 ** 17 - 1;
export const SAMPLES_PER_FRAME = 16;

const Command = { SUBSCRIBE: 1, UNSUBSCRIBE: 2 } as const;
const Reply = { RESPONSE: 1, DATA: 2, DATA_CONTINUED: 3 } as const;
const OK = 200;
/** Bytes of a payload of ECG. */
export const ECG_LENGTH = 4 + 4 * SAMPLES_PER_FRAME;

/** @param reference 1 to 255: comes back with everything that belongs to the subscription */
export function subscribeEcg(reference: number, rate: (typeof ECG_RATES)[number]): Uint8Array {
  return Uint8Array.of(Command.SUBSCRIBE, reference, ...new TextEncoder().encode(`/Meas/ECG/${rate}`));
}

export function unsubscribe(reference: number): Uint8Array {
  return Uint8Array.of(Command.UNSUBSCRIBE, reference);
}

/** What the data characteristic notifies. */
export type GspNotification =
  | { readonly kind: 'response'; readonly reference: number; readonly status: number }
  /** Payload of a subscription, or where the MTU is small its first or second part. */
  | { readonly kind: 'data' | 'data-continued'; readonly reference: number; readonly payload: Uint8Array };

/** Decodes a notification as far as all subscriptions have it in common. Never throws. */
export function decodeGsp(value: Uint8Array): Decoded<GspNotification> {
  if (value.length < 3) return refused('too-short');
  const [reply, reference] = value;
  const payload = value.subarray(2);
  switch (reply) {
    case Reply.RESPONSE:
      if (payload.length < 2) return refused('too-short');
      return decoded({ kind: 'response', reference, status: payload[0] | (payload[1] << 8) });
    case Reply.DATA:
      return decoded({ kind: 'data', reference, payload });
    case Reply.DATA_CONTINUED:
      return decoded({ kind: 'data-continued', reference, payload });
    default:
      return refused('unknown-reply');
  }
}

/** ECG, as the payload of its subscription carries it. */
export interface GspEcg {
  /** Of the first sample, since the sensor was switched on, modulo 2^32. */
  readonly milliseconds: number;
  readonly samples: Int32Array;
}

/** Decodes a whole payload of ECG. Never throws. */
export function decodeEcg(payload: Uint8Array): Decoded<GspEcg> {
  if (payload.length !== ECG_LENGTH) return refused(payload.length < ECG_LENGTH ? 'cut-off' : 'bad-length');
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
  return decoded({
    milliseconds: view.getUint32(0, true),
    samples: Int32Array.from({ length: SAMPLES_PER_FRAME }, (_, n) => view.getInt32(4 + 4 * n, true)),
  });
}

/** Encodes a notification of ECG, as a Movesense sends it. */
export function encodeEcg(reference: number, { milliseconds, samples }: GspEcg): Uint8Array {
  const bytes = new Uint8Array(2 + ECG_LENGTH);
  bytes.set([Reply.DATA, reference]);
  const view = new DataView(bytes.buffer);
  view.setUint32(2, milliseconds, true);
  for (let n = 0; n < SAMPLES_PER_FRAME; n++) view.setInt32(6 + 4 * n, samples[n], true);
  return bytes;
}

/** What a Movesense answers to a command that it grants. */
export function encodeGrant([, reference]: Uint8Array): Uint8Array {
  return Uint8Array.of(Reply.RESPONSE, reference, OK & 0xff, OK >> 8);
}
