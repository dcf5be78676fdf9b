import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { type FloatNetwork, loadNetwork } from '../../src/explain/network.ts';
import { inputGradients, scores } from '../../src/explain/saliency.ts';
import { temporaryFolder } from '../sources/temporary-folder.ts';

const model = (file: string) => fileURLToPath(new URL(`../../models/${file}`, import.meta.url));
const written = temporaryFolder();

/** What TensorFlow itself said of windows of the recording that ships. */
interface Golden {
  readonly classes: readonly string[];
  readonly windows: readonly {
    readonly input: readonly number[];
    readonly float: { readonly scores: readonly number[] };
    readonly gradient: { readonly class: string; readonly values: readonly number[] };
  }[];
}

describe.each(['cnn', 'lstm'])('the float %s', (name) => {
  const golden = JSON.parse(readFileSync(model(`rhythm-${name}.vectors.json`), 'utf8')) as Golden;
  const windows = golden.windows.map(({ input }) => Float32Array.from(input));
  let network: FloatNetwork;
  beforeAll(async () => {
    network = await loadNetwork(model(`rhythm-${name}.weights.json`));
  });

  test("gives TensorFlow's scores", async () => {
    const given = await scores(network, windows);
    for (const [n, { float }] of golden.windows.entries()) {
      for (const [i, score] of float.scores.entries()) expect(given[n][i]).toBeCloseTo(score, 3);
    }
  });

  test("gives TensorFlow's gradients of a score by the window", async () => {
    const targets = golden.windows.map(({ gradient }) => golden.classes.indexOf(gradient.class));
    const given = await inputGradients(network, windows, targets);
    for (const [n, { gradient }] of golden.windows.entries()) {
      const most = Math.max(...gradient.values.map(Math.abs));
      for (const [i, value] of gradient.values.entries()) {
        expect(Math.abs(given[n][i] - value)).toBeLessThan(1e-3 * most);
      }
    }
  });

  test('with its last layer shuffled it is another network', async () => {
    let state = 1;
    const shuffled = network.randomised(1, () => {
      state = (state * 16807) % 2147483647;
      return state / 2147483647;
    });
    const [before] = await scores(network, windows.slice(0, 1));
    const [after] = await scores(shuffled, windows.slice(0, 1));
    expect(after).not.toEqual(before);
  });
});

describe('where the feature maps lie', () => {
  test('as the card of the CNN says, in samples from the first', async () => {
    const network = await loadNetwork(model('rhythm-cnn.weights.json'));
    const { featureMaps, window } = JSON.parse(readFileSync(model('rhythm-cnn.json'), 'utf8'));
    const { start, step } = network.mapPlaces(network.convolutions);
    expect(start / window.rate - 1).toBeCloseTo(featureMaps.start, 6);
    expect(step / window.rate).toBeCloseTo(featureMaps.step, 6);
  });

  test('only the last convolution that sees no more than a wide QRS counts as local', async () => {
    const network = await loadNetwork(model('rhythm-cnn.weights.json'));
    const local = network.lastLocal;
    expect(network.mapPlaces(local).sees).toBeLessThanOrEqual(25);
    if (local < network.convolutions) expect(network.mapPlaces(local + 1).sees).toBeGreaterThan(25);
  });
});

test('weights of another build are refused in a sentence', async () => {
  const manifest = JSON.parse(readFileSync(model('rhythm-lstm.weights.json'), 'utf8'));
  written(manifest.file, new Uint8Array(8));
  const path = written('other.weights.json', JSON.stringify(manifest));
  await expect(loadNetwork(path)).rejects.toThrow(/SHA-256 .* take both from one build/);
});
