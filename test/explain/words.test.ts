import { describe, expect, test } from 'vitest';
import type { Beat } from '../../src/beats/beat.ts';
import type { Verdict } from '../../src/classify/verdict.ts';
import { type Findings, inWords } from '../../src/explain/words.ts';

const none = new Float32Array(0);

function findings(
  beat: Partial<Beat>,
  rest: Partial<Findings> = {},
  verdictClass: Verdict['class'] = 'V',
): Findings {
  return {
    verdict: {
      kind: 'verdict',
      beat: {
        kind: 'beat',
        index: 500,
        time: 2,
        peakDecidedAt: 575,
        decidedAt: 700,
        rrBefore: 0.8,
        rrAfter: 0.8,
        usualRr: 0.8,
        irregularity: 0,
        ecg: none,
        waveform: none,
        rhythm: none,
        flaw: undefined,
        ...beat,
      },
      class: verdictClass,
      reason: undefined,
      probabilities: Float32Array.of(0.01, 0.01, 0.97, 0.01),
      scores: none,
      beatsBefore: none,
      ownShare: 0.05,
      flagged: true,
      featureMaps: undefined,
    },
    qrsWidth: 0.148,
    waveform: 6,
    rhythm: [
      { feature: 'a', value: 1, contribution: 3 },
      { feature: 'b', value: 1, contribution: -2 },
    ],
    beatsBefore: 0,
    waves: { P: 0.05, QRS: 0.81, 'ST-T': 0.1, baseline: 0.04 },
    ...rest,
  };
}

describe('an explanation in words', () => {
  test('of an early, wide beat', () => {
    expect(inWords(findings({ rrBefore: 0.464, rrAfter: 1.1 }))).toBe(
      'VEB 0.97: early (0.58 of usual RR), pause after (1.38), wide QRS (148 ms); ' +
        'evidence 86 % waveform (81 % of it in the QRS), 14 % rhythm',
    );
  });

  test('of a beat in an irregular rhythm', () => {
    expect(inWords(findings({ rrBefore: 0.464, irregularity: 0.6 }))).toContain(
      'early (0.58 of usual RR), irregular rhythm, wide QRS',
    );
    expect(inWords(findings({ irregularity: 0.4 }))).not.toContain('irregular');
  });

  test('of a patient with many supraventricular beats, where it is one of them', () => {
    const { verdict, ...rest } = findings({}, {}, 'S');
    const ofPatient = (ownShare: number) => inWords({ verdict: { ...verdict, ownShare }, ...rest });
    expect(ofPatient(0.33)).toContain('33 % S beats of late, wide QRS');
    expect(ofPatient(0.09)).not.toContain('of late');
    const ventricular = findings({});
    expect(inWords({ ...ventricular, verdict: { ...ventricular.verdict, ownShare: 0.33 } })).not.toContain(
      'of late',
    );
  });

  test('of a beat that would be less ventricular but for others of its morphology', () => {
    expect(inWords(findings({}, { beatsBefore: 0.5 }))).toContain(
      'on time (1.00 of usual RR), wide QRS (148 ms), as others of its morphology; evidence',
    );
    expect(inWords(findings({}, { beatsBefore: 0.4 }))).not.toContain('morphology');
    expect(inWords(findings({}, { beatsBefore: 0.5 }, 'S'))).not.toContain('morphology');
  });

  test('of an early, narrow beat that its rhythm gave away', () => {
    const rhythm = [{ feature: 'a', value: 1, contribution: 4 }];
    const waves = { P: 0.6, QRS: 0.3, 'ST-T': 0.1, baseline: 0 };
    const supraventricular = findings(
      { rrBefore: 0.6 },
      { qrsWidth: 0.092, waveform: 1, rhythm, waves },
      'S',
    );
    expect(inWords(supraventricular)).toBe(
      'SVEB 0.01: early (0.75 of usual RR), narrow QRS (92 ms); evidence 80 % rhythm, 20 % waveform (60 % of it in the P zone)',
    );
  });

  test.each([
    [0.67, 'early (0.84'],
    [0.69, 'on time (0.86'],
    [0.91, 'on time (1.14'],
    [0.93, 'late (1.16'],
  ])('an RR of %d s against the usual 0.8 s is %s', (rrBefore, said) => {
    expect(inWords(findings({ rrBefore }))).toContain(`: ${said} of usual RR), wide`);
  });

  test('says nothing of what was not measured', () => {
    for (const unknown of [{ usualRr: undefined }, { rrBefore: undefined, rrAfter: undefined }]) {
      expect(inWords(findings(unknown))).toMatch(/^VEB 0\.97: wide QRS/);
    }
    const dark = { P: 0, QRS: 0, 'ST-T': 0, baseline: 0 };
    expect(inWords(findings({}, { waveform: -1, waves: dark }))).toMatch(
      /; evidence 100 % rhythm, 0 % waveform$/,
    );
    const against = [{ feature: 'a', value: 1, contribution: -1 }];
    expect(inWords(findings({}, { waveform: -1, rhythm: against, waves: dark }))).toMatch(/\(148 ms\)$/);
  });

  test('knows fusion beats, and where a QRS becomes wide', () => {
    expect(inWords(findings({}, { qrsWidth: 0.12 }, 'F'))).toMatch(/^fusion 0\.01: .*wide QRS \(120 ms\)/);
    expect(inWords(findings({}, { qrsWidth: 0.116 }))).toMatch(/narrow QRS \(116 ms\)/);
  });
});
