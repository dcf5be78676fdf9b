import type { ModelCard } from '../classify/model-card.ts';

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
 * Splits a class score by gradient × input. The head is piecewise linear (one hidden ReLU layer), so around any
 * input it *is* its gradient plus a constant, and the split leaves nothing over.
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
  const inputs = Float64Array.of(...pooled, ...rhythm);
  const towards = head.output.weights[target];
  const gradient = new Float64Array(inputs.length);
  let score = head.output.bias[target];
  for (const [unit, weights] of head.hidden.weights.entries()) {
    let activation = head.hidden.bias[unit];
    for (let i = 0; i < inputs.length; i++) activation += weights[i] * inputs[i];
    if (activation <= 0) continue; // the ReLU is shut: nothing passes, and no gradient either
    score += towards[unit] * activation;
    for (let i = 0; i < inputs.length; i++) gradient[i] += towards[unit] * weights[i];
  }
  const contributions = inputs.map((value, i) => gradient[i] * value);
  const waveform = sum(contributions.subarray(0, pooled.length));
  const ofRhythm = contributions.slice(pooled.length);
  return { score, gradient, waveform, rhythm: ofRhythm, intercept: score - waveform - sum(ofRhythm) };
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
