import { describe, expect, it } from 'vitest';
import type { RPeak } from '../../src/beats/beat.ts';
import { confirm } from '../../src/beats/qrs-confirmer.ts';
import { R_PEAK_DELAY, RPeakDetector } from '../../src/beats/r-peak-detector.ts';
import type { Signal } from '../../src/signal/signal.ts';
import { type Gap, GRID_RATE } from '../../src/timeline/span.ts';
import { conditioned, heart, noise, regular } from './synthetic.ts';

function detect(wave: Float32Array, block = 50): RPeak[] {
  return through(new RPeakDetector(), conditioned(wave, block));
}

function through(detector: RPeakDetector, items: readonly { kind: string }[]): RPeak[] {
  const out: { kind: string }[] = [];
  for (const item of items) {
    if (item.kind === 'signal' || item.kind === 'gap') out.push(...detector.push(item as Signal | Gap));
  }
  return [...out, ...detector.flush()].filter((item): item is RPeak => item.kind === 'r-peak');
}

const indices = (peaks: readonly RPeak[]) => peaks.map(({ index }) => index);

describe('the R-peak detector', () => {
  it('finds every beat of a quiet heart at its very sample, from the first one on', () => {
    const expected = regular(15000, 200);
    expect(indices(detect(heart(15000, expected)))).toEqual(expected);
  });

  it.each([30, 45, 60, 120, 180, 220])('at %i beats a minute', (rate) => {
    const expected = regular(15000, Math.round((60 / rate) * GRID_RATE));
    const found = indices(detect(heart(15000, expected)));
    expect(found).toEqual(expected);
  });

  it.each([0.1, 0.3, 3, -1])('whatever the gain and polarity (%f)', (scale) => {
    const expected = regular(10000, 210);
    expect(indices(detect(heart(10000, expected, scale)))).toEqual(expected);
  });

  it('gives the same peaks and decision times whatever the length of the blocks', () => {
    const wave = heart(10000, regular(10000, 190));
    // But the noise, which is told a block at a time
    const decided = (block: number) => detect(wave, block).map(({ noise: _, ...peak }) => peak);
    expect(decided(7)).toEqual(decided(400));
  });

  it('decides within the delay that it states, once it has learned the levels', () => {
    const late = detect(heart(15000, regular(15000, 200))).filter(({ index }) => index > 1000);
    for (const { index, decidedAt } of late) {
      expect(decidedAt).toBeGreaterThan(index);
      expect((decidedAt - index) / GRID_RATE).toBeLessThanOrEqual(R_PEAK_DELAY + 0.05);
    }
  });

  it('searches back for a small beat among large ones', () => {
    const peaks = regular(10000, 200);
    const wave = heart(
      10000,
      peaks.filter((_, i) => i !== 20),
    );
    const small = heart(10000, [peaks[20]], 0.3);
    expect(indices(detect(wave.map((value, n) => value + small[n])))).toEqual(peaks);
  });

  it('is not silenced for good by a burst of noise twenty times the heart', () => {
    const peaks = regular(30000, 200);
    const wave = heart(30000, peaks);
    const burst = noise(2500, 20);
    for (let n = 0; n < burst.length; n++) wave[10000 + n] += burst[n];
    const after = indices(detect(wave)).filter((index) => index > 17500);
    expect(after).toEqual(peaks.filter((index) => index > 17500));
  });

  it.each([
    [5, 0.3],
    [20, 2],
  ])(
    'is not silenced by electrodes that are put on: %i times the heart for the first %f s',
    (times, seconds) => {
      const peaks = regular(15000, 200);
      const wave = heart(15000, peaks);
      const burst = noise(Math.round(seconds * GRID_RATE), times);
      for (let n = 0; n < burst.length; n++) wave[n] += burst[n];
      const from = (seconds + 5.5) * GRID_RATE;
      const after = indices(detect(wave)).filter((index) => index > from);
      expect(after).toEqual(peaks.filter((index) => index > from));
    },
  );

  it('is not silenced for good when the gain falls to a tenth', () => {
    const peaks = regular(30000, 200);
    const wave = heart(30000, peaks).map((value, n) => (n < 10000 ? value : value / 10));
    const after = indices(detect(wave)).filter((index) => index > 15000);
    expect(after).toEqual(peaks.filter((index) => index > 15000));
  });

  it('judges by numbers only, whatever it is given', () => {
    const wild = heart(20000, regular(20000, 150)).map((value, n) => {
      if (n < 3000) return 0;
      if (n < 6000) return 1e4 * value;
      return n < 9000 ? -50 : value;
    });
    const seen: number[] = [];
    const detector = new RPeakDetector((inputs) => {
      seen.push(...inputs);
      return confirm(inputs);
    });
    through(detector, conditioned(wild));
    expect(seen.length).toBeGreaterThan(0);
    expect(seen.every((value) => Math.abs(value) <= 12)).toBe(true);
  });

  it('finds nothing in silence', () => {
    expect(detect(noise(10000, 0.01))).toEqual([]);
  });

  it('keeps what it learned through a gap, and finds the first beat behind it', () => {
    const detector = new RPeakDetector();
    const gap: Gap = { kind: 'gap', start: 5000, length: 777, time: 20, duration: 3.1, cause: 'link-lost' };
    const before = regular(5000, 200);
    const after = regular(5000, 200);
    const found = through(detector, [
      ...conditioned(heart(5000, before)),
      gap,
      ...conditioned(heart(5000, after), 50, 5777),
    ]);
    expect(indices(found)).toEqual([...before, ...after.map((index) => index + 5777)]);
    const first = found[before.length];
    expect((first.decidedAt - first.index) / GRID_RATE).toBeLessThan(0.5);
  });

  it('does not look for beats while a lead is off', () => {
    const detector = new RPeakDetector();
    const items = conditioned(heart(5000, regular(5000, 200))).map((item) =>
      item.kind === 'signal' ? { ...item, flaw: 'lead-off' as const } : item,
    );
    expect(through(detector, items)).toEqual([]);
  });
});
