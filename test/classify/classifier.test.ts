import { describe, expect, it } from 'vitest';
import type { Beat } from '../../src/beats/beat.ts';
import { RHYTHM_FEATURES } from '../../src/beats/rhythm.ts';
import { WAVEFORM_CHANNELS, WAVEFORM_STEPS } from '../../src/beats/waveform.ts';
import { type BeatModel, loadBeatModel } from '../../src/classify/beat-model.ts';
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
    ['what may be ventricular is not asked whether it is supraventricular', [0, 0.49, 0.51, 0], 'V'],
    ['nor is fusion', [0, 0.4, 0, 0.6], 'F'],
  ] as const)('%s', (_name, probabilities, expected) => {
    expect(decide(Float32Array.from(probabilities), thresholds)).toBe(expected);
  });
});

describe('a beat that looks supraventricular', () => {
  const S = [0, 5, 2, 0];
  const V = [0, 0, 5, 0];
  const N = [5, 0, 0, 0];
  const unjudged = undefined;
  // Of no morphology.
  const flat = new Float32Array(WAVEFORM_STEPS * WAVEFORM_CHANNELS);
  const supraventricular = { mostIrregular: 0.7, usualShare: 0.05, ofBeats: 40, mostShift: 1 };

  /** What is made of beats with these scores, a second apart where nothing else is said. */
  function judged(
    scores: readonly (readonly number[] | undefined)[],
    otherwise: Readonly<Record<number, Partial<Beat>>> = {},
  ) {
    let at = 0;
    const classifier = new Classifier({
      card: { temperature: 1, thresholds: { S: 0.4, V: 0.4, F: 0.5 }, supraventricular } as BeatModel['card'],
      scores: () => Float32Array.from(scores[at] as number[]),
      featureMaps: () => new Float32Array(0),
    });
    return scores.map((known, n) => {
      at = n;
      const flaw = known === unjudged ? 'noisy' : undefined;
      return classifier.push({ rrBefore: 1, waveform: flat, ...otherwise[n], flaw } as Beat)[0];
    });
  }

  const called = (...given: Parameters<typeof judged>) =>
    judged(...given)
      .map((verdict) => verdict.class)
      .join('');

  it('is called so after a normal one and after one of its kind', () => {
    expect(called([N, S, S, N])).toBe('NSSN');
  });

  it('is not where nobody can know whether it comes early: first, after a gap, a ventricular or an unjudged beat', () => {
    expect(called([S, S])).toBe('NS');
    expect(called([N, S], { 1: { rrBefore: undefined } })).toBe('NN');
    expect(called([N, V, S, S])).toBe('NVNS');
    expect(called([N, unjudged, S, S])).toBe('NQNS');
  });

  it('nor where normal beats come as irregularly as in atrial fibrillation', () => {
    const intervals = [0.6, 0.95, 0.7, 1.1, 0.52, 0.83, 1.3, 0.65, 0.9, 0.5, 1.2];
    const irregular = Object.fromEntries(
      Array.from({ length: 100 }, (_, n) => [n, { rrBefore: intervals[n % intervals.length] }]),
    );
    const normal = Array.from({ length: 100 }, () => N);
    expect(called([...normal, S], irregular).at(-1)).toBe('N');
    expect(called([...normal, S]).at(-1)).toBe('S');
    // Ectopic beats, early and with a pause after them, are no such irregularity, however many there are.
    const ectopic = normal.map((_, n) => (n % 3 === 1 ? S : N));
    const early = Object.fromEntries(ectopic.map((_, n) => [n, { rrBefore: [1.4, 0.6, 1.4][n % 3] }]));
    expect(called([...ectopic, S], early).slice(-6)).toBe('NNSNNS');
  });

  it('may be ventricular all the same', () => {
    expect(called([N, V, [0, 4, 3.9, 0]])).toBe('NVV');
  });

  it('is the more likely to be one, the more of the patient’s beats were', () => {
    const unsure = [0, 0, -9, -9];
    const probabilityAfter = (...before: readonly (readonly number[] | undefined)[]) =>
      judged([...before, N, unsure]).at(-1)?.probabilities[1] as number;
    const many = (scores: readonly number[] | undefined, count = 200) =>
      Array.from({ length: count }, () => scores);
    expect(probabilityAfter(N)).toBeCloseTo(0.5, 1);
    expect(probabilityAfter(...many(N, 20))).toBeLessThan(probabilityAfter(N));
    // The bound: odds of e to one, either way.
    expect(probabilityAfter(...many(N))).toBeCloseTo(1 / (1 + Math.E), 3);
    expect(probabilityAfter(N, ...many(S))).toBeCloseTo(Math.E / (1 + Math.E), 3);
    // What was not judged says nothing.
    expect(probabilityAfter(N, ...many(unjudged))).toBeCloseTo(probabilityAfter(N), 6);
  });

  it('has scores that its probabilities follow from', () => {
    const [first, second] = judged([N, S]);
    expect(first.scores[1]).toBe(0);
    expect(second.scores[1]).toBeCloseTo(5 + Math.log(1 - 1 / 40), 5);
    expect(softmax(second.scores, 1)).toEqual(second.probabilities);
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
