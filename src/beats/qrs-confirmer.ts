import weights from './qrs-confirmer.json' with { type: 'json' };
import { INPUTS } from './qrs-memory.ts';

/** Units that are computed side by side. */
const GROUP = 4;

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
  const given = weights.biases.length;
  // Units of nothing but zeros make up the last group.
  const units = Math.ceil(given / GROUP) * GROUP;
  const padded = (values: readonly number[]) => {
    const rows = new Float64Array((values.length / given) * units);
    for (let i = 0; i < values.length; i++) rows[Math.floor(i / given) * units + (i % given)] = values[i];
    return rows;
  };
  const hidden = padded(weights.hidden);
  const biases = padded(weights.biases);
  const output = padded(weights.output);
  return (inputs) => {
    let logOdds = weights.bias;
    // A group of units at a time, their sums in local variables: twice as fast as sums in an array.
    for (let h = 0; h < units; h += GROUP) {
      let a = biases[h];
      let b = biases[h + 1];
      let c = biases[h + 2];
      let d = biases[h + 3];
      for (let i = 0, at = h; i < INPUTS; i++, at += units) {
        const x = inputs[i];
        a += hidden[at] * x;
        b += hidden[at + 1] * x;
        c += hidden[at + 2] * x;
        d += hidden[at + 3] * x;
      }
      if (a > 0) logOdds += output[h] * a;
      if (b > 0) logOdds += output[h + 1] * b;
      if (c > 0) logOdds += output[h + 2] * c;
      if (d > 0) logOdds += output[h + 3] * d;
    }
    return logOdds;
  };
}

/** With the weights that ship. */
export const confirm = confirmer(weights);
