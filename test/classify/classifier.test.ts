import { describe, expect, it } from 'vitest';
import type { Beat } from '../../src/beats/beat.ts';
import { RHYTHM_FEATURES } from '../../src/beats/rhythm.ts';
import { WAVEFORM_CHANNELS, WAVEFORM_STEPS } from '../../src/beats/waveform.ts';
import { loadBeatModel } from '../../src/classify/beat-model.ts';
import { Classifier, decide, softmax } from '../../src/classify/classifier.ts';

describe('softmax', () => {
  it('is what it is, at any size of score', () => {
    const [one, three, nothing] = softmax(Float32Array.of(0, Math.log(3), -1000, -1000), 1);
    expect(one).toBeCloseTo(0.25, 6);
    expect(three).toBeCloseTo(0.75, 6);
    expect(nothing).toBe(0);
    const large = softmax(Float32Array.of(5000, 5000, 0, 0), 1);
    expect([...large]).toEqual([0.5, 0.5, 0, 0]);
  });

  it('softens with temperature', () => {
    expect(softmax(Float32Array.of(0, 4, 0, 0), 2)[1]).toBeCloseTo(
      softmax(Float32Array.of(0, 2, 0, 0), 1)[1],
      6,
    );
  });
});

describe('the decision', () => {
  const thresholds = { S: 0.4, V: 0.5, F: 0.6 };
  it.each([
    ['nothing reaches its threshold', [0.3, 0.39, 0.2, 0.11], 'N'],
    ['one does', [0.5, 0.41, 0.05, 0.04], 'S'],
    ['exactly', [0.5, 0, 0.5, 0], 'V'],
    ['the larger factor wins, not the larger probability', [0, 0.45, 0.52, 0.03], 'S'],
  ] as const)('%s', (_name, probabilities, expected) => {
    expect(decide(Float32Array.from(probabilities), thresholds)).toBe(expected);
  });
});

describe('the classifier', () => {
  it('does not judge a flawed beat, and says why', async () => {
    const classifier = new Classifier(await loadBeatModel());
    const beat = { flaw: 'lead-off' } as Beat;
    const [verdict] = classifier.push(beat);
    expect(verdict).toMatchObject({ class: 'Q', reason: 'lead-off', flagged: false, featureMaps: undefined });
  });

  it('judges a beat in noise when its gate is open, but no other flawed one', async () => {
    const classifier = new Classifier(await loadBeatModel(), true);
    const rhythm = new Float32Array(RHYTHM_FEATURES.length);
    const input = { waveform: new Float32Array(WAVEFORM_STEPS * WAVEFORM_CHANNELS), rhythm };
    const judged = (flaw: Beat['flaw']) => classifier.push({ ...input, flaw } as Beat)[0].class;
    expect(judged('noisy')).not.toBe('Q');
    expect(['lead-off', 'saturated', 'flat', 'gap'].map((flaw) => judged(flaw as Beat['flaw']))).toEqual([
      'Q',
      'Q',
      'Q',
      'Q',
    ]);
  });
});
