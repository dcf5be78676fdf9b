import { describe, expect, test } from 'vitest';
import { ECG_AFTER, ECG_BEFORE } from '../../src/beats/beat.ts';
import type { ModelCard } from '../../src/classify/model-card.ts';
import type { Verdict } from '../../src/classify/verdict.ts';
import { Explainer } from '../../src/explain/explainer.ts';

const steps = 25;
const quantisation = { scale: 0.01, zeroPoint: 0 };
// Two maps, two rhythm features, one hidden unit a class: score V = 2·map₀ + 1·early − 0.5, and so on.
const card: ModelCard = {
  name: 'hand-made',
  file: 'none.tflite',
  sha256: '',
  classes: ['N', 'S', 'V', 'F'],
  rhythmFeatures: ['early', 'late'],
  quantisation: {
    waveform: quantisation,
    rhythm: quantisation,
    scores: quantisation,
    featureMaps: quantisation,
  },
  featureMaps: { steps, channels: 2, start: -0.24, step: 0.02 },
  temperature: 1,
  thresholds: { S: 0.5, V: 0.5, F: 0.5 },
  supraventricular: { mostIrregular: 1, usualShare: 0.05, ofBeats: 400, mostShift: 1 },
  heads: [
    {
      layers: [
        {
          weights: [
            [0, 0, 0, 1],
            [0, 0, 1, 0],
            [2, 0, 1, 0],
            [1, 1, 0, 0],
          ],
          bias: [0, 0, 0, 0],
        },
        {
          weights: [
            [1, 0, 0, 0],
            [0, 1, 0, 0],
            [0, 0, 1, 0],
            [0, 0, 0, 1],
          ],
          bias: [0, 0, -0.5, 0],
        },
      ],
      biasOfS: [0, 0, 0, 0],
    },
  ],
};

/** A flagged VEB whose first map shines around the R peak. */
function flaggedVerdict(): Verdict {
  const featureMaps = new Float32Array(2 * steps);
  for (const [step, value] of [
    [11, 1],
    [12, 3],
    [13, 2],
  ])
    featureMaps[2 * step] = value;
  const ecg = Float32Array.from({ length: ECG_BEFORE + ECG_AFTER }, (_, i) =>
    Math.max(0, 1 - Math.abs(i - ECG_BEFORE) / 20),
  );
  return {
    kind: 'verdict',
    beat: {
      kind: 'beat',
      index: 1000,
      time: 4,
      peakDecidedAt: 1075,
      decidedAt: 1200,
      rrBefore: 0.48,
      rrAfter: 1.1,
      usualRr: 0.8,
      irregularity: 0,
      ecg,
      waveform: new Float32Array(0),
      rhythm: Float32Array.of(0.75, 0),
      flaw: undefined,
    },
    class: 'V',
    reason: undefined,
    probabilities: Float32Array.of(0.02, 0.02, 0.95, 0.01),
    scores: Float32Array.of(0, 0.75, 6.26, 3), // int8's answer: the float head says 6.25
    ownShare: 0.2,
    flagged: true,
    featureMaps,
  };
}

describe('an explainer', () => {
  test('explains a flagged beat by contributions that add up to its score', () => {
    const [{ explanation }] = new Explainer({ card }).push(flaggedVerdict());
    const { score, waveform, rhythm, ownShare, intercept } = explanation!;
    expect(score).toBeCloseTo(6.26, 6);
    expect(waveform).toBe(6);
    expect(rhythm).toEqual([
      { feature: 'early', value: 0.75, contribution: 0.75 },
      { feature: 'late', value: 0, contribution: 0 },
    ]);
    expect(ownShare).toBe(0); // which counts for S alone
    expect(intercept).toBeCloseTo(-0.5 + 0.01, 6); // the bias, and what int8 rounded
    expect(waveform + rhythm[0].contribution + rhythm[1].contribution + intercept).toBeCloseTo(score, 9);
  });

  test('says of an S beat what the patient’s own share of such beats contributes', () => {
    const score = 0.75 + Math.log(0.1 / 0.05);
    const scores = Float32Array.of(0, score, 0, 0);
    const verdict: Verdict = { ...flaggedVerdict(), class: 'S', scores, ownShare: 0.1 };
    const { waveform, rhythm, ownShare, intercept, sentence } = new Explainer({ card }).push(verdict)[0]
      .explanation!;
    expect(ownShare).toBeCloseTo(Math.LN2, 9);
    expect(intercept).toBeCloseTo(0, 6);
    const ofRhythm = rhythm[0].contribution + rhythm[1].contribution;
    expect(waveform + ofRhythm + ownShare + intercept).toBeCloseTo(score, 6);
    expect(sentence).toContain(', 10 % S beats of late, ');
    // As much as the card allows, and no more.
    const most = new Explainer({ card }).push({ ...verdict, ownShare: 0.9 })[0].explanation!;
    expect(most.ownShare).toBe(1);
  });

  test('shows where in the waveform, and says so in words', () => {
    const [{ explanation }] = new Explainer({ card }).push(flaggedVerdict());
    const { relevance, relevanceStart, relevanceStep, waves, sentence } = explanation!;
    expect(relevance).toHaveLength(steps);
    expect(relevance.indexOf(1)).toBe(12);
    expect(relevance[11]).toBeCloseTo(1 / 3, 6);
    expect([relevanceStart, relevanceStep]).toEqual([-0.24, 0.02]);
    expect(waves.QRS).toBeCloseTo(1, 6);
    expect(sentence).toMatch(/^VEB 0\.95: early \(0\.60 of usual RR\), pause after \(1\.38\), wide QRS/);
    expect(sentence).toMatch(/evidence 89 % waveform \(100 % of it in the QRS\), 11 % rhythm$/);
  });

  test('explains nothing that was not flagged', () => {
    const normal: Verdict = { ...flaggedVerdict(), class: 'N', flagged: false, featureMaps: undefined };
    expect(new Explainer({ card }).push(normal)).toEqual([
      { kind: 'explained', verdict: normal, explanation: undefined },
    ]);
  });
});
