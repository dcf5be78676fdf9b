import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { lastValueFrom, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { loadBeatModel } from '../../src/classify/beat-model.ts';
import { loadRhythmModel } from '../../src/classify/rhythm-model.ts';
import { RHYTHM_CLASSES, type RhythmVerdict } from '../../src/classify/rhythm-verdict.ts';
import type { Quantisation } from '../../src/classify/tensors.ts';
import { type GatewayOptions, gateway } from '../../src/gateway.ts';
import type { OutputItem } from '../../src/outputs/output-item.ts';
import { openSource } from '../../src/sources/open.ts';
import { StageClock } from '../../src/stage.ts';

/** What the training side says of windows of the shipped recording: see models/training/paper/deploy.py. */
interface Vectors {
  readonly windows: readonly {
    readonly window: number;
    readonly input: readonly number[];
    readonly int8: { readonly scores: readonly number[]; readonly featureMaps?: readonly number[] };
    readonly float: { readonly scores: readonly number[] };
  }[];
}

const root = new URL('../../', import.meta.url);
const vectorsOf = (name: string): Vectors =>
  JSON.parse(readFileSync(new URL(`models/rhythm-${name}.vectors.json`, root), 'utf8'));
const steps = (values: Float32Array, { scale, zeroPoint }: Quantisation) =>
  Array.from(values, (value) => Math.round(value / scale) + zeroPoint);

describe.each(['cnn', 'lstm'])('the rhythm model that ships: %s', (name) => {
  it('gives in this runtime what the training framework’s interpreter gives, in any order', async () => {
    const model = await loadRhythmModel(name);
    const { scores, featureMaps } = model.card.quantisation;
    const { windows } = vectorsOf(name);
    // Backwards too: a recurrent network must not remember the window before.
    for (const { input, int8 } of [...windows, ...windows.slice().reverse()]) {
      expect(steps(model.scores(Float32Array.from(input)), scores)).toEqual(int8.scores);
      const maps = model.featureMaps();
      expect(maps && featureMaps && steps(maps, featureMaps)).toEqual(int8.featureMaps);
    }
  });

  it('stays near the float network', async () => {
    const model = await loadRhythmModel(name);
    for (const { input, float } of vectorsOf(name).windows) {
      const scores = model.scores(Float32Array.from(input));
      const highest = (values: ArrayLike<number>) =>
        Array.from(values).indexOf(Math.max(...Array.from(values)));
      expect(RHYTHM_CLASSES[highest(scores)]).toBe(RHYTHM_CLASSES[highest(float.scores)]);
    }
  });
});

describe('the second opinion on the recording that ships', () => {
  const recording = fileURLToPath(new URL('recordings/mitdb-208.btsnoop', root));

  async function heard(options: GatewayOptions): Promise<OutputItem[]> {
    const source = await openSource(recording, { speed: 'max' });
    const items = gateway(source, await loadBeatModel(), new StageClock(), options);
    return lastValueFrom(items.pipe(toArray()));
  }

  it('stands beside the gateway’s own verdicts and changes none of them', async () => {
    const without = await heard({});
    const beside = await heard({ rhythmModel: await loadRhythmModel('cnn') });
    expect(without.some((item) => item.kind === 'rhythm')).toBe(false);
    expect(beside.filter((item) => item.kind !== 'rhythm')).toEqual(without);
    const verdicts = beside.filter((item): item is RhythmVerdict => item.kind === 'rhythm');
    expect(verdicts).toHaveLength(without.filter(({ kind }) => kind === 'explained').length);

    // And it saw the very windows that the training side was given.
    const judged = verdicts.filter((verdict) => verdict.class !== 'Q');
    expect(judged.length).toBeGreaterThan(480);
    for (const { window, input } of vectorsOf('cnn').windows) {
      for (const [i, value] of input.entries()) expect(judged[window].window[i]).toBeCloseTo(value, 5);
    }
  });
});
