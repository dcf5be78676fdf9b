import { describe, expect, test } from 'vitest';
import { brightest, CLAIMS, density, type MappedWindow } from '../../../src/evaluate/explanations/claims.ts';
import { estimate } from '../../../src/evaluate/explanations/interval.ts';
import {
  partialSpearman,
  rootMeanSquare,
  spearman,
  topFifthOverlap,
} from '../../../src/evaluate/explanations/likeness.ts';
import {
  area,
  CHANGED,
  replacedWindows,
  segmentOrder,
} from '../../../src/evaluate/explanations/perturbation.ts';
import { type WindowBeat, windowWaves } from '../../../src/explain/window-waves.ts';

describe('curves', () => {
  const relevance = Float32Array.from({ length: 250 }, (_, i) => (i >= 120 && i < 130 ? 1 : i / 1000));
  const ones = new Float32Array(250).fill(1);
  const zeros = new Float32Array(250);

  test('the most relevant 40 ms go first', () => {
    const order = segmentOrder(relevance);
    expect(order.slice(0, 3)).toEqual([24, 25, 49]);
    expect(order.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, n) => n));
  });

  test('from the whole window to none of it', () => {
    const windows = replacedWindows(ones, zeros, segmentOrder(relevance));
    expect(windows[0]).toEqual(ones);
    expect(windows.at(-1)).toEqual(zeros);
    const left = windows.map((window) => window.reduce((sum, value) => sum + value, 0));
    expect(left).toEqual(CHANGED.map((count) => 250 - 5 * count));
    expect(windows[2].slice(118, 132).join('')).toBe('11000000000011');
  });

  test('the area is the mean of the curve', () => {
    expect(area(CHANGED.map(() => 0.3))).toBeCloseTo(0.3, 12);
    expect(area(CHANGED.map((count) => 1 - count / 50))).toBeCloseTo(0.5, 12);
  });
});

describe('likeness', () => {
  test('Spearman knows order alone, and shares ranks among equals', () => {
    expect(spearman([1, 2, 3, 4], [10, 100, 1000, 10_000])).toBeCloseTo(1, 12);
    expect(spearman([1, 2, 3, 4], [4, 3, 2, 1])).toBeCloseTo(-1, 12);
    // scipy.stats.spearmanr([1, 2, 2, 3], [1, 3, 2, 4])
    expect(spearman([1, 2, 2, 3], [1, 3, 2, 4])).toBeCloseTo(0.9486832980505138, 12);
    expect(spearman([1, 1, 1], [1, 2, 3])).toBe(0);
  });

  test('partial correlation takes out what both share with a third', () => {
    const third = Array.from({ length: 400 }, (_, i) => i % 20);
    const a = third.map((value, i) => value + (Math.floor(i / 20) % 2 ? 7.3 : -7.3));
    const b = third.map((value, i) => value + (Math.floor(i / 40) % 2 ? 7.3 : -7.3));
    expect(spearman(a, b)).toBeGreaterThan(0.3);
    expect(Math.abs(partialSpearman(a, b, third))).toBeLessThan(0.05);
    expect(partialSpearman(a, a, third)).toBeCloseTo(1, 6);
    // The correlation of what least squares by the third leave of each (numpy.linalg.lstsq, numpy.corrcoef)
    expect(partialSpearman([1, 2, 3, 4, 5], [2, 1, 4, 3, 5], [1, 3, 2, 5, 4])).toBeCloseTo(
      0.9783991809404573,
      12,
    );
    expect(partialSpearman([1, 2, 3], [3, 1, 2], [1, 2, 3])).toBe(0);
  });

  test('overlap and distance', () => {
    const up = Array.from({ length: 10 }, (_, i) => i);
    expect(topFifthOverlap(up, up)).toBe(1);
    expect(topFifthOverlap(up, up.toReversed())).toBe(0);
    expect(rootMeanSquare([0, 0], [3, 4])).toBeCloseTo(Math.sqrt(12.5), 12);
  });
});

describe('intervals', () => {
  test('come from records: alike windows of few patients say less than they seem', () => {
    const values = Array.from({ length: 100 }, (_, i) => (i < 50 ? 1 : 0));
    const ofTwo = estimate(
      values,
      values.map((value) => `patient ${value}`),
    );
    const ofAll = estimate(
      values,
      values.map((_, i) => `patient ${i}`),
    );
    expect(ofTwo).toMatchObject({ mean: 0.5, low: 0, high: 1, records: 2 });
    expect(ofAll.low).toBeGreaterThan(0.35);
    expect(ofAll.high).toBeLessThan(0.65);
  });

  test('with one patient they are of his windows', () => {
    const { low, high, records } = estimate([1, 1, 1, 0], ['232', '232', '232', '232']);
    expect(records).toBe(1);
    expect(low).toBeLessThan(0.75);
    expect(high).toBe(1);
  });
});

describe('claims', () => {
  /** A narrow QRS at 0.2, 1 and 1.8 s, and nothing else. */
  const window = Float32Array.from({ length: 250 }, (_, i) =>
    [0.2, 1, 1.8].reduce((sum, peak) => sum + Math.max(0, 1 - Math.abs(i / 125 - peak) / 0.04), 0),
  );
  const waves = windowWaves(window, [0.2, 1, 1.8]);
  const mapped = (relevance: (time: number) => number): MappedWindow => ({
    relevance: Float32Array.from({ length: 250 }, (_, i) => relevance(i / 125)),
    waves,
    centre: waves.beats[1],
    last: waves.beats.at(-1) as WindowBeat,
  });
  const holds = (name: string, model: string, of: MappedWindow) =>
    CLAIMS.find((claim) => claim.class === name && claim.model === model)?.holds(of);
  const onQrs = mapped((time) => Number([0.2, 1, 1.8].some((peak) => Math.abs(time - peak) < 0.03)));
  const onCentre = mapped((time) => Number(Math.abs(time - 1) < 0.03));
  const onEnd = mapped((time) => Number(time > 1.75));
  const between = mapped((time) => Number(Math.abs(time - 0.6) < 0.05 || Math.abs(time - 1.4) < 0.05));

  test('there are two for each of the eight classes', () => {
    expect(CLAIMS).toHaveLength(16);
    expect(new Set(CLAIMS.map((claim) => `${claim.class} ${claim.model}`)).size).toBe(16);
  });

  test('hold where they should, and not where they should not', () => {
    expect(holds('N', 'cnn', onQrs)).toBe(true);
    expect(holds('N', 'cnn', between)).toBe(false);
    expect(holds('PVC', 'cnn', onCentre)).toBe(true);
    expect(holds('PVC', 'cnn', onEnd)).toBe(false);
    expect(holds('AF', 'cnn', between)).toBe(true);
    expect(holds('AF', 'cnn', onQrs)).toBe(false);
    expect(holds('AF', 'lstm', onEnd)).toBe(true);
    expect(holds('AF', 'lstm', onCentre)).toBe(false);
    expect(holds('RBBB', 'lstm', onEnd)).toBe(true);
    expect(holds('SBR', 'lstm', onCentre)).toBe(true);
    expect(holds('SBR', 'lstm', onEnd)).toBe(false);
  });

  test('say nothing of a window without relevance', () => {
    expect(
      holds(
        'SVTA',
        'cnn',
        mapped(() => 0),
      ),
    ).toBe(undefined);
  });

  test('density is 1 where relevance is even, and the brightest sample is the first of its kind', () => {
    const even = mapped(() => 0.3);
    expect(density(even, (_, wave) => wave === 'QRS')).toBeCloseTo(1, 6);
    expect(brightest(onCentre)).toBeCloseTo(0.976, 6);
  });
});
