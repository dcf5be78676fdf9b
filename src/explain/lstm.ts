import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import type { Autodiff } from './autodiff.ts';

/** Weights of an LSTM layer as Keras keeps them: gates in the order input, forget, cell, output. */
export interface LstmWeights {
  readonly units: number;
  /** [features × 4·units] */
  readonly kernel: Float32Array;
  /** [units × 4·units] */
  readonly recurrent: Float32Array;
  /** [4·units] */
  readonly bias: Float32Array;
}

/**
 * The last hidden state of an LSTM over a sequence, as one operation with its own gradient (backpropagation
 * through time, with regard to the sequence only): step by step in the library's own operations it would be
 * thousands of tensors a run.
 * @param sequence [batch × steps × features]
 * @returns [batch × units]
 */
export function lstm(tf: Autodiff, sequence: Tensor3D, weights: LstmWeights): Tensor2D {
  const [batch, steps, features] = sequence.shape;
  const { units } = weights;
  const op = tf.customGrad((input) => {
    const run = forward((input as Tensor3D).dataSync() as Float32Array, batch, steps, features, weights);
    return {
      value: tf.tensor2d(run.last, [batch, units]),
      gradFunc: (towards) =>
        tf.tensor3d(backward(towards.dataSync() as Float32Array, run, batch, steps, features, weights), [
          batch,
          steps,
          features,
        ]),
    };
  });
  return op(sequence) as Tensor2D;
}

/** What the backward pass needs of the forward pass. */
interface Run {
  /** Activated gates [batch × steps × 4·units]. */
  readonly gates: Float32Array;
  /** Cell states [batch × (steps + 1) × units], from the zero state on. */
  readonly cells: Float32Array;
  /** The last hidden state [batch × units]. */
  readonly last: Float32Array;
}

function forward(
  sequence: Float32Array,
  batch: number,
  steps: number,
  features: number,
  { units, kernel, recurrent, bias }: LstmWeights,
): Run {
  const width = 4 * units;
  const gates = new Float32Array(batch * steps * width);
  const cells = new Float32Array(batch * (steps + 1) * units);
  const last = new Float32Array(batch * units);
  const sums = new Float64Array(width);
  const hidden = new Float64Array(units);
  const turned = transposed(recurrent, units, width);
  for (let b = 0; b < batch; b++) {
    hidden.fill(0);
    for (let t = 0; t < steps; t++) {
      for (let g = 0; g < width; g++) {
        let sum = bias[g] + dot(hidden, turned, g * units);
        for (let f = 0; f < features; f++) {
          sum += sequence[(b * steps + t) * features + f] * kernel[f * width + g];
        }
        sums[g] = sum;
      }
      const gate = (b * steps + t) * width;
      const cell = (b * (steps + 1) + t) * units;
      for (let u = 0; u < units; u++) {
        const i = sigmoid(sums[u]);
        const f = sigmoid(sums[units + u]);
        const c = Math.tanh(sums[2 * units + u]);
        const o = sigmoid(sums[3 * units + u]);
        const state = f * cells[cell + u] + i * c;
        gates[gate + u] = i;
        gates[gate + units + u] = f;
        gates[gate + 2 * units + u] = c;
        gates[gate + 3 * units + u] = o;
        cells[cell + units + u] = state;
        hidden[u] = o * Math.tanh(state);
      }
    }
    last.set(hidden, b * units);
  }
  return { gates, cells, last };
}

/** Gradient with regard to the sequence, from that with regard to the last hidden state. */
function backward(
  towards: Float32Array,
  { gates, cells }: Run,
  batch: number,
  steps: number,
  features: number,
  { units, kernel, recurrent }: LstmWeights,
): Float32Array {
  const width = 4 * units;
  const gradient = new Float32Array(batch * steps * features);
  // In double precision throughout: gradients that fade must not become denormal numbers, which are slow.
  const sums = new Float64Array(width); // ∂/∂(gate before its activation)
  const inner = Float64Array.from(recurrent);
  const outer = Float64Array.from(kernel);
  for (let b = 0; b < batch; b++) {
    const hidden = Float64Array.from(towards.subarray(b * units, (b + 1) * units));
    const carried = new Float64Array(units); // ∂/∂(cell state)
    for (let t = steps - 1; t >= 0; t--) {
      const gate = (b * steps + t) * width;
      const cell = (b * (steps + 1) + t) * units;
      for (let u = 0; u < units; u++) {
        const i = gates[gate + u];
        const f = gates[gate + units + u];
        const c = gates[gate + 2 * units + u];
        const o = gates[gate + 3 * units + u];
        const squashed = Math.tanh(cells[cell + units + u]);
        const state = carried[u] + hidden[u] * o * (1 - squashed * squashed);
        sums[u] = state * c * i * (1 - i);
        sums[units + u] = state * cells[cell + u] * f * (1 - f);
        sums[2 * units + u] = state * i * (1 - c * c);
        sums[3 * units + u] = hidden[u] * squashed * o * (1 - o);
        carried[u] = state * f;
      }
      for (let u = 0; u < units; u++) hidden[u] = dot(sums, inner, u * width);
      for (let f = 0; f < features; f++) {
        gradient[(b * steps + t) * features + f] = dot(sums, outer, f * width);
      }
    }
  }
  return gradient;
}

/** [rows × columns] as [columns × rows]. */
function transposed(matrix: Float32Array, rows: number, columns: number): Float64Array {
  const turned = new Float64Array(matrix.length);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) turned[c * rows + r] = matrix[r * columns + c];
  }
  return turned;
}

/** The product of `a`, whose length is a multiple of 4, with as much of `b` from an offset; four sums at once are quicker. */
function dot(a: Float64Array, b: Float64Array, offset: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  for (let k = 0; k < a.length; k += 4) {
    s0 += a[k] * b[offset + k];
    s1 += a[k + 1] * b[offset + k + 1];
    s2 += a[k + 2] * b[offset + k + 2];
    s3 += a[k + 3] * b[offset + k + 3];
  }
  return s0 + s1 + (s2 + s3);
}

function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value));
}
