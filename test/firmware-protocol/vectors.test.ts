import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  type Decoded,
  decodeAnswer,
  decodeInfo,
  decodeRequest,
  decodeStatus,
  decodeStreamFrame,
  encodeAnswer,
  encodeInfo,
  encodeRequest,
  encodeStatus,
  encodeStreamFrame,
} from '../../firmware-protocol/index.ts';

interface Valid {
  name: string;
  hex: string;
  value: Record<string, unknown>;
}

interface Vectors {
  valid: Valid[];
  /** Decodes, but holds something that this version ignores and so would not encode. */
  validOneWay?: Valid[];
  /** Encodes to bytes that say something else: samples that are not worth packing. */
  encodeOnly?: Valid[];
  invalid: { name: string; hex: string; reason: string }[];
}

// The vectors were written by vectors/make-vectors.py, which shares no code with the codec.
function holdAgainstVectors<Value>(
  file: string,
  decode: (bytes: Uint8Array) => Decoded<Value, string>,
  encode: (value: Value) => Uint8Array,
  fromJson: (value: Record<string, unknown>) => Value = (value) => value as Value,
) {
  describe(file, () => {
    const path = new URL(`../../firmware-protocol/vectors/${file}.json`, import.meta.url);
    const vectors = JSON.parse(readFileSync(path, 'utf8')) as Vectors;

    test.each([...vectors.valid, ...(vectors.validOneWay ?? [])])('decodes: $name', ({ hex, value }) => {
      expect(decode(fromHex(hex))).toEqual({ ok: true, value: fromJson(value) });
    });
    test.each([...vectors.valid, ...(vectors.encodeOnly ?? [])])('encodes: $name', ({ hex, value }) => {
      expect(toHex(encode(fromJson(value)))).toBe(hex);
    });
    test.each(vectors.invalid)('refuses: $name', ({ hex, reason }) => {
      expect(decode(fromHex(hex))).toEqual({ ok: false, reason });
    });
  });
}

holdAgainstVectors('stream-frames', decodeStreamFrame, encodeStreamFrame, (json) => {
  const value = json as unknown as Parameters<typeof encodeStreamFrame>[0];
  return { ...value, samples: Int32Array.from(value.samples) };
});
holdAgainstVectors('info', decodeInfo, encodeInfo);
holdAgainstVectors('status', decodeStatus, encodeStatus, (json) => ({
  ...(json as unknown as Parameters<typeof encodeStatus>[0]),
  batteryPercent: json.batteryPercent as number | undefined,
  centidegrees: json.centidegrees as number | undefined,
}));
holdAgainstVectors('control-requests', decodeRequest, encodeRequest);
holdAgainstVectors('control-answers', decodeAnswer, encodeAnswer);

function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
