import weights from './qrs-confirmer.json' with { type: 'json' };
import { INPUTS } from './qrs-memory.ts';

/** A network of one hidden layer (ReLU). */
export interface ConfirmerWeights {
  /** [INPUTS × hidden units] */
  readonly hidden: readonly number[];
  readonly biases: readonly number[];
  readonly output: readonly number[];
  readonly bias: number;
}

/**
 * Makes what tells the log odds that a hump is a QRS, from the inputs that QrsMemory.measure leaves.
 * `models/detector/` makes the weights, and says from which records.
 */
export function confirmer(weights: ConfirmerWeights): (inputs: Float64Array) => number {
  const units = weights.biases.length;
  const hidden = Float64Array.from(weights.hidden);
  const biases = Float64Array.from(weights.biases);
  const output = Float64Array.from(weights.output);
  const sums = new Float64Array(units);
  return (inputs) => {
    sums.set(biases);
    for (let i = 0; i < INPUTS; i++) {
      const x = inputs[i];
      for (let h = 0; h < units; h++) sums[h] += hidden[i * units + h] * x;
    }
    let logOdds = weights.bias;
    for (let h = 0; h < units; h++) if (sums[h] > 0) logOdds += output[h] * sums[h];
    return logOdds;
  };
}

/** With the weights that ship. */
export const confirm = confirmer(weights);
