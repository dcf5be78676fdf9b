/** Samples whose value tells their index, for two minutes. */
const CYCLE = 30_000;
export const UNITS_PER_MILLIVOLT = 1_000;

/** The test signal: each sample tells which one it is. */
export function numbered(firstIndex: number, count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, n) => ((firstIndex + n) % CYCLE) / UNITS_PER_MILLIVOLT);
}
