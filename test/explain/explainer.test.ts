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
    scores: Float32Array.of(0, 1, 7.76, 3), // int8's answer: the float head says 6.25 of V, to which 1.5 was added
    beatsBefore: Float32Array.of(0, 0.25, 1.5, 0),
    ownShare: 0.2,
    flagged: true,
    featureMaps,
  };
}

describe('an explainer', () => {
  test('explains a flagged beat by contributions that add up to its score', () => {
    const [{ explanation }] = new Explainer({ card }).push(flaggedVerdict());
    const { score, waveform, rhythm, beatsBefore, intercept } = explanation!;
    expect(score).toBeCloseTo(7.76, 6);
    expect(waveform).toBe(6);
    expect(rhythm).toEqual([
      { feature: 'early', value: 0.75, contribution: 0.75 },
      { feature: 'late', value: 0, contribution: 0 },
    ]);
    expect(beatsBefore).toBe(1.5);
    expect(intercept).toBeCloseTo(-0.5 + 0.01, 6); // the bias, and what int8 rounded
    const ofRhythm = rhythm[0].contribution + rhythm[1].contribution;
    expect(waveform + ofRhythm + beatsBefore + intercept).toBeCloseTo(score, 9);
  });

  test('says of an S beat what the S beats before it contribute', () => {
    const verdict: Verdict = { ...flaggedVerdict(), class: 'S' };
    const { waveform, rhythm, beatsBefore, intercept, score, sentence } = new Explainer({ card }).push(
      verdict,
    )[0].explanation!;
    expect([score, beatsBefore]).toEqual([1, 0.25]);
    expect(intercept).toBeCloseTo(0, 6);
    const ofRhythm = rhythm[0].contribution + rhythm[1].contribution;
    expect(waveform + ofRhythm + beatsBefore + intercept).toBeCloseTo(score, 6);
    expect(sentence).toContain(', 20 % S beats of late, ');
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
