import weights from './qrs-confirmer.json' with { type: 'json' };

/** Numbers that a hump is judged by. */
export const INPUTS = 39;

const HIDDEN = weights.output.length;
const hidden = Float64Array.from(weights.hidden);
const biases = Float64Array.from(weights.biases);
const output = Float64Array.from(weights.output);

/** Log odds that a hump is a QRS. */
export function confirm(inputs: Float64Array): number {
  let sum = weights.bias;
  for (let h = 0; h < HIDDEN; h++) {
    let z = biases[h];
    for (let i = 0; i < INPUTS; i++) z += hidden[h * INPUTS + i] * inputs[i];
    if (z > 0) sum += output[h] * z;
  }
  return sum;
}
