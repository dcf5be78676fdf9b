import type { DenseLayer, ModelCard } from '../classify/model-card.ts';

type Head = ModelCard['head'];

/** A class score, split over the head's inputs: waveform + Σ rhythm + intercept = score, exactly. */
export interface Attribution {
  /** The float head's score of the class. */
  readonly score: number;
  /** ∂score/∂input for each input: the pooled feature maps, then the rhythm features. */
  readonly gradient: Float64Array;
  /** What all pooled feature maps contribute. */
  readonly waveform: number;
  /** What each rhythm feature contributes. */
  readonly rhythm: Float64Array;
  /** The local bias: what remains of the score where every input is zero on this linear piece. */
  readonly intercept: number;
}

/**
 * Splits a class score by gradient × input. The head is piecewise linear (dense layers with ReLUs between them), so
 * around any input it *is* its gradient plus a constant, and the split leaves nothing over.
 * @param pooled global maximum of each feature map
 * @param rhythm rhythm features, as the model was given them
 * @param target index of the class
 */
export function attribute(
  head: Head,
  pooled: Float32Array,
  rhythm: Float32Array,
  target: number,
): Attribution {
  const inputs = new Float64Array(pooled.length + rhythm.length);
  inputs.set(pooled);
  inputs.set(rhythm, pooled.length);
  const hidden = head.slice(0, -1);
  const last = head[head.length - 1];
  // Forward, to see which units are open …
  const activations: Float64Array[] = [inputs];
  for (const layer of hidden) activations.push(forward(layer, activations[activations.length - 1]));
  const score = dot(last.weights[target], activations[activations.length - 1]) + last.bias[target];
  // … and back through those: a shut ReLU lets no gradient pass.
  let gradient: Float64Array = new Float64Array(last.weights[target]);
  for (let l = hidden.length - 1; l >= 0; l--) gradient = backward(hidden[l], activations[l + 1], gradient);

  const contributions = inputs.map((value, i) => gradient[i] * value);
  const waveform = sum(contributions.subarray(0, pooled.length));
  const ofRhythm = contributions.slice(pooled.length);
  return { score, gradient, waveform, rhythm: ofRhythm, intercept: score - waveform - sum(ofRhythm) };
}

/** A dense layer and its ReLU. */
function forward({ weights, bias }: DenseLayer, inputs: Float64Array): Float64Array {
  const activations = new Float64Array(weights.length);
  for (let unit = 0; unit < weights.length; unit++) {
    activations[unit] = Math.max(0, dot(weights[unit], inputs) + bias[unit]);
  }
  return activations;
}

/** From ∂score/∂activation to ∂score/∂input of the layer. */
function backward({ weights }: DenseLayer, activations: Float64Array, towards: Float64Array): Float64Array {
  const gradient = new Float64Array(weights[0].length);
  for (let unit = 0; unit < weights.length; unit++) {
    if (activations[unit] <= 0) continue;
    for (let i = 0; i < gradient.length; i++) gradient[i] += towards[unit] * weights[unit][i];
  }
  return gradient;
}

function dot(weights: readonly number[], values: Float64Array): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += weights[i] * values[i];
  return total;
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
