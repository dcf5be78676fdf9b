const table = Uint16Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte << 8;
  for (let bit = 0; bit < 8; bit++) {
    remainder = remainder & 0x8000 ? (remainder << 1) ^ 0x1021 : remainder << 1;
  }
  return remainder;
});

/** The register's value before the first byte. */
export const CRC_SEED = 0xffff;

/**
 * CRC-16/IBM-3740 (also known as CRC-16/CCITT-FALSE; Zephyr's `crc16_itu_t` with seed 0xffff): polynomial
 * 0x1021, initial value 0xffff, not reflected, no final XOR. "123456789" gives 0x29b1.
 * To go on over several pieces, pass the result for one as the seed of the next.
 *
 * @param from the first byte that counts
 * @param to after the last one
 */
export function crc16(bytes: Uint8Array, seed = CRC_SEED, from = 0, to = bytes.length): number {
  let crc = seed;
  for (let i = from; i < to; i++) crc = ((crc << 8) & 0xffff) ^ table[(crc >> 8) ^ bytes[i]];
  return crc;
}
