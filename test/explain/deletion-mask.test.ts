import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { deletionMasks, USUAL_MASK } from '../../src/explain/deletion-mask.ts';
import { FloatNetwork, loadNetwork } from '../../src/explain/network.ts';
import { referenceOf } from '../../src/explain/reference.ts';
import { gradCams, hiResCams } from '../../src/explain/saliency.ts';
import { seededRandom } from '../../src/sources/seeded-random.ts';

/**
 * A network that is known through and through: one convolution that measures the mean of five samples about each,
 * and a class score that is the mean of that over time. So it rests on the bump that is in the window, and there only.
 */
const bumpSeer = new FloatNetwork(
  {
    input: [250, 1],
    classes: ['flat', 'bump'],
    layers: [
      {
        kind: 'conv1d',
        stride: 1,
        dilation: 1,
        padding: 'same',
        activation: 'relu',
        weights: [[5, 1, 1], [1]],
      },
      { kind: 'global-average-pool' },
      { kind: 'dense', activation: 'linear', weights: [[1, 2], [2]] },
    ],
    file: '',
    sha256: '',
  },
  [
    [new Float32Array(5).fill(0.2), Float32Array.of(0)],
    [],
    [Float32Array.of(-50, 50), Float32Array.of(2, -2)],
  ],
);
const bump = (at: number) => Float32Array.from({ length: 250 }, (_, i) => Math.exp(-(((i - at) / 8) ** 2)));

describe('on a network that sees a bump and nothing else', () => {
  test.each(['zero', 'noise', 'line'] as const)(
    'the mask deletes the bump, with %s in its place',
    async (reference) => {
      const options = { ...USUAL_MASK, reference };
      const [first, second] = await deletionMasks(
        bumpSeer,
        [bump(60), bump(190)],
        [1, 1],
        options,
        seededRandom(1),
      );
      for (const [mask, at] of [
        [first, 60],
        [second, 190],
      ] as const) {
        expect(mask.before).toBeGreaterThan(0.8);
        expect(mask.after).toBeLessThan(0.5);
        expect(mask.converged).toBe(true);
        const centre = mask.deleted.indexOf(Math.max(...mask.deleted));
        expect(Math.abs(centre - at)).toBeLessThan(12);
        expect(Math.max(...mask.deleted.filter((_, i) => Math.abs(i - at) > 40))).toBeLessThan(0.1);
      }
    },
  );

  test('the dearer deletion is, the less is deleted', async () => {
    const deleted = async (sparsity: number) => {
      const [mask] = await deletionMasks(
        bumpSeer,
        [bump(125)],
        [1],
        { ...USUAL_MASK, sparsity },
        seededRandom(1),
      );
      return mask.deleted.reduce((sum, value) => sum + value, 0);
    };
    expect(await deleted(0.2)).toBeGreaterThan(await deleted(3));
  });

  test('Grad-CAM and HiResCAM lie where it looks', async () => {
    for (const maps of [gradCams, hiResCams]) {
      const [map] = await maps(bumpSeer, [bump(60)], [1]);
      expect(map.indexOf(1)).toBe(60);
      expect(map[140]).toBeLessThan(0.01);
    }
  });
});

describe('the LSTM that ships', () => {
  let network: FloatNetwork;
  beforeAll(async () => {
    network = await loadNetwork(
      fileURLToPath(new URL('../../models/rhythm-lstm.weights.json', import.meta.url)),
    );
  });

  test('a mask converges in less than ten seconds of one core', async () => {
    const before = process.cpuUsage();
    const [mask] = await deletionMasks(network, [bump(125)], [1], USUAL_MASK, seededRandom(1));
    const { user, system } = process.cpuUsage(before);
    expect(mask.converged).toBe(true);
    expect((user + system) / 1e6).toBeLessThan(10);
  });
});

describe('what stands in place of a window', () => {
  const window = Float32Array.from({ length: 250 }, (_, i) => i / 100 + Math.sin(i));
  const of = (kind: Parameters<typeof referenceOf>[1]) => referenceOf(window, kind, seededRandom(1));

  test('zero, and a straight line between the ends', () => {
    expect(Math.max(...of('zero').map(Math.abs))).toBe(0);
    const line = of('line');
    expect(line[0]).toBeCloseTo(window[0], 6);
    expect(line[249]).toBeCloseTo(window[249], 6);
    expect(line[125] - line[124]).toBeCloseTo(line[10] - line[9], 6);
  });

  test('a blur keeps the drift and loses the waves', () => {
    const blur = of('blurred');
    expect(Math.abs(blur[125] - 1.25)).toBeLessThan(0.05);
  });

  test('noise of a tenth of a QRS', () => {
    const noise = of('noise');
    const deviation = Math.sqrt(noise.reduce((sum, value) => sum + value * value, 0) / noise.length);
    expect(deviation).toBeGreaterThan(0.08);
    expect(deviation).toBeLessThan(0.12);
  });
});
