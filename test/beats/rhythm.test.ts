import { describe, expect, it } from 'vitest';
import { RHYTHM_FEATURES, Rhythm } from '../../src/beats/rhythm.ts';

/** The features of one beat, by name. */
function named(rhythm: Rhythm, before: number | undefined, after: number | undefined) {
  const features = rhythm.features(before, after);
  expect(features).toHaveLength(RHYTHM_FEATURES.length);
  return (name: string) => {
    expect(RHYTHM_FEATURES).toContain(name);
    return features[RHYTHM_FEATURES.indexOf(name)];
  };
}

describe('rhythm', () => {
  it('is silent until an interval is known', () => {
    const rhythm = new Rhythm();
    expect(rhythm.usual).toBeUndefined();
    expect(rhythm.features(0.5, 0.5).every((value) => value === 0)).toBe(true);
  });

  it('means over the last 5, 80 and 400 intervals, however long the stream', () => {
    const rhythm = new Rhythm();
    const all: number[] = [];
    for (let i = 0; i < 3333; i++) {
      const rr = 0.6 + 0.4 * Math.abs(Math.sin(i * 12.9898));
      rhythm.push(rr);
      all.push(rr);
    }
    const mean = (k: number) => all.slice(-k).reduce((sum, rr) => sum + rr, 0) / k;
    expect(rhythm.usual).toBeCloseTo(mean(80), 10);
    const feature = named(rhythm, 0.7, undefined);
    for (const k of [5, 80, 400]) {
      expect(feature(`ln rr-before / mean-${k}`)).toBeCloseTo(Math.log(0.7 / mean(k)), 5);
      expect(feature(`ln rr-after / mean-${k}`)).toBe(0);
    }
    for (let back = 1; back <= 8; back++) {
      const expected = Math.log(all[all.length - back] / mean(80));
      expect(feature(`ln rr-before-${back} / mean-80`)).toBeCloseTo(expected, 5);
    }
  });

  it('knows what is usual where most beats are early: bigeminy and pauses', () => {
    const rhythm = new Rhythm();
    for (let i = 0; i < 30; i++) for (const rr of [0.5, 0.5, 0.5, 1]) rhythm.push(rr);
    const feature = named(rhythm, 0.5, 1);
    expect(feature('ln rr-before / percentile-25')).toBeCloseTo(0, 6);
    // Of 80 intervals 60 are short: the 75th percentile lies a quarter of a step past the last of them.
    expect(feature('ln rr-before / percentile-75')).toBeCloseTo(0.25 * Math.log(0.5), 6);
    expect(feature('ln rr-before / percentile-90')).toBeCloseTo(Math.log(0.5), 6);
    expect(feature('ln rr-after / percentile-90')).toBeCloseTo(0, 6);
  });

  it('tells how irregular the latest intervals are', () => {
    const regular = new Rhythm();
    const alternating = new Rhythm();
    for (let i = 0; i < 40; i++) {
      regular.push(0.8);
      alternating.push(i % 2 === 0 ? 0.6 : 1.2);
    }
    const change = Math.log(2);
    // Nine long and eight short, or the reverse, among seventeen.
    const deviation = change * Math.sqrt((8 / 17) * (9 / 17));
    for (const [rhythm, expected] of [
      [regular, [0, 0, 0]],
      [alternating, [change, change, deviation]],
    ] as const) {
      const feature = named(rhythm, 0.8, 0.8);
      const names = ['median change of ln rr', 'mean change of ln rr', 'deviation of ln rr'];
      for (const [i, name] of names.entries()) expect(feature(name)).toBeCloseTo(expected[i], 6);
    }
  });

  it('bounds what it says', () => {
    const rhythm = new Rhythm();
    rhythm.push(0.8);
    const feature = named(rhythm, 0.01, 60);
    expect(feature('ln rr-before / mean-5')).toBeCloseTo(-1.2, 6);
    expect(feature('ln rr-after / percentile-90')).toBeCloseTo(1.2, 6);
  });
});
