import { describe, expect, it } from 'vitest';
import type { Beat } from '../../src/beats/beat.ts';
import { RhythmClassifier } from '../../src/classify/rhythm-classifier.ts';
import type { RhythmModel } from '../../src/classify/rhythm-model.ts';
import { RHYTHM_CLASSES, type RhythmVerdict } from '../../src/classify/rhythm-verdict.ts';
import type { Signal } from '../../src/signal/signal.ts';
import { GRID_RATE } from '../../src/timeline/span.ts';
import { gap, verdict } from '../outputs/stream.ts';

/** Says PVC where the R peak is high above the window's other samples, else N. */
const byHeight: RhythmModel = {
  card: {} as RhythmModel['card'],
  scores: (window) =>
    Float32Array.from(RHYTHM_CLASSES, (name) => (name === (window[125] > 0.5 ? 'PVC' : 'N') ? 5 : 0)),
  featureMaps: () => undefined,
};

const beatAt = (time: number): Beat => verdict({ time, class: 'N' }).beat;

/** A tenth of a second with an R peak of 1 mV wherever a beat of whole seconds lies. */
function tenth(number: number, flaw?: Signal['flaw']): Signal {
  const start = number * 25;
  const ecg = Float32Array.from({ length: 25 }, (_, n) =>
    Math.exp(-((((((start + n) % GRID_RATE) + GRID_RATE / 2) % GRID_RATE) - GRID_RATE / 2) ** 2) / 16),
  );
  return { kind: 'signal', start, time: start / GRID_RATE, ecg, flaw, noise: 0 };
}

const rhythms = (items: readonly { kind: string }[]) =>
  items.filter((item): item is RhythmVerdict => item.kind === 'rhythm');

describe('the rhythm stage', () => {
  it('judges a beat as soon as its second is over, and passes on what it takes', () => {
    const stage = new RhythmClassifier(byHeight);
    const out = Array.from({ length: 30 }, (_, n) => stage.push(tenth(n)));
    expect(out.every(([first], n) => first.kind === 'signal' && first.start === 25 * n)).toBe(true);
    // The beat is known late, with its second heard: it is judged at once.
    const known = stage.push(beatAt(2));
    expect(known.map(({ kind }) => kind)).toEqual(['beat', 'rhythm']);
    const [found] = rhythms(known);
    expect(found).toMatchObject({ class: 'PVC', reason: undefined });
    expect(found.probabilities[RHYTHM_CLASSES.indexOf('PVC')]).toBeGreaterThan(0.9);
    // This one is known early: its verdict waits for the sample that lies one second after it.
    expect(rhythms(stage.push(beatAt(2.4)))).toHaveLength(0);
    expect(
      [30, 31, 32, 33].flatMap((n) => rhythms(stage.push(tenth(n)))).map(({ beat }) => beat.time),
    ).toEqual([2.4]);
  });

  it('says how long a verdict took: a second, or as long as the beat itself', () => {
    const stage = new RhythmClassifier(byHeight);
    for (let n = 0; n < 40; n++) stage.push(tenth(n));
    const [found] = rhythms(stage.push({ ...beatAt(2), decidedAt: 600 }));
    expect((found.decidedAt - found.beat.index) / GRID_RATE).toBeCloseTo(1.036, 3);
    const [late] = rhythms(stage.push({ ...beatAt(2), decidedAt: 2 * GRID_RATE + 375 }));
    expect((late.decidedAt - late.beat.index) / GRID_RATE).toBe(1.5);
  });

  it('does not judge across a gap, a flaw, or the stream’s ends', () => {
    const stage = new RhythmClassifier(byHeight);
    const found: RhythmVerdict[] = [];
    for (let n = 0; n < 80; n++) {
      if (n === 35) found.push(...rhythms(stage.push(gap(3.5, 0.5))));
      if (n >= 35 && n < 40) continue;
      found.push(...rhythms(stage.push(tenth(n, n === 60 ? 'lead-off' : undefined))));
      if (n % 10 === 5) found.push(...rhythms(stage.push(beatAt((n - 5) / 10))));
    }
    found.push(...rhythms(stage.flush()));
    expect(found.map(({ beat, class: name, reason }) => [beat.time, name, reason])).toEqual([
      [0, 'Q', 'gap'],
      [1, 'PVC', undefined],
      [2, 'PVC', undefined],
      [4, 'Q', 'gap'],
      [5, 'PVC', undefined],
      [6, 'Q', 'lead-off'],
      [7, 'Q', 'lead-off'],
    ]);
  });
});
