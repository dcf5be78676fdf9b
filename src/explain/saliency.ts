import type { Tensor, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { concatenated } from '../dsp/concatenated.ts';
import { type Autodiff, autodiff } from './autodiff.ts';
import { gradCam } from './grad-cam.ts';
import type { FloatNetwork, MapPlaces } from './network.ts';

/** Class probabilities of windows, one after the other in the order of the network's classes. */
export async function probabilities(
  network: FloatNetwork,
  windows: readonly Float32Array[],
): Promise<Float32Array[]> {
  const tf = await autodiff();
  return tf.tidy(() => rows(network.scores(tf, batchOf(tf, network, windows)).softmax()));
}

/** Class scores (logits) of windows. */
export async function scores(
  network: FloatNetwork,
  windows: readonly Float32Array[],
): Promise<Float32Array[]> {
  const tf = await autodiff();
  return tf.tidy(() => rows(network.scores(tf, batchOf(tf, network, windows))));
}

/**
 * The gradient of each window's own class score by its samples.
 * @param targets index of the class of each window
 */
export async function inputGradients(
  network: FloatNetwork,
  windows: readonly Float32Array[],
  targets: readonly number[],
): Promise<Float32Array[]> {
  const tf = await autodiff();
  return tf.tidy(() => {
    const score = (x: Tensor) => chosen(tf, network.scores(tf, x as Tensor2D), targets);
    return rows(tf.grad(score)(batchOf(tf, network, windows)) as Tensor2D);
  });
}

/**
 * Grad-CAM (Selvaraju et al. 2017) at the last convolution, brought to the window's own samples by straight lines.
 * @returns one value a sample, 0 to 1
 */
export async function gradCams(
  network: FloatNetwork,
  windows: readonly Float32Array[],
  targets: readonly number[],
): Promise<Float32Array[]> {
  const tf = await autodiff();
  return tf.tidy(() => {
    const maps = network.maps(tf, batchOf(tf, network, windows));
    const score = (maps: Tensor) => chosen(tf, network.scoresOfMaps(tf, maps as Tensor3D), targets);
    const gradient = tf.grad(score)(maps) as Tensor3D;
    const [, steps, channels] = maps.shape;
    // The gradient summed over time: gradCam divides it by the steps.
    const weights = rows(gradient.sum(1) as Tensor2D);
    const ofWindow = rows(maps.reshape([windows.length, steps * channels]) as Tensor2D);
    return ofWindow.map((map, n) =>
      stretched(gradCam(map, Float64Array.from(weights[n]), channels), network.mapPlaces, network.samples),
    );
  });
}

/** The magnitude of gradient times input, each sample's own share of the score: 0 to 1. */
export function gradientSaliency(gradient: Float32Array, window: Float32Array): Float32Array {
  const product = gradient.map((value, i) => Math.abs(value * window[i]));
  const most = Math.max(...product);
  return most > 0 ? product.map((value) => value / most) : product;
}

/** Values at the places of feature maps, on straight lines between them; beyond the last it stays as it is. */
export function stretched(values: Float32Array, { start, step }: MapPlaces, samples: number): Float32Array {
  return Float32Array.from({ length: samples }, (_, i) => {
    const place = Math.min(values.length - 1, Math.max(0, (i - start) / step));
    const before = Math.floor(place);
    const after = Math.min(before + 1, values.length - 1);
    return values[before] + (place - before) * (values[after] - values[before]);
  });
}

function batchOf(tf: Autodiff, network: FloatNetwork, windows: readonly Float32Array[]): Tensor2D {
  return tf.tensor2d(concatenated(windows), [windows.length, network.samples]);
}

/** The sum of the scores of each window's own class, whose gradient by one window knows of no other. */
function chosen(tf: Autodiff, scores: Tensor2D, targets: readonly number[]): Tensor {
  const own = tf.oneHot(tf.tensor1d([...targets], 'int32'), scores.shape[1]);
  return scores.mul(own).sum();
}

function rows(values: Tensor2D): Float32Array[] {
  const [count, width] = values.shape;
  const all = values.dataSync() as Float32Array;
  return Array.from({ length: count }, (_, n) => all.slice(n * width, (n + 1) * width));
}
