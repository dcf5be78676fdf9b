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
 * Grad-CAM (Selvaraju et al. 2017) of the class score at the last convolution, brought to the window's own samples by
 * straight lines.
 * @returns one value a sample, 0 to 1
 */
export async function gradCams(
  network: FloatNetwork,
  windows: readonly Float32Array[],
  targets: readonly number[],
): Promise<Float32Array[]> {
  const tf = await autodiff();
  const nth = network.convolutions;
  return tf.tidy(() => {
    const { maps, gradient } = mapGradients(tf, network, windows, nth, (scores) =>
      chosen(tf, scores, targets),
    );
    const [, steps, channels] = maps.shape;
    // The gradient summed over time: gradCam divides it by the steps.
    const weights = rows(gradient.sum(1) as Tensor2D);
    const ofWindow = rows(maps.reshape([windows.length, steps * channels]) as Tensor2D);
    return ofWindow.map((map, n) =>
      stretched(
        gradCam(map, Float64Array.from(weights[n]), channels),
        network.mapPlaces(nth),
        network.samples,
      ),
    );
  });
}

/**
 * Grad-CAM of feature maps that another run of the network gave, such as the int8 one.
 * @param maps of the last convolution, [step × channel]
 */
export async function gradCamOfMaps(
  network: FloatNetwork,
  maps: Float32Array,
  target: number,
): Promise<Float32Array> {
  const tf = await autodiff();
  const nth = network.convolutions;
  return tf.tidy(() => {
    const channels = network.channelsOf(nth);
    const given = tf.tensor3d(maps, [1, maps.length / channels, channels]);
    const score = (maps: Tensor) => chosen(tf, network.scoresOfMaps(tf, maps as Tensor3D, nth), [target]);
    const weights = Float64Array.from((tf.grad(score)(given).sum(1) as Tensor2D).dataSync());
    return stretched(gradCam(maps, weights, channels), network.mapPlaces(nth), network.samples);
  });
}

/**
 * HiResCAM (Draelos & Carin 2020): gradient times map, step by step and not by its mean over time, so that what was
 * not used does not shine. It is taken of the log odds of the class, and where the maps still tell one wave from the
 * next: the steps of a deep convolution see most of the window, and shine anywhere in it.
 * @returns one value a sample, 0 to 1
 */
export async function hiResCams(
  network: FloatNetwork,
  windows: readonly Float32Array[],
  targets: readonly number[],
): Promise<Float32Array[]> {
  const tf = await autodiff();
  const nth = network.lastLocal;
  return tf.tidy(() => {
    const { maps, gradient } = mapGradients(tf, network, windows, nth, (scores) =>
      logOdds(tf, scores, targets),
    );
    return rows(maps.mul(gradient).sum(2).relu() as Tensor2D).map((map) =>
      scaled(stretched(map, network.mapPlaces(nth), network.samples)),
    );
  });
}

function mapGradients(
  tf: Autodiff,
  network: FloatNetwork,
  windows: readonly Float32Array[],
  nth: number,
  score: (scores: Tensor2D) => Tensor,
): { maps: Tensor3D; gradient: Tensor3D } {
  const maps = network.maps(tf, batchOf(tf, network, windows), nth);
  const gradient = tf.grad((maps) => score(network.scoresOfMaps(tf, maps as Tensor3D, nth)))(maps);
  return { maps, gradient: gradient as Tensor3D };
}

/**
 * The magnitude of gradient times input, for the log odds of the class: each sample's own share in them.
 * @returns one value a sample, 0 to 1
 */
export async function gradientSaliencies(
  network: FloatNetwork,
  windows: readonly Float32Array[],
  targets: readonly number[],
): Promise<Float32Array[]> {
  const tf = await autodiff();
  return tf.tidy(() => {
    const odds = (x: Tensor) => logOdds(tf, network.scores(tf, x as Tensor2D), targets);
    const x = batchOf(tf, network, windows);
    return rows(tf.grad(odds)(x).mul(x).abs() as Tensor2D).map(scaled);
  });
}

/** Brings the greatest value to 1. */
export function scaled(values: Float32Array): Float32Array {
  const most = Math.max(...values);
  return most > 0 ? values.map((value) => value / most) : values;
}

/** Values at the places of feature maps, on straight lines between them; beyond the last it stays as it is. */
function stretched(values: Float32Array, { start, step }: MapPlaces, samples: number): Float32Array {
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

/** The sum of the log odds of each window's own class against all others. */
function logOdds(tf: Autodiff, scores: Tensor2D, targets: readonly number[]): Tensor {
  const own = tf.oneHot(tf.tensor1d([...targets], 'int32'), scores.shape[1]);
  const others = scores.sub(own.mul(1e9)).logSumExp(1);
  return scores.mul(own).sum(1).sub(others).sum();
}

function rows(values: Tensor2D): Float32Array[] {
  const [count, width] = values.shape;
  const all = values.dataSync() as Float32Array;
  return Array.from({ length: count }, (_, n) => all.slice(n * width, (n + 1) * width));
}
