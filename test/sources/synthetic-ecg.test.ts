import { lastValueFrom, of, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { RPeakDetector } from '../../src/beats/r-peak-detector.ts';
import { Conditioner } from '../../src/signal/conditioner.ts';
import { type SyntheticBeat, SyntheticEcg } from '../../src/sources/synthetic-ecg.ts';
import { StageClock, through } from '../../src/stage.ts';
import type { SampleSpan } from '../../src/timeline/span.ts';

const RATE = 250;

const intervals = (beats: readonly SyntheticBeat[]) =>
  beats.slice(1).map(({ time }, n) => time - beats[n].time);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('SyntheticEcg', () => {
  it('beats as fast and as evenly as it is told', () => {
    for (const heartRate of [40, 75, 150]) {
      const { beats } = new SyntheticEcg({ rate: RATE, heartRate, variability: 0.02, seed: 1 }).next(
        300 * RATE,
      );
      const found = intervals(beats);
      expect(mean(found)).toBeCloseTo(60 / heartRate, 2);
      const deviation = Math.sqrt(mean(found.map((one) => (one - mean(found)) ** 2)));
      expect(deviation).toBeGreaterThan(0.014);
      expect(deviation).toBeLessThan(0.026);
    }
  });

  it('has its highest points at its R peaks, about a millivolt high', () => {
    const { millivolts, beats } = new SyntheticEcg({ rate: RATE, heartRate: 70, seed: 2 }).next(60 * RATE);
    for (const { time } of beats) {
      const at = Math.round(time * RATE);
      const around = millivolts.subarray(Math.max(0, at - 60), at + 60);
      const peak = around.indexOf(Math.max(...around));
      expect(Math.abs(peak - Math.min(60, at))).toBeLessThan(4);
      expect(around[peak]).toBeGreaterThan(0.6);
      expect(around[peak]).toBeLessThan(1.8);
    }
  });

  it('has as many ventricular beats as it is told: early, and with a pause that makes up for it', () => {
    const ecg = new SyntheticEcg({ rate: RATE, heartRate: 75, variability: 0, ectopy: 0.1, seed: 3 });
    const { beats } = ecg.next(600 * RATE);
    const share = beats.filter((beat) => beat.class === 'V').length / beats.length;
    expect(share).toBeGreaterThan(0.06);
    expect(share).toBeLessThan(0.13);
    beats.forEach((beat, n) => {
      if (beat.class === 'N' || n === 0 || n === beats.length - 1) return;
      expect(beat.time - beats[n - 1].time).toBeCloseTo(0.65 * 0.8, 1);
      expect(beats[n + 1].time - beats[n - 1].time).toBeCloseTo(1.6, 1);
    });
  });

  it('has noise of the deviation that it is told', () => {
    const quiet = new SyntheticEcg({ rate: RATE, heartRate: 60, variability: 0, seed: 4 }).next(60 * RATE);
    const noisy = new SyntheticEcg({ rate: RATE, heartRate: 60, variability: 0, noise: 0.05, seed: 4 });
    const noise = noisy.next(60 * RATE).millivolts.map((value, n) => value - quiet.millivolts[n]);
    expect(Math.sqrt(mean([...noise].map((value) => value ** 2)))).toBeCloseTo(0.05, 2);
  });

  it('is the same in pieces of any size, and for the same seed', () => {
    const options = { rate: RATE, heartRate: 80, ectopy: 0.1, noise: 0.02, seed: 5 };
    const whole = new SyntheticEcg(options).next(1_000);
    const pieces = new SyntheticEcg(options);
    const parts = [pieces.next(333), pieces.next(1), pieces.next(666)];
    expect(parts.flatMap(({ millivolts }) => [...millivolts])).toEqual([...whole.millivolts]);
    expect(parts.flatMap(({ beats }) => beats)).toEqual(whole.beats);
  });

  it('is an ECG to the detector: it finds every beat', async () => {
    const ecg = new SyntheticEcg({ rate: RATE, heartRate: 75, ectopy: 0.08, noise: 0.02, seed: 6 });
    const { millivolts, beats } = ecg.next(120 * RATE);
    const spans = Array.from(
      { length: 600 },
      (_, n): SampleSpan => ({
        kind: 'samples',
        start: 50 * n,
        time: n / 5,
        millivolts: millivolts.subarray(50 * n, 50 * (n + 1)),
        leadOff: false,
        saturated: false,
      }),
    );
    const clock = new StageClock();
    const found = await lastValueFrom(
      of(...spans).pipe(
        through('signal', () => new Conditioner(), clock),
        through('r-peaks', () => new RPeakDetector(), clock),
        toArray(),
      ),
    );
    const peaks = found.filter((item) => item.kind === 'r-peak').map(({ index }) => index / RATE);
    const settled = beats.filter(({ time }) => time > 3 && time < 119);
    for (const { time } of settled) expect(peaks.some((peak) => Math.abs(peak - time) < 0.1)).toBe(true);
    expect(peaks.filter((peak) => peak > 3 && peak < 119).length).toBe(settled.length);
  });
});
