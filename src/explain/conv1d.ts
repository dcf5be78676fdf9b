import type { Tensor3D } from '@tensorflow/tfjs-core';
import type { Autodiff } from './autodiff.ts';

/** A convolution over time with "same" padding, as Keras has it. */
export interface Conv1dWeights {
  readonly width: number;
  readonly filters: number;
  readonly stride: number;
  readonly dilation: number;
  /** [width × channels × filters] */
  readonly kernel: Float32Array;
  /** [filters] */
  readonly bias: Float32Array;
}

/** How many steps come out of so many, and how many that are not there are read before the first. */
export function samePadding(
  steps: number,
  { width, stride, dilation }: Pick<Conv1dWeights, 'width' | 'stride' | 'dilation'>,
): { readonly out: number; readonly before: number } {
  const out = Math.ceil(steps / stride);
  const reach = dilation * (width - 1);
  return { out, before: Math.floor(Math.max(0, (out - 1) * stride + reach + 1 - steps) / 2) };
}

/**
 * One operation with its own gradient, with regard to the input only: the library has none for dilated convolutions.
 * @param input [batch × steps × channels]
 * @returns [batch × steps out × filters]
 */
export function conv1d(tf: Autodiff, input: Tensor3D, weights: Conv1dWeights): Tensor3D {
  const [batch, steps, channels] = input.shape;
  const { filters } = weights;
  const { out } = samePadding(steps, weights);
  const op = tf.customGrad((input) => ({
    value: tf.tensor3d(
      forward((input as Tensor3D).dataSync() as Float32Array, batch, steps, channels, weights),
      [batch, out, filters],
    ),
    gradFunc: (towards) =>
      tf.tensor3d(backward(towards.dataSync() as Float32Array, batch, steps, channels, weights), [
        batch,
        steps,
        channels,
      ]),
  }));
  return op(input) as Tensor3D;
}

function forward(
  input: Float32Array,
  batch: number,
  steps: number,
  channels: number,
  weights: Conv1dWeights,
): Float32Array {
  const { width, filters, stride, dilation, kernel, bias } = weights;
  const { out, before } = samePadding(steps, weights);
  const output = new Float32Array(batch * out * filters);
  const sums = new Float64Array(filters);
  for (let b = 0; b < batch; b++) {
    for (let t = 0; t < out; t++) {
      sums.set(bias);
      for (let k = 0; k < width; k++) {
        const at = t * stride - before + k * dilation;
        if (at < 0 || at >= steps) continue;
        for (let c = 0; c < channels; c++) {
          const value = input[(b * steps + at) * channels + c];
          // Most of what a ReLU lets out is 0.
          if (value !== 0) addScaled(sums, kernel, (k * channels + c) * filters, value);
        }
      }
      output.set(sums, (b * out + t) * filters);
    }
  }
  return output;
}

function backward(
  towards: Float32Array,
  batch: number,
  steps: number,
  channels: number,
  weights: Conv1dWeights,
): Float32Array {
  const { width, filters, stride, dilation, kernel } = weights;
  const { out, before } = samePadding(steps, weights);
  const gradient = new Float32Array(batch * steps * channels);
  // In double precision: gradients that fade must not become denormal numbers, which are slow.
  const gradients = new Float64Array(steps * channels);
  const turned = transposed(kernel, width, channels, filters);
  for (let b = 0; b < batch; b++) {
    gradients.fill(0);
    for (let t = 0; t < out; t++) {
      const from = (b * out + t) * filters;
      for (let n = 0; n < filters; n++) {
        const value = towards[from + n];
        if (value === 0) continue; // nothing passes back through a shut ReLU
        for (let k = 0; k < width; k++) {
          const at = t * stride - before + k * dilation;
          if (at < 0 || at >= steps) continue;
          const to = gradients.subarray(at * channels, (at + 1) * channels);
          addScaled(to, turned, (k * filters + n) * channels, value);
        }
      }
    }
    gradient.set(gradients, b * steps * channels);
  }
  return gradient;
}

/** Adds to all of `to` as much of `from` from an offset, times a factor; two at once are quicker. */
function addScaled(to: Float64Array, from: Float32Array, offset: number, factor: number): void {
  const even = to.length & ~1;
  for (let k = 0; k < even; k += 2) {
    to[k] += factor * from[offset + k];
    to[k + 1] += factor * from[offset + k + 1];
  }
  if (even < to.length) to[even] += factor * from[offset + even];
}

/** [width × channels × filters] as [width × filters × channels]. */
function transposed(kernel: Float32Array, width: number, channels: number, filters: number): Float32Array {
  const turned = new Float32Array(kernel.length);
  for (let k = 0; k < width; k++) {
    for (let c = 0; c < channels; c++) {
      for (let n = 0; n < filters; n++) {
        turned[(k * filters + n) * channels + c] = kernel[(k * channels + c) * filters + n];
      }
    }
  }
  return turned;
}
