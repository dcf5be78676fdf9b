/** A stream of numbers that is the same at every run (mulberry32). */
export function seeded(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

/** One of some messages with a few bytes changed, cut or added, or bytes of no meaning at all. */
export function mutant(originals: readonly Uint8Array[], random: (limit: number) => number): Uint8Array {
  if (random(8) === 0) return Uint8Array.from({ length: random(300) }, () => random(256));
  const original = originals[random(originals.length)];
  const cutOrGrown = random(4) === 0 ? random(original.length + 8) : original.length;
  const bytes = new Uint8Array(cutOrGrown);
  bytes.set(original.subarray(0, cutOrGrown));
  for (let changes = random(4); changes > 0 && bytes.length > 0; changes--) {
    bytes[random(bytes.length)] = random(3) === 0 ? random(256) : [0, 1, 0x7f, 0x80, 0xff][random(5)];
  }
  return bytes;
}

/** Gives a frame a right check, so that what stands behind the check is reached as well. */
export function recheck(bytes: Uint8Array, crc16: (bytes: Uint8Array, seed?: number) => number): Uint8Array {
  if (bytes.length >= 16) {
    const check = crc16(bytes.subarray(16), crc16(bytes.subarray(0, 14)));
    bytes[14] = check;
    bytes[15] = check >> 8;
  }
  return bytes;
}
