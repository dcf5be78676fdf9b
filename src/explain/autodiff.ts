import type * as TensorFlow from '@tensorflow/tfjs-core';
import type {} from '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js';

/** The automatic differentiation library. */
export type Autodiff = typeof TensorFlow;

let loading: Promise<Autodiff> | undefined;

/** Loads the library, which the gateway itself never needs, with its plain JavaScript backend. */
export function autodiff(): Promise<Autodiff> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Autodiff> {
  const tf = await import('@tensorflow/tfjs-core');
  await import('@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js');
  await import('@tensorflow/tfjs-core/dist/register_all_gradients.js');
  await import('@tensorflow/tfjs-backend-cpu');
  tf.enableProdMode(); // no advice on stderr to use another backend
  await tf.setBackend('cpu');
  return tf;
}
