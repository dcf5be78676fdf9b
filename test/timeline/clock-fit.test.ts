import { describe, expect, test } from 'vitest';
import { ClockFit } from '../../src/timeline/clock-fit.ts';
import { Timeline } from '../../src/timeline/timeline.ts';
import { BEGAN_AT_MS, block, samplesIn } from './blocks.ts';

/** Mulberry32: numbers from 0 to 1, the same for the same seed. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe('the whole timeline over a bad link', () => {
  const jitters: Record<string, (next: () => number) => number> = {
    'up to 200 ms': (next) => 0.2 * next(),
    'mostly short, at times long': (next) => -0.06 * Math.log(1 - next()),
  };

  // 30 minutes: the window of the fit fills, moves on, and leaves the first sample behind.
  test.each(
    [-300e-6, 0, 300e-6].flatMap((drift) => Object.keys(jitters).map((jitter) => [drift, jitter] as const)),
  )('drift %d, jitter %s, one frame in twenty lost: 2 ms in the median, 10 ms at worst', (drift, jitter) => {
    for (let seed = 1; seed <= 5; seed++) {
      const next = random(seed);
      const timeline = new Timeline();
      const errors: number[] = [];
      let time = 0;
      let arrival = 0;
      for (let n = 0; n < 30 * 60 * 5; n++) {
        // A link delivers in order: what is late delays what comes after.
        arrival = Math.max(arrival, ((n + 1) / 5) * (1 + drift) + 0.03 + jitters[jitter](next));
        if (n > 0 && next() < 0.05) continue;
        const deviceTime = Math.floor((n / 5) * 32_768) / 32_768;
        const one = block({ firstIndex: 50 * n, deviceTime, receivedAtMs: BEGAN_AT_MS + 1_000 * arrival });
        for (const span of samplesIn(timeline.push(one))) {
          expect(span.time).toBeGreaterThanOrEqual(time);
          time = span.time;
          if (span.start > 60 * 250) errors.push(Math.abs(time - (span.start / 250) * (1 + drift)));
        }
      }
      errors.sort((a, b) => a - b);
      expect(errors.length).toBeGreaterThan(8_000);
      expect(errors[errors.length >> 1]).toBeLessThan(2e-3);
      expect(errors[Math.floor(0.99 * errors.length)]).toBeLessThan(10e-3);
    }
  });
});

describe('ClockFit', () => {
  /** Sightings five times a second from `from` to `to`, 40 ms late plus what `extra` says. */
  function follow(fit: ClockFit, from: number, to: number, extra: (device: number) => number): void {
    for (let n = Math.round(from * 5); n < Math.round(to * 5); n++)
      fit.see(n / 5, n / 5 + 0.04 + extra(n / 5));
  }

  test('a gateway clock that is set, forwards or back, does not move time', () => {
    for (const step of [-3600, -2, 2, 3600]) {
      const fit = new ClockFit(0, 0.04, 0);
      follow(fit, 0, 300, () => 0);
      follow(fit, 300, 1_500, () => step);
      expect(fit.timeOf(1_500)).toBeCloseTo(1_500, 6);
    }
  });

  test('first frames that had queued for seconds do not move time', () => {
    const fit = new ClockFit(0, 5.04, 0);
    follow(fit, 0, 120, (device) => Math.max(0, 5 - device));
    expect(fit.timeOf(120)).toBeCloseTo(120, 3);
  });

  test('a stall of the link does not move time', () => {
    const fit = new ClockFit(0, 0.04, 0);
    follow(fit, 0, 200, (device) => (device > 100 && device < 106 ? 106 - device : 0));
    expect(fit.timeOf(200)).toBeCloseTo(200, 6);
  });

  test('what is known of the drift is used from the start', () => {
    const fit = new ClockFit(0, 0.04, 0, 200e-6);
    follow(fit, 0, 10, (device) => 200e-6 * device);
    expect(fit.timeOf(10)).toBeCloseTo(10.002, 6);
  });

  test('a drift that no crystal has is not believed', () => {
    const fit = new ClockFit(0, 0.04, 0);
    follow(fit, 0, 300, (device) => 0.01 * device);
    expect(Math.abs(fit.drift)).toBeLessThanOrEqual(1e-3);
  });

  test('a device time that does not move on is survived', () => {
    const fit = new ClockFit(0, 0.04, 0);
    for (let n = 0; n < 1_000; n++) fit.see(n % 5, 0.04 + n);
    expect(Number.isFinite(fit.timeOf(5))).toBe(true);
  });
});
