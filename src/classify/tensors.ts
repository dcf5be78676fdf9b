import { clamp } from '../dsp/clamp.ts';
import { InputError } from '../formats/input-error.ts';
import type { TfliteTensor } from './tflite-runtime.ts';

/** Affine int8 quantisation: real = scale × (int8 − zeroPoint). */
export interface Quantisation {
  readonly scale: number;
  readonly zeroPoint: number;
}

/** Writes real values into a tensor. */
export function write(
  values: Float32Array,
  into: Int8Array | Float32Array,
  { scale, zeroPoint }: Quantisation,
): void {
  if (into instanceof Float32Array) {
    into.set(values);
    return;
  }
  for (let i = 0; i < values.length; i++) {
    const step = Math.floor(values[i] / scale + 0.5) + zeroPoint;
    into[i] = clamp(step, -128, 127);
  }
}

/** Reads a tensor as real values: a copy. */
export function read(values: Int8Array | Float32Array, { scale, zeroPoint }: Quantisation): Float32Array {
  if (values instanceof Float32Array) return values.slice();
  const out = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) out[i] = scale * (values[i] - zeroPoint);
  return out;
}

/**
 * Finds a tensor by its shape: converters rename tensors and reorder them, but never reshape them.
 * @throws InputError naming the model's card
 */
export function tensor(
  card: { readonly name: string; readonly file: string },
  tensors: readonly TfliteTensor[],
  shape: readonly number[],
): TfliteTensor {
  const found = tensors.find((candidate) => candidate.shape.join() === shape.join());
  if (found === undefined) {
    throw new InputError(
      `${card.file}: no tensor of shape [${shape}], which the card of model ${card.name} promises; take model and card from one build`,
    );
  }
  return found;
}
