import { type DeletionMask, deletionMasks, type MaskOptions } from './deletion-mask.ts';
import type { FloatNetwork } from './network.ts';
import { gradCams, gradientSaliencies, hiResCams, probabilities, scaled } from './saliency.ts';

/** How a window can be explained. */
export const METHODS = ['grad-cam', 'hires-cam', 'deletion-mask', 'gradient'] as const;
export type Method = (typeof METHODS)[number];

/** Why a network gives a window its class. */
export interface WindowExplanation {
  readonly method: Method;
  /** The class asked about, and the network's probability for it. */
  readonly class: string;
  readonly probability: number;
  /** One value a sample, 0 to 1; the greatest is 1 unless all are 0. */
  readonly relevance: Float32Array;
  /** What was learned, where the method is the deletion mask. */
  readonly mask: DeletionMask | undefined;
}

/**
 * Explains one window.
 * @param target the class asked about; the most probable one when not given
 * @param random uniform in [0, 1), for the mask's jitter and noise
 * @throws Error where the method does not fit the network: Grad-CAM and HiResCAM need a convolution
 */
export async function explainWindow(
  network: FloatNetwork,
  window: Float32Array,
  method: Method,
  target: number | undefined,
  mask: MaskOptions,
  random: () => number,
): Promise<WindowExplanation> {
  const [known] = await probabilities(network, [window]);
  const index = target ?? known.indexOf(Math.max(...known));
  const about = { method, class: network.classes[index], probability: known[index] };
  switch (method) {
    case 'grad-cam': {
      const [relevance] = await gradCams(network, [window], [index]);
      return { ...about, relevance, mask: undefined };
    }
    case 'hires-cam': {
      const [relevance] = await hiResCams(network, [window], [index]);
      return { ...about, relevance, mask: undefined };
    }
    case 'gradient': {
      const [relevance] = await gradientSaliencies(network, [window], [index]);
      return { ...about, relevance, mask: undefined };
    }
    case 'deletion-mask': {
      const [learned] = await deletionMasks(network, [window], [index], mask, random);
      return { ...about, relevance: scaled(learned.deleted), mask: learned };
    }
  }
}
