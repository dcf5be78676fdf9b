// The Bluetooth base UUID, of which 16-bit UUIDs are short forms.
const BASE_TAIL = '-0000-1000-8000-00805f9b34fb';

/** The full form of an assigned 16-bit UUID: lower case, with dashes. */
export function fullUuid(short: number): string {
  return `0000${short.toString(16).padStart(4, '0')}${BASE_TAIL}`;
}

/** A UUID from the 2 or 16 little-endian bytes that travel; undefined for any other length. */
export function uuidFromBytes(bytes: Uint8Array): string | undefined {
  if (bytes.length === 2) return fullUuid(bytes[0] | (bytes[1] << 8));
  if (bytes.length !== 16) return undefined;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0'))
    .reverse()
    .join('');
  return uuidFromHex(hex);
}

/** The bytes of a UUID as they travel: 2 where it is assigned, otherwise 16; little-endian. */
export function uuidToBytes(uuid: string): Uint8Array {
  const isShort = uuid.startsWith('0000') && uuid.endsWith(BASE_TAIL);
  const hex = isShort ? uuid.slice(4, 8) : uuid.replaceAll('-', '');
  return Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16)).reverse();
}

/** The full form of a UUID in hexadecimal digits, 1 to 4 or 32 of them. */
export function uuidFromHex(digits: string): string {
  if (digits.length <= 4) return fullUuid(Number.parseInt(digits, 16));
  return digits.toLowerCase().replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
