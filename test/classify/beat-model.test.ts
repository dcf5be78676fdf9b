import { readFileSync, statSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { untrained } from '../../models/training/untrained.ts';
import { loadBeatModel } from '../../src/classify/beat-model.ts';
import { judged } from '../../src/cli/judged.ts';
import { globalMaximum, gradCam } from '../../src/explain/grad-cam.ts';
import { attribute } from '../../src/explain/head.ts';
import { openSource } from '../../src/sources/open.ts';

/** What the training side says of beats of the shipped recording: see models/training/train.py. */
interface Vectors {
  readonly beats: readonly {
    readonly beat: number;
    readonly waveform: readonly number[];
    readonly rhythm: readonly number[];
    readonly int8: { readonly scores: readonly number[]; readonly featureMaps: readonly number[] };
    readonly float: { readonly scores: readonly number[] };
    readonly gradients: readonly {
      readonly score: number;
      readonly alpha: readonly number[];
      readonly rhythm: readonly number[];
    }[];
  }[];
  /** Class scores of every usable beat, and what they make of it: S, V or - (N or F). */
  readonly calls: { readonly scores: readonly (readonly number[])[]; readonly called: string };
}

const root = new URL('../../', import.meta.url);
const vectors: Vectors = JSON.parse(readFileSync(new URL('models/beat.vectors.json', root), 'utf8'));
const recording = fileURLToPath(new URL('recordings/mitdb-208.btsnoop', root));

describe('the beat model that ships', () => {
  it('gets from the gateway the very inputs that it was trained on', async () => {
    const { verdicts } = await judged(await openSource(recording, { speed: 'max' }), await loadBeatModel());
    const usable = verdicts.filter(({ beat }) => beat.flaw === undefined);
    for (const { beat, waveform, rhythm } of vectors.beats) {
      const made = usable[beat].beat;
      for (const [i, value] of waveform.entries()) expect(made.waveform[i]).toBeCloseTo(value, 5);
      for (const [i, value] of rhythm.entries()) expect(made.rhythm[i]).toBeCloseTo(value, 5);
    }
  });

  it('leads to the same calls as the training side’s form of the rules, by which the thresholds were chosen', async () => {
    const { card } = await loadBeatModel();
    const { scores, called } = vectors.calls;
    let next = 0;
    const replayed = { ...untrained, card, scores: () => Float32Array.from(scores[next++]) };
    const { verdicts } = await judged(await openSource(recording, { speed: 'max' }), replayed);
    const judgedOnes = verdicts.filter((verdict) => verdict.class !== 'Q');
    const letters = judgedOnes
      .map((verdict) => ('SV'.includes(verdict.class) ? verdict.class : '-'))
      .join('');
    expect(letters).toBe(called);
    // All kinds, or they would not say much.
    for (const kind of ['S', 'V', '-']) expect(letters.split(kind).length).toBeGreaterThan(30);
  });

  it('gives in this runtime what the training framework’s interpreter gives: every int8 value', async () => {
    const model = await loadBeatModel();
    const { scores, featureMaps } = model.card.quantisation;
    const steps = (values: Float32Array, { scale, zeroPoint }: typeof scores) =>
      Array.from(values, (value) => Math.round(value / scale) + zeroPoint);
    for (const { waveform, rhythm, int8 } of vectors.beats) {
      const ran = model.scores(Float32Array.from(waveform), Float32Array.from(rhythm));
      expect(steps(ran, scores)).toEqual(int8.scores);
      expect(steps(model.featureMaps(), featureMaps)).toEqual(int8.featureMaps);
    }
  });

  it('explains with the training framework’s own gradients, to 1e-3', async () => {
    const { card } = await loadBeatModel();
    const { scale, zeroPoint } = card.quantisation.featureMaps;
    const { channels, steps } = card.featureMaps;
    for (const { rhythm, int8, gradients } of vectors.beats) {
      const maps = Float32Array.from(int8.featureMaps, (value) => scale * (value - zeroPoint));
      for (const [target, expected] of gradients.entries()) {
        const found = attribute(card.heads, globalMaximum(maps, channels), Float32Array.from(rhythm), target);
        expect(Math.abs(found.score - expected.score)).toBeLessThan(1e-3);
        for (let k = 0; k < channels; k++) {
          expect(Math.abs(found.gradient[k] / steps - expected.alpha[k])).toBeLessThan(1e-3);
        }
        for (const [i, gradient] of expected.rhythm.entries()) {
          expect(Math.abs(found.gradient[channels + i] - gradient)).toBeLessThan(1e-3);
        }
        expect(Math.max(...gradCam(maps, found.gradient, channels))).toBeLessThanOrEqual(1);
      }
    }
  });
});

describe('the sizes of the beat model', () => {
  const bytes = (name: string) => statSync(new URL(`models/${name}.tflite`, root)).size;

  it('are at most 64 KB, and 16 KB for the tiny one', () => {
    expect(bytes('beat')).toBeLessThanOrEqual(64 * 1024);
    expect(bytes('beat-tiny')).toBeLessThanOrEqual(16 * 1024);
    expect(bytes('beat-tiny')).toBeLessThan(bytes('beat'));
  });

  it('agree where the larger is sure: on 49 in 50 such beats of the shipped recording', async () => {
    const verdictsOf = async (name: string) =>
      (await judged(await openSource(recording, { speed: 'max' }), await loadBeatModel(name))).verdicts;
    const large = await verdictsOf('default');
    const tiny = await verdictsOf('tiny');
    // The fusion beats of this patient are half-way to ventricular: on which side is not what the sizes differ by.
    const sure = large.flatMap(({ probabilities }, n) => (Math.max(...probabilities) >= 0.6 ? [n] : []));
    expect(sure.length / large.length).toBeGreaterThan(0.9);
    const same = sure.filter((n) => tiny[n].class === large[n].class);
    expect(same.length / sure.length).toBeGreaterThan(0.98);
    expect(new Set(tiny.map((verdict) => verdict.class)).size).toBeGreaterThan(1);
  });
});

describe('a beat model that is not one', () => {
  const card = readFileSync(new URL('models/beat.json', root), 'utf8');

  async function loading(content: string): Promise<string> {
    const path = join(await mkdtemp(join(tmpdir(), 'beatlens-')), 'card.json');
    await writeFile(path, content);
    return loadBeatModel(path).then(
      () => 'loaded',
      (error: Error) => `${error.name}: ${error.message}`,
    );
  }

  it.each([
    ['nothing there', '{}', /InputError: .*card for other inputs/],
    ['not JSON', 'TFL3', /InputError: .*not JSON/],
    ['null', 'null', /InputError: .*card for other inputs/],
    ['another version’s heads', card.replaceAll('biasOfS', 'bias'), /InputError: .*card for other inputs/],
    [
      'a card that says nothing of the patient',
      card.replace('"supraventricular"', '"s"'),
      /InputError: .*card for other inputs/,
    ],
    ['another gateway’s rhythm', card.replace('mean-80', 'mean-81'), /InputError: .*card for other inputs/],
    ['a card without its model', card, /InputError: .*cannot read the model/],
  ])('%s: a clear error', async (_name, content, expected) => {
    expect(await loading(content)).toMatch(expected);
  });

  it('a name that every object knows: no model of that name either', async () => {
    await expect(loadBeatModel('constructor')).rejects.toThrow(/constructor: cannot read the model card/);
  });
});
