/** Differences that share a width. Eight of w bits fill w bytes, so that every group begins on a byte. */
const GROUP = 8;
const MAX_WIDTH = 16;

/**
 * Packs samples as the first one and the differences between neighbours, in groups of eight that are as wide as
 * their largest member needs (see PROTOCOL.md).
 *
 * @param samples signed 16-bit
 * @returns undefined where this takes no fewer bytes than 16 bits a sample
 */
export function packDeltas(samples: Int32Array): Uint8Array | undefined {
  const bytes = new Uint8Array(2 * samples.length);
  bytes[0] = samples[0];
  bytes[1] = samples[0] >> 8;
  let end = 2;
  for (let from = 1; from < samples.length; from += GROUP) {
    const count = Math.min(GROUP, samples.length - from);
    let widest = 0;
    for (let i = from; i < from + count; i++) widest |= zigzag(samples[i] - samples[i - 1]);
    const width = 32 - Math.clz32(widest);
    const length = Math.ceil((width * count) / 8);
    if (end + 1 + length >= bytes.length) return undefined;
    bytes[end++] = width;
    for (let i = 0; i < count; i++) {
      const difference = zigzag(samples[from + i] - samples[from + i - 1]);
      const bit = i * width;
      // Sixteen bits that begin inside a byte reach into three; beyond the group these are zeros.
      const spread = difference << (bit & 7);
      bytes[end + (bit >> 3)] |= spread;
      if (spread >> 8) bytes[end + (bit >> 3) + 1] |= spread >> 8;
      if (spread >> 16) bytes[end + (bit >> 3) + 2] |= spread >> 16;
    }
    end += length;
  }
  return end < bytes.length ? bytes.subarray(0, end) : undefined;
}

/**
 * @param packed at least two bytes
 * @param count samples to unpack
 * @returns undefined when the groups are too wide, or do not fill `packed` exactly. Never reads beyond it.
 */
export function unpackDeltas(packed: Uint8Array, count: number): Int32Array | undefined {
  const samples = new Int32Array(count);
  let sample = int16(packed[0] | (packed[1] << 8));
  samples[0] = sample;
  let at = 2;
  for (let from = 1; from < count; from += GROUP) {
    const to = Math.min(from + GROUP, count);
    const width = packed[at++];
    const length = Math.ceil((width * (to - from)) / 8);
    if (!(width <= MAX_WIDTH) || at + length > packed.length) return undefined;
    let bit = at * 8;
    for (let i = from; i < to; i++, bit += width) {
      const byte = bit >> 3;
      // A byte beyond the end reads as undefined, which counts as 0 here and is masked away.
      const three = packed[byte] | (packed[byte + 1] << 8) | (packed[byte + 2] << 16);
      sample = int16(sample + unzigzag((three >> (bit & 7)) & ((1 << width) - 1)));
      samples[i] = sample;
    }
    at += length;
  }
  return at === packed.length ? samples : undefined;
}

/** 0, −1, 1, −2 … become 0, 1, 2, 3 …; the difference is taken modulo 2^16, so that it always has 16 bits. */
function zigzag(difference: number): number {
  const wrapped = int16(difference);
  return ((wrapped << 1) ^ (wrapped >> 15)) & 0xffff;
}

function unzigzag(value: number): number {
  return (value >> 1) ^ -(value & 1);
}

function int16(value: number): number {
  return (value << 16) >> 16;
}
