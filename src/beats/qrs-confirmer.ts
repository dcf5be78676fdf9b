import weights from './qrs-confirmer.json' with { type: 'json' };
import { INPUTS } from './qrs-memory.ts';

const HIDDEN = weights.biases.length;
/** [INPUTS × HIDDEN] */
const hidden = Float64Array.from(weights.hidden);
const biases = Float64Array.from(weights.biases);
const output = Float64Array.from(weights.output);
const sums = new Float64Array(HIDDEN);

/**
 * The log odds that a hump is a QRS, by a network of one hidden layer (ReLU).
 * `models/detector/` makes its weights, and says from which records.
 * @param inputs as QrsMemory.measure leaves them
 */
export function confirm(inputs: Float64Array): number {
  sums.set(biases);
  for (let i = 0; i < INPUTS; i++) {
    const x = inputs[i];
    for (let h = 0; h < HIDDEN; h++) sums[h] += hidden[i * HIDDEN + h] * x;
  }
  let logOdds = weights.bias;
  for (let h = 0; h < HIDDEN; h++) if (sums[h] > 0) logOdds += output[h] * sums[h];
  return logOdds;
}
