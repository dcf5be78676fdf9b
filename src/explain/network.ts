import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Tensor, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { InputError } from '../formats/input-error.ts';
import type { Autodiff } from './autodiff.ts';
import { conv1d, samePadding } from './conv1d.ts';
import { lstm } from './lstm.ts';

type Shapes = readonly (readonly number[])[];

/** The layers that the rhythm models are made of, each with the shapes of its weights in the order of the file. */
type LayerSpec =
  | { readonly kind: 'reshape'; readonly shape: readonly number[] }
  | {
      readonly kind: 'conv1d';
      readonly stride: number;
      readonly dilation: number;
      readonly padding: 'same';
      readonly activation: 'relu';
      /** kernel [width × channels × filters], bias */
      readonly weights: Shapes;
    }
  | { readonly kind: 'global-average-pool' }
  /** kernel, recurrent kernel, bias; gates in Keras' order; gives the last hidden state */
  | { readonly kind: 'lstm'; readonly units: number; readonly weights: Shapes }
  /** kernel [from × to], bias */
  | { readonly kind: 'dense'; readonly activation: 'linear'; readonly weights: Shapes };

/** A float network as `models/training/` writes it: layer by layer, the weights in a file beside it. */
export interface NetworkManifest {
  readonly input: readonly [samples: number, channels: number];
  readonly classes: readonly string[];
  readonly layers: readonly LayerSpec[];
  readonly file: string;
  readonly sha256: string;
}

/** Where the feature maps of a convolution lie in the window, in samples. */
export interface MapPlaces {
  /** Centre of the first step. */
  readonly start: number;
  readonly step: number;
  /** How many samples each step sees: its receptive field. */
  readonly sees: number;
}

/** A wide QRS, in samples (0.2 s): what a convolution may see whose maps are to tell one wave from the next. */
const WIDE_QRS = 25;

/** A network in float, as it was trained, through which gradients can be taken. */
export class FloatNetwork {
  readonly samples: number;
  readonly classes: readonly string[];
  readonly #manifest: NetworkManifest;
  /** The weights of each layer, tensor by tensor. */
  readonly #weights: readonly (readonly Float32Array[])[];
  /** How many convolutions it begins with. */
  readonly convolutions: number;

  constructor(manifest: NetworkManifest, weights: readonly (readonly Float32Array[])[]) {
    this.samples = manifest.input[0];
    this.classes = manifest.classes;
    this.#manifest = manifest;
    this.#weights = weights;
    this.convolutions = manifest.layers.findLastIndex(({ kind }) => kind === 'conv1d') + 1;
  }

  /** Class scores (logits) [batch × classes] of windows [batch × samples]. */
  scores(tf: Autodiff, windows: Tensor2D): Tensor2D {
    return this.scoresOfMaps(tf, this.maps(tf, windows, 0), 0);
  }

  /** Feature maps [batch × steps × channels] of the nth convolution; of the 0th, the windows themselves. */
  maps(tf: Autodiff, windows: Tensor2D, nth: number): Tensor3D {
    return this.#run(tf, windows.expandDims(2), 0, nth) as Tensor3D;
  }

  /** Class scores, from the feature maps of the nth convolution. */
  scoresOfMaps(tf: Autodiff, maps: Tensor3D, nth: number): Tensor2D {
    return this.#run(tf, maps, nth, this.#manifest.layers.length) as Tensor2D;
  }

  /** Where the feature maps of the nth convolution lie. */
  mapPlaces(nth: number): MapPlaces {
    let start = 0;
    let step = 1;
    let sees = 1;
    let steps = this.samples;
    for (const layer of this.#manifest.layers.slice(0, nth)) {
      if (layer.kind !== 'conv1d') continue;
      const [width] = layer.weights[0];
      const reach = layer.dilation * (width - 1);
      const { out, before } = samePadding(steps, { ...layer, width });
      start += step * (reach / 2 - before);
      sees += step * reach;
      step *= layer.stride;
      steps = out;
    }
    return { start, step, sees };
  }

  /** Feature maps of the nth convolution. */
  channelsOf(nth: number): number {
    const layer = this.#manifest.layers[nth - 1];
    if (layer.kind !== 'conv1d') throw new RangeError(`layer ${nth} is no convolution`);
    return layer.weights[0][2];
  }

  /** The last convolution whose steps see no more than a wide QRS; the first, where none does. */
  get lastLocal(): number {
    let nth = 1;
    while (nth < this.convolutions && this.mapPlaces(nth + 1).sees <= WIDE_QRS) nth++;
    return nth;
  }

  /** How many layers have weights. */
  get weightedLayers(): number {
    return this.#weights.filter((tensors) => tensors.length > 0).length;
  }

  /**
   * The same network with the weights of its last layers shuffled, so that they mean nothing while their
   * distribution stays (Adebayo et al. 2018).
   */
  randomised(layers: number, random: () => number): FloatNetwork {
    const first = this.weightedLayers - layers;
    let nth = 0;
    const weights = this.#weights.map((tensors) => {
      if (tensors.length === 0 || nth++ < first) return tensors;
      return tensors.map((tensor) => shuffled(tensor, random));
    });
    return new FloatNetwork(this.#manifest, weights);
  }

  #run(tf: Autodiff, input: Tensor, from: number, to: number): Tensor {
    let value = input;
    for (let n = from; n < to; n++) value = apply(tf, this.#manifest.layers[n], this.#weights[n], value);
    return value;
  }
}

function apply(tf: Autodiff, layer: LayerSpec, weights: readonly Float32Array[], input: Tensor): Tensor {
  switch (layer.kind) {
    case 'reshape':
      return input.reshape([-1, ...layer.shape]);
    case 'conv1d': {
      const [kernel, bias] = weights;
      const [width, , filters] = layer.weights[0];
      const { stride, dilation } = layer;
      return conv1d(tf, input as Tensor3D, { width, filters, stride, dilation, kernel, bias }).relu();
    }
    case 'global-average-pool':
      return input.mean(1);
    case 'lstm': {
      const [kernel, recurrent, bias] = weights;
      return lstm(tf, input as Tensor3D, { units: layer.units, kernel, recurrent, bias });
    }
    case 'dense': {
      const [kernel, bias] = weights;
      const [from, to] = layer.weights[0];
      return input.matMul(tf.tensor2d(kernel, [from, to])).add(tf.tensor1d(bias));
    }
  }
}

/** Fisher and Yates. */
function shuffled(values: Float32Array, random: () => number): Float32Array {
  const out = values.slice();
  for (let i = out.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [out[i], out[j]] = [out[j], out[i]];
  }
  return out;
}

/**
 * Reads a network by the file of its layers.
 * @throws InputError where it or its weights are missing or do not fit each other
 */
export async function loadNetwork(path: string): Promise<FloatNetwork> {
  const read = (file: string) =>
    readFile(file).catch((error: NodeJS.ErrnoException) => {
      throw new InputError(
        `${file} cannot be read (${error.code}); it belongs beside the model's .tflite file`,
      );
    });
  const manifest = JSON.parse((await read(path)).toString('utf8')) as NetworkManifest;
  const file = join(dirname(path), manifest.file);
  const bytes = await read(file);
  if (createHash('sha256').update(bytes).digest('hex') !== manifest.sha256) {
    throw new InputError(`${file}: its SHA-256 is not the one in ${path}; take both from one build`);
  }
  const all = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  let at = 0;
  const weights = manifest.layers.map((layer) =>
    ('weights' in layer ? layer.weights : []).map((shape) => {
      const length = shape.reduce((product, side) => product * side, 1);
      at += length;
      return all.subarray(at - length, at);
    }),
  );
  return new FloatNetwork(manifest, weights);
}
