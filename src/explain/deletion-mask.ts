import type { Tensor, Tensor2D, Variable } from '@tensorflow/tfjs-core';
import { concatenated } from '../dsp/concatenated.ts';
import { autodiff } from './autodiff.ts';
import type { FloatNetwork } from './network.ts';
import { type Reference, referenceOf } from './reference.ts';

export interface MaskOptions {
  /** What stands where the window is deleted. */
  readonly reference: Reference;
  /** λ₁: the price of deleting all of the window. */
  readonly sparsity: number;
  /** λ₂: the price of steps in the mask, Σ|∇m|^β over its points. */
  readonly smoothness: number;
  /** β: above 1, one great step costs more than many small ones. */
  readonly roughness: number;
  /** Samples of the window that share a point of the mask; between the points it is a straight line. */
  readonly coarseness: number;
  /** Samples by which the window is shifted at random, either way, each time that the network is asked. */
  readonly jitter: number;
  readonly learningRate: number;
  /** Rounds at most. */
  readonly rounds: number;
  /** It has converged when the loss, smoothed, fell by less than this part of itself over `patience` rounds. */
  readonly tolerance: number;
  readonly patience: number;
}

export const USUAL_MASK: MaskOptions = {
  reference: 'zero',
  sparsity: 0.6,
  smoothness: 0.3,
  roughness: 2,
  coarseness: 5,
  jitter: 2,
  learningRate: 0.1,
  rounds: 200,
  tolerance: 0.01,
  patience: 10,
};

/** What was learned about one window. */
export interface DeletionMask {
  /** What was deleted of each sample, 0 to 1: 1 − m. */
  readonly deleted: Float32Array;
  /** Probability of the class before, and with the mask. */
  readonly before: number;
  readonly after: number;
  readonly rounds: number;
  /** False where the rounds ran out first. */
  readonly converged: boolean;
}

/** Weight of the newest round in the loss that the stopping rule watches, since jitter makes it noisy. */
const FRESH = 0.2;

/**
 * Learns what of some windows must be deleted for the network to lose their classes: the mask m, between 0 and 1,
 * that minimises
 *
 *   f_class(m·x + (1 − m)·reference) + λ₁·mean(1 − m) + λ₂·mean|∇m|^β
 *
 * with f = −ln(1 − p_class), over what that is at first: 1 for the whole window, next to 0 once the class is lost.
 * Unlike the probability itself it has a gradient where the network is sure. It is done by gradient descent through the network (Fong & Vedaldi 2017; van der Westhuizen & Lasenby 2017). The windows are
 * learned side by side, each with a mask of its own; the run ends when all have converged.
 *
 * @param windows model inputs
 * @param targets index of the class of each
 * @param random uniform in [0, 1); jitter and noise come from it
 */
export async function deletionMasks(
  network: FloatNetwork,
  windows: readonly Float32Array[],
  targets: readonly number[],
  options: MaskOptions,
  random: () => number,
): Promise<DeletionMask[]> {
  const tf = await autodiff();
  const count = windows.length;
  const { samples } = network;
  const { coarseness, jitter, roughness, sparsity, smoothness } = options;
  const points = Math.ceil(samples / coarseness);

  const chosen = tf.oneHot(tf.tensor1d([...targets], 'int32'), network.classes.length).toFloat() as Tensor2D;
  const upsampling = upsamplingMatrix(points, samples);
  // Everything that does not change, shifted by each step of the jitter.
  const shifts = Array.from({ length: 2 * jitter + 1 }, (_, n) => {
    const by = n - jitter;
    return {
      x: tf.tensor2d(shiftedRows(concatenated(windows), samples, by), [count, samples]),
      upsampling: tf.tensor2d(shiftedRows(upsampling, samples, by), [points, samples]),
    };
  });
  const still = shifts[jitter];
  const reference = () =>
    tf.tensor2d(concatenated(windows.map((window) => referenceOf(window, options.reference, random))), [
      count,
      samples,
    ]);
  // As the windows are shifted by 16 ms at most, what is deleted is replaced by the same.
  const fixed = options.reference === 'noise' ? undefined : reference();
  // Half of everything is deleted at first, so that there is a gradient either way.
  const mask = tf.variable(tf.fill([count, points], 0.5)) as Variable;
  const optimiser = tf.train.adam(options.learningRate);

  const probability = (shown: Tensor2D): Tensor => network.scores(tf, shown).softmax().mul(chosen).sum(1);
  /** −ln(1 − p), by way of the log odds. */
  const evidence = (shown: Tensor2D): Tensor => {
    const scores = network.scores(tf, shown);
    const others = scores.sub(chosen.mul(1e9)).logSumExp(1);
    return scores.mul(chosen).sum(1).sub(others).softplus();
  };
  const masked = ({ x, upsampling }: typeof still, reference: Tensor2D): Tensor2D => {
    const fine = mask.matMul(upsampling);
    return reference.add(x.sub(reference).mul(fine)) as Tensor2D;
  };
  const losses = (reference: Tensor2D): Tensor => {
    const steps = mask.slice([0, 1]).sub(mask.slice([0, 0], [count, points - 1]));
    // |0|^β has no gradient at 0 that the library could find.
    const roughnesses = steps.abs().add(1e-6).pow(roughness).mean(1);
    const shift = shifts[Math.floor(random() * shifts.length)];
    return evidence(masked(shift, reference))
      .div(atFirst)
      .add(tf.sub(1, mask).mean(1).mul(sparsity))
      .add(roughnesses.mul(smoothness));
  };

  const atFirst = tf.tidy(() => evidence(still.x).maximum(1e-3));
  const before = tf.tidy(() => probability(still.x).dataSync() as Float32Array);
  const watch = Array.from({ length: count }, () => new Convergence(options));
  let rounds = 0;
  while (rounds < options.rounds && !watch.every(({ converged }) => converged)) {
    rounds++;
    tf.tidy(() => {
      let now: Float32Array | undefined;
      optimiser.minimize(
        () => {
          const each = losses(fixed ?? reference());
          now = each.dataSync() as Float32Array;
          return each.sum().asScalar();
        },
        false,
        [mask],
      );
      mask.assign(mask.clipByValue(0, 1));
      for (const [n, loss] of (now as Float32Array).entries()) watch[n].take(loss, rounds);
    });
  }
  const [after, deleted] = tf.tidy(() => [
    probability(masked(still, fixed ?? reference())).dataSync() as Float32Array,
    tf.sub(1, mask.matMul(still.upsampling)).dataSync() as Float32Array,
  ]);
  tf.dispose([chosen, mask, atFirst, ...shifts.flatMap(({ x, upsampling }) => [x, upsampling])]);
  fixed?.dispose();
  optimiser.dispose();
  return windows.map((_, n) => ({
    deleted: deleted.slice(n * samples, (n + 1) * samples),
    before: before[n],
    after: after[n],
    rounds: watch[n].rounds,
    converged: watch[n].converged,
  }));
}

/** Watches one loss: it has converged when it falls no more. */
class Convergence {
  readonly #options: MaskOptions;
  readonly #smoothed: number[] = [];
  converged = false;
  /** Rounds until then. */
  rounds = 0;

  constructor(options: MaskOptions) {
    this.#options = options;
  }

  take(loss: number, round: number): void {
    if (this.converged) return;
    const { patience, tolerance } = this.#options;
    const last = this.#smoothed.at(-1) ?? loss;
    this.#smoothed.push(last + FRESH * (loss - last));
    this.rounds = round;
    const then = this.#smoothed.at(-1 - patience);
    const now = this.#smoothed[this.#smoothed.length - 1];
    this.converged = then !== undefined && then - now < tolerance * Math.abs(then);
  }
}

/** Rows of so many values, each later by some; at its end it goes on as it ended. */
function shiftedRows(rows: Float32Array, width: number, by: number): Float32Array {
  return rows.map((_, i) => {
    const start = i - (i % width);
    return rows[start + Math.min(width - 1, Math.max(0, i - start - by))];
  });
}

/** Each sample lies on the straight line between the two points beside it. [points × samples] */
function upsamplingMatrix(points: number, samples: number): Float32Array {
  const matrix = new Float32Array(points * samples);
  for (let i = 0; i < samples; i++) {
    const place = Math.min(points - 1, Math.max(0, ((i + 0.5) * points) / samples - 0.5));
    const below = Math.min(points - 2, Math.floor(place));
    matrix[below * samples + i] += 1 - (place - below);
    matrix[(below + 1) * samples + i] += place - below;
  }
  return matrix;
}
