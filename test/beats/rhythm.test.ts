import { describe, expect, it } from 'vitest';
import { Rhythm } from '../../src/beats/rhythm.ts';

describe('rhythm', () => {
  it('is silent until an interval is known', () => {
    const rhythm = new Rhythm();
    expect(rhythm.usual).toBeUndefined();
    expect([...rhythm.features(0.5, 0.5)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
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
    const expected = [5, 80, 400].map((k) => Math.log(0.7 / mean(k)));
    const features = rhythm.features(0.7, undefined);
    for (let h = 0; h < 3; h++) expect(features[h]).toBeCloseTo(expected[h], 5);
    expect([...features.subarray(4, 8)]).toEqual([0, 0, 0, 0]);
  });

  it('compares with what was due: in bigeminy the normal interval', () => {
    const rhythm = new Rhythm();
    for (let i = 0; i < 200; i++) rhythm.push(i % 2 === 0 ? 0.5 : 0.8);
    const features = rhythm.features(0.5, 0.8);
    expect(features[3]).toBeCloseTo(Math.log(0.5 / 0.8), 6);
    expect(features[7]).toBeCloseTo(0, 6);
  });

  it('tells how irregular the intervals before were', () => {
    const rhythm = new Rhythm();
    for (let i = 0; i < 60; i++) rhythm.push(0.5 + 0.4 * ((i * 0.618) % 1));
    const [now, lately] = rhythm.features(0.7, 0.7).subarray(8);
    expect(now).toBeGreaterThan(0.5);
    expect(lately).toBeGreaterThan(0.5);
  });

  it('takes no conducted beat for early where every third is followed by a blocked one', () => {
    const rhythm = new Rhythm();
    for (let i = 0; i < 600; i++) rhythm.push(i > 20 && i % 3 === 0 ? 1.6 : 0.8);
    const features = rhythm.features(0.8, 0.8);
    for (const feature of features) expect(feature).toBeCloseTo(0, 6);
    expect(rhythm.usual).toBeCloseTo(0.8, 6);
  });

  it('takes beats that are conducted again for early no longer than three times', () => {
    const rhythm = new Rhythm();
    for (let i = 0; i < 600; i++) rhythm.push(i < 20 ? 0.8 : 1.6);
    for (let i = 0; i < 3; i++) {
      expect(rhythm.features(0.8, undefined)[3]).toBeLessThan(-0.6);
      rhythm.push(0.8);
    }
    for (const feature of rhythm.features(0.8, 0.8).subarray(0, 8)) expect(feature).toBeCloseTo(0, 6);
  });

  it('bounds what it says', () => {
    const rhythm = new Rhythm();
    rhythm.push(0.8);
    expect(rhythm.features(0.01, 60)[0]).toBeCloseTo(-1.2, 6);
    expect(rhythm.features(0.01, 60)[4]).toBeCloseTo(1.2, 6);
  });
});
