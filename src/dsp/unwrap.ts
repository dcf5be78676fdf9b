const CYCLE = 2 ** 32;

/** The value congruent to `raw` modulo 2^32 that lies nearest to `expected`. */
export function unwrap32(raw: number, expected: number): number {
  return raw + CYCLE * Math.round((expected - raw) / CYCLE);
}
