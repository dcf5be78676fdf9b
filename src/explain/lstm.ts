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
  const sums = vectors(batch, width);
  const hidden = vectors(batch, units);
  const packed = packedRows(transposed(recurrent, units, width), width, units);
  for (let t = 0; t < steps; t++) {
    multiply(packed, hidden, sums);
    for (let b = 0; b < batch; b++) {
      const sum = sums[b];
      for (let g = 0; g < width; g++) sum[g] += bias[g];
      for (let f = 0; f < features; f++) {
        const value = sequence[(b * steps + t) * features + f];
        for (let g = 0; g < width; g++) sum[g] += value * kernel[f * width + g];
      }
      const gate = (b * steps + t) * width;
      const cell = (b * (steps + 1) + t) * units;
      for (let u = 0; u < units; u++) {
        const i = sigmoid(sum[u]);
        const f = sigmoid(sum[units + u]);
        const c = Math.tanh(sum[2 * units + u]);
        const o = sigmoid(sum[3 * units + u]);
        const state = f * cells[cell + u] + i * c;
        gates[gate + u] = i;
        gates[gate + units + u] = f;
        gates[gate + 2 * units + u] = c;
        gates[gate + 3 * units + u] = o;
        cells[cell + units + u] = state;
        hidden[b][u] = o * Math.tanh(state);
      }
    }
  }
  for (let b = 0; b < batch; b++) last.set(hidden[b], b * units);
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
  const sums = vectors(batch, width); // ∂/∂(gate before its activation)
  const carried = vectors(batch, units); // ∂/∂(cell state)
  const hidden = vectors(batch, units);
  for (let b = 0; b < batch; b++) hidden[b].set(towards.subarray(b * units, (b + 1) * units));
  const inner = packedRows(Float64Array.from(recurrent), units, width);
  const outer = Float64Array.from(kernel);
  for (let t = steps - 1; t >= 0; t--) {
    for (let b = 0; b < batch; b++) {
      const sum = sums[b];
      const gate = (b * steps + t) * width;
      const cell = (b * (steps + 1) + t) * units;
      for (let u = 0; u < units; u++) {
        const i = gates[gate + u];
        const f = gates[gate + units + u];
        const c = gates[gate + 2 * units + u];
        const o = gates[gate + 3 * units + u];
        const squashed = Math.tanh(cells[cell + units + u]);
        const state = carried[b][u] + hidden[b][u] * o * (1 - squashed * squashed);
        sum[u] = state * c * i * (1 - i);
        sum[units + u] = state * cells[cell + u] * f * (1 - f);
        sum[2 * units + u] = state * i * (1 - c * c);
        sum[3 * units + u] = hidden[b][u] * squashed * o * (1 - o);
        carried[b][u] = state * f;
      }
      for (let f = 0; f < features; f++) {
        gradient[(b * steps + t) * features + f] = dot(sum, outer, f * width);
      }
    }
    multiply(inner, sums, hidden);
  }
  return gradient;
}

function vectors(count: number, length: number): Float64Array[] {
  return Array.from({ length: count }, () => new Float64Array(length));
}

/** [rows × columns] as [columns × rows]. */
function transposed(matrix: Float32Array, rows: number, columns: number): Float64Array {
  const turned = new Float64Array(matrix.length);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) turned[c * rows + r] = matrix[r * columns + c];
  }
  return turned;
}

/** Four rows of a matrix side by side, element by element, so that they are read in order when multiplied at once. */
function packedRows(matrix: Float64Array, rows: number, columns: number): Float64Array {
  const packed = new Float64Array(matrix.length);
  for (let r = 0; r < rows; r++) {
    const group = (r >> 2) * 4 * columns + (r & 3);
    for (let c = 0; c < columns; c++) packed[group + 4 * c] = matrix[r * columns + c];
  }
  return packed;
}

/** Multiplies vectors, two by two, by a packed matrix whose rows are a multiple of 4: each weight that is read serves both. */
function multiply(packed: Float64Array, from: readonly Float64Array[], to: readonly Float64Array[]): void {
  for (let n = 0; n < from.length; n += 2) {
    // The last of an odd number is its own partner.
    const m = Math.min(n + 1, from.length - 1);
    multiplyTwo(packed, from[n], from[m], to[n], to[m]);
  }
}

function multiplyTwo(
  packed: Float64Array,
  a: Float64Array,
  b: Float64Array,
  toA: Float64Array,
  toB: Float64Array,
): void {
  for (let r = 0, at = 0; r < toA.length; r += 4) {
    let a0 = 0;
    let a1 = 0;
    let a2 = 0;
    let a3 = 0;
    let b0 = 0;
    let b1 = 0;
    let b2 = 0;
    let b3 = 0;
    for (let k = 0; k < a.length; k++, at += 4) {
      const x = a[k];
      const y = b[k];
      const w0 = packed[at];
      const w1 = packed[at + 1];
      const w2 = packed[at + 2];
      const w3 = packed[at + 3];
      a0 += x * w0;
      a1 += x * w1;
      a2 += x * w2;
      a3 += x * w3;
      b0 += y * w0;
      b1 += y * w1;
      b2 += y * w2;
      b3 += y * w3;
    }
    toA[r] = a0;
    toA[r + 1] = a1;
    toA[r + 2] = a2;
    toA[r + 3] = a3;
    toB[r] = b0;
    toB[r + 1] = b1;
    toB[r + 2] = b2;
    toB[r + 3] = b3;
  }
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
