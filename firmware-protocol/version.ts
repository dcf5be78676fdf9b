/** The protocol version that this codec speaks. */
export const PROTOCOL_MAJOR = 1;
export const PROTOCOL_MINOR = 0;

/**
 * Whether a record (info, status) of this version and length can be read. A later minor version may append
 * fields to a record, so that only version 1.0 itself has an exact length.
 */
export function recordReason(
  value: Uint8Array,
  length: number,
): 'too-short' | 'unknown-major' | 'bad-length' | undefined {
  if (value.length < 2) return 'too-short';
  if (value[0] !== PROTOCOL_MAJOR) return 'unknown-major';
  if (value.length < length) return 'too-short';
  if (value[1] === PROTOCOL_MINOR && value.length > length) return 'bad-length';
  return undefined;
}
