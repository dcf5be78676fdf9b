import { describe, expect, it } from 'vitest';
import { type Beat, ECG_BEFORE, type RPeak } from '../../src/beats/beat.ts';
import { BeatBuilder, LONGEST_WAIT } from '../../src/beats/beat-builder.ts';
import { RHYTHM_FEATURES } from '../../src/beats/rhythm.ts';
import { WAVEFORM_CHANNELS, WAVEFORM_STEPS } from '../../src/beats/waveform.ts';
import type { Signal } from '../../src/signal/signal.ts';
import { type Gap, GRID_RATE } from '../../src/timeline/span.ts';
import { heart } from './synthetic.ts';

const feature = (beat: Beat, name: (typeof RHYTHM_FEATURES)[number]) =>
  beat.rhythm[RHYTHM_FEATURES.indexOf(name)];

/** Feeds a wave in blocks of 50, with R peaks known 75 samples late, as a detector would. */
function build(
  wave: Float32Array,
  peaks: readonly number[],
  change: (signal: Signal) => Signal | Gap = (s) => s,
): Beat[] {
  const builder = new BeatBuilder();
  const out: { kind: string }[] = [];
  let next = 0;
  for (let start = 0; start < wave.length; start += 50) {
    const ecg = wave.slice(start, start + 50);
    out.push(
      ...builder.push(
        change({ kind: 'signal', start, time: start / GRID_RATE, ecg, noise: -5, flaw: undefined }),
      ),
    );
    while (next < peaks.length && peaks[next] + 75 < start + 50) {
      const peak: RPeak = {
        kind: 'r-peak',
        index: peaks[next],
        decidedAt: peaks[next] + 75,
        logOdds: 9,
        noise: -5,
      };
      out.push(...builder.push(peak));
      next++;
    }
  }
  return [...out, ...builder.flush()].filter((item): item is Beat => item.kind === 'beat');
}

describe('the beat builder', () => {
  const peaks = [200, 400, 600, 800, 1000, 1120, 1400, 1600];
  const beats = build(heart(2000, peaks), peaks);

  it('makes one beat of each R peak, with its time and intervals', () => {
    expect(beats.map(({ index }) => index)).toEqual(peaks);
    expect(beats[5]).toMatchObject({ time: 1120 / GRID_RATE, rrBefore: 0.48, flaw: undefined });
    expect(beats[5].rrAfter).toBeCloseTo(1.12, 9);
    expect(beats[0].rrBefore).toBeUndefined();
    expect(beats[7].rrAfter).toBeUndefined();
  });

  it('puts the R peak where the window says it is', () => {
    for (const { ecg } of beats) expect(ecg[ECG_BEFORE]).toBeCloseTo(1.1, 1);
  });

  it('compares intervals with the running means as logarithms: usual is 0, early is negative', () => {
    expect(feature(beats[3], 'ln rr-before / mean-5')).toBeCloseTo(0, 6);
    expect(feature(beats[5], 'ln rr-before / mean-5')).toBeCloseTo(Math.log(0.48 / 0.8), 5);
    expect(feature(beats[5], 'ln rr-after / mean-400')).toBeCloseTo(Math.log(1.1 / 0.8), 5);
    expect(beats[5].usualRr).toBeCloseTo(0.8, 9);
  });

  it('shows the usual beat beside this one: alike for alike beats', () => {
    const { waveform } = beats[3];
    expect(waveform.length).toBe(WAVEFORM_STEPS * WAVEFORM_CHANNELS);
    for (let k = 0; k < WAVEFORM_STEPS; k++) expect(waveform[2 * k]).toBeCloseTo(waveform[2 * k + 1], 4);
  });

  it('does not depend on gain', () => {
    const louder = build(heart(2000, peaks, 2.5), peaks);
    for (const [i, beat] of beats.entries()) {
      for (let k = 0; k < beat.waveform.length; k++)
        expect(louder[i].waveform[k]).toBeCloseTo(beat.waveform[k], 4);
    }
  });

  it('waits for the next beat no longer than it says, and then counts the pause', () => {
    const pause = build(heart(3000, [200, 400, 600]), [200, 400, 600, 2600]);
    expect(pause[2].decidedAt).toBe(600 + LONGEST_WAIT);
    expect(pause[2].rrAfter).toBeUndefined();
    expect(feature(pause[2], 'ln rr-after / mean-5')).toBeCloseTo(Math.log(1.1 / 0.8), 5);
  });

  it('lets no interval reach across a gap, and marks the beats that the gap touches', () => {
    const wave = heart(2000, peaks);
    const gap: Gap = { kind: 'gap', start: 600, length: 150, time: 2.4, duration: 0.6, cause: 'frames-lost' };
    const around = build(wave, [200, 400, 580, 800, 1000], (signal) =>
      signal.start === 600 ? gap : signal.start > 600 && signal.start < 750 ? { ...gap, length: 0 } : signal,
    );
    const flaws = Object.fromEntries(around.map(({ index, flaw }) => [index, flaw]));
    expect(flaws[400]).toBeUndefined();
    expect(flaws[580]).toBe('gap');
    expect(flaws[800]).toBe('gap');
    expect(flaws[1000]).toBeUndefined();
    expect(around.find(({ index }) => index === 800)?.rrBefore).toBeUndefined();
  });

  it('marks a beat with the flaw of its signal, and learns nothing from it', () => {
    const wave = heart(2000, peaks);
    for (let n = 950; n < 1050; n++) wave[n] += 9 * Math.sin(n);
    const flawed = build(wave, peaks, (signal) =>
      signal.start >= 950 && signal.start < 1050 ? { ...signal, flaw: 'noisy' } : signal,
    );
    expect(flawed[4].flaw).toBe('noisy');
    expect(flawed[6].flaw).toBeUndefined();
    for (let k = 0; k < WAVEFORM_STEPS; k++) {
      expect(flawed[6].waveform[2 * k + 1]).toBeCloseTo(beats[6].waveform[2 * k + 1], 2);
    }
  });
});
