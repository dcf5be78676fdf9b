import type { FloatNetwork } from '../explain/network.ts';
import type { LabelledWindow } from './judge-windows.ts';

/** A window with the network that is asked about it: between patients, one that never saw this patient. */
export interface Asked {
  readonly window: Float32Array;
  readonly network: FloatNetwork;
}

export interface JudgedWindow extends LabelledWindow, Asked {
  /** Class probabilities, by that network. */
  readonly given: Float32Array;
}

/** A value for each sample of each window. */
export type Maps = readonly Float32Array[];

/** Windows that are asked about side by side. */
export const BATCH = 10;

/** Asks each window's own network, in batches. @returns in the order of the windows */
export async function each<T>(
  windows: readonly Asked[],
  inputs: readonly Float32Array[],
  ask: (network: FloatNetwork, inputs: readonly Float32Array[]) => Promise<readonly T[]>,
): Promise<T[]> {
  const results = new Array<T>(windows.length);
  for (const network of new Set(windows.map((one) => one.network))) {
    const members = windows.flatMap((one, i) => (one.network === network ? [i] : []));
    for (let n = 0; n < members.length; n += BATCH) {
      const batch = members.slice(n, n + BATCH);
      const answers = await ask(
        network,
        batch.map((i) => inputs[i]),
      );
      for (const [k, i] of batch.entries()) results[i] = answers[k];
    }
  }
  return results;
}

export function valuesOf(windows: readonly Asked[]): Float32Array[] {
  return windows.map(({ window }) => window);
}
