import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadRhythmModel } from '../../src/classify/rhythm-model.ts';
import { RHYTHM_CLASSES } from '../../src/classify/rhythm-verdict.ts';
import { type ClassJudgement, judgeModel } from '../../src/cli/judge-model.ts';
import { type Explain, stabilityOf } from '../../src/cli/judge-stability.ts';
import { judgementText } from '../../src/cli/judge-text.ts';
import { WindowSet } from '../../src/cli/judge-windows.ts';
import { concatenated } from '../../src/dsp/concatenated.ts';
import { type FloatNetwork, loadNetwork } from '../../src/explain/network.ts';
import { gradientSaliencies } from '../../src/explain/saliency.ts';
import { temporaryFolder } from '../sources/temporary-folder.ts';

const model = (file: string) => fileURLToPath(new URL(`../../models/${file}`, import.meta.url));
const written = temporaryFolder();
const N = RHYTHM_CLASSES.indexOf('N');

/** Windows of the recording that ships that TensorFlow calls normal. */
const golden = JSON.parse(readFileSync(model('rhythm-cnn.vectors.json'), 'utf8')) as {
  windows: { input: number[]; gradient: { class: string } }[];
};
const windows = golden.windows
  .filter(({ gradient }) => gradient.class === 'N')
  .slice(0, 6)
  .map(({ input }) => Float32Array.from(input));
let network: FloatNetwork;
beforeAll(async () => {
  network = await loadNetwork(model('rhythm-cnn.weights.json'));
});

describe('sanity and stability', () => {
  const judged = async (explain: Explain) => {
    const asked = windows.map((window) => ({ window, network }));
    return stabilityOf(asked, await explain(network, windows), [], N, explain);
  };

  test('a map that shows the signal and asks no network is found out', async () => {
    const { randomised, energy, shifted, retrained } = await judged(async (_, inputs) =>
      inputs.map((input) => input.map(Math.abs)),
    );
    expect(randomised).toHaveLength(network.weightedLayers);
    for (const likeness of randomised) expect(likeness).toBeCloseTo(1, 12);
    expect(energy).toBeGreaterThan(0.8);
    expect(shifted).toBeGreaterThan(0.9);
    expect(retrained).toBeUndefined();
  });

  test('a map that stays where it is whatever the window holds is found out', async () => {
    const { otherWindows, follows } = await judged(async (_, inputs) =>
      inputs.map((input) => input.map((_, i) => Math.exp(-(((i - 125) / 20) ** 2)))),
    );
    expect(otherWindows).toBeCloseTo(1, 12);
    expect(follows).toBeCloseTo(0, 12);
  });

  test('what gradient times input keeps of a shuffled network is mostly the energy of the signal', async () => {
    const { randomised, beyondEnergy, energy } = await judged((network, inputs) =>
      gradientSaliencies(
        network,
        inputs,
        inputs.map(() => N),
      ),
    );
    expect(energy).toBeGreaterThan(0.5);
    expect(beyondEnergy).toBeLessThan(0.6 * (randomised.at(-1) as number));
  });
});

describe('judging a network', () => {
  let normal: ClassJudgement;
  let printed: string;
  beforeAll(async () => {
    // As `export-windows` and train.py write them; so far apart that none has a beat of the next.
    const about = windows.map((_, i) => ({ record: `${i % 3}`, time: 10 * i + 1, class: 'N' }));
    written('few.windows.f32', new Uint8Array(concatenated(windows).buffer));
    written('few.division.json', JSON.stringify({ part: windows.map(() => 'test'), fold: [] }));
    const stem = written('few.json', JSON.stringify({ windows: about })).replace(/\.json$/, '');
    const networks = { of: () => network, retrained: [network], int8: await loadRhythmModel('cnn') };
    const sampling = { classes: RHYTHM_CLASSES, windows: 99, curves: 2, repeats: 1 };
    const judgement = await judgeModel('cnn', networks, await WindowSet.read(stem), sampling, () => {});
    expect(judgement.classes).toHaveLength(1);
    [normal] = judgement.classes;
    printed = judgementText(judgement).join('\n');
  }, 60_000);

  test('takes all windows that there are and that it calls right', () => {
    expect(normal).toMatchObject({ class: 'N', available: 6, right: 1, windows: 6, records: 3 });
    expect(normal.claims.map(({ holds }) => holds.count)).toEqual([6]);
  });

  test('a curve begins with the whole window and ends with none of it, insertion the other way', () => {
    for (const method of ['hires-cam', 'gradient'] as const) {
      const { deletionCurve, insertionCurve } = normal.methods[method]?.curves.zero ?? expect.fail(method);
      expect(deletionCurve[0]).toBeGreaterThan(0.9);
      expect(deletionCurve[0]).toBe(insertionCurve.at(-1));
      expect(deletionCurve.at(-1)).toBe(insertionCurve[0]);
    }
  });

  test('a network that was trained again into itself has the same maps', () => {
    expect(normal.methods['hires-cam']?.stability?.retrained).toBeCloseTo(1, 12);
    const [own, again] = normal.retrained;
    expect(again).toEqual(own);
  });

  test('prints a row for each class and method under every heading', () => {
    const sections = printed.split('\n\n').filter((section) => section.startsWith('| class'));
    expect(sections).toHaveLength(11);
    for (const section of sections) {
      expect(section).toContain('\n| N | ');
      const columns = section.split('\n').map((row) => row.split(/(?<!\\)\|/).length);
      expect(new Set(columns).size).toBe(1);
    }
    expect(printed).not.toMatch(/NaN|undefined/);
  });
});
