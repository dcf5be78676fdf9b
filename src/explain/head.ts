import type { DenseLayer, Head } from '../classify/model-card.ts';
import { CLASSES } from '../classify/verdict.ts';

const S = CLASSES.indexOf('S');

/** A class score, split over the heads' inputs: waveform + Σ rhythm + intercept = score, exactly. */
export interface Attribution {
  /** The float heads' score of the class. */
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
 * Splits a class score by gradient × input. Each head is piecewise linear (dense layers with ReLUs between them), and
 * so is their average: around any input it *is* its gradient plus a constant, and the split leaves nothing over.
 * @param pooled global maximum of each feature map
 * @param rhythm rhythm features, as the model was given them
 * @param target index of the class
 */
export function attribute(
  heads: readonly Head[],
  pooled: Float32Array,
  rhythm: Float32Array,
  target: number,
): Attribution {
  const gradient = new Float64Array(pooled.length + rhythm.length);
  const maps = pooled.length / heads.length;
  let score = 0;
  for (const [n, head] of heads.entries()) {
    const from = n * maps;
    const inputs = new Float64Array(maps + rhythm.length);
    inputs.set(pooled.subarray(from, from + maps));
    inputs.set(rhythm, maps);
    const found = scoreOf(layersFor(head, target), inputs, target);
    score += found.score / heads.length;
    for (let i = 0; i < maps; i++) gradient[from + i] = found.gradient[i] / heads.length;
    for (let i = 0; i < rhythm.length; i++) {
      gradient[pooled.length + i] += found.gradient[maps + i] / heads.length;
    }
  }
  const waveform = sum(gradient.subarray(0, pooled.length).map((value, i) => value * pooled[i]));
  const ofRhythm = gradient.slice(pooled.length).map((value, i) => value * rhythm[i]);
  return { score, gradient, waveform, rhythm: ofRhythm, intercept: score - waveform - sum(ofRhythm) };
}

function layersFor({ layers, biasOfS }: Head, target: number): readonly DenseLayer[] {
  return target === S ? [{ weights: layers[0].weights, bias: biasOfS }, ...layers.slice(1)] : layers;
}

/** The score of a class, and its gradient by the inputs of the first layer. */
function scoreOf(
  layers: readonly DenseLayer[],
  inputs: Float64Array,
  target: number,
): Pick<Attribution, 'score' | 'gradient'> {
  const hidden = layers.slice(0, -1);
  const last = layers[layers.length - 1];
  // Forward, to see which units are open …
  const activations: Float64Array[] = [inputs];
  for (const layer of hidden) activations.push(forward(layer, activations[activations.length - 1]));
  const score = dot(last.weights[target], activations[activations.length - 1]) + last.bias[target];
  // … and back through those: a shut ReLU lets no gradient pass.
  let gradient: Float64Array = new Float64Array(last.weights[target]);
  for (let l = hidden.length - 1; l >= 0; l--) gradient = backward(hidden[l], activations[l + 1], gradient);
  return { score, gradient };
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
