import { describe, expect, it } from 'vitest';
import { Conditioner } from '../../src/signal/conditioner.ts';
import type { QualityChange, Signal } from '../../src/signal/signal.ts';
import { type Gap, GRID_RATE, type SampleSpan } from '../../src/timeline/span.ts';
import { heart, noise, regular } from '../beats/synthetic.ts';

type Out = Signal | QualityChange | Gap;

function span(start: number, millivolts: Float32Array, flags: Partial<SampleSpan> = {}): SampleSpan {
  return {
    kind: 'samples',
    start,
    time: start / GRID_RATE,
    millivolts,
    leadOff: false,
    saturated: false,
    ...flags,
  };
}

/** Pushes a wave in blocks; returns everything that came out. */
function run(wave: Float32Array, block: number, flags: Partial<SampleSpan> = {}): Out[] {
  const conditioner = new Conditioner();
  const out: Out[] = [];
  for (let at = 0; at < wave.length; at += block)
    out.push(...conditioner.push(span(at, wave.subarray(at, at + block), flags)));
  return [...out, ...conditioner.flush()];
}

function joined(items: readonly Out[]): Float32Array {
  const signals = items.filter((item): item is Signal => item.kind === 'signal');
  return Float32Array.from(signals.flatMap(({ ecg }) => [...ecg]));
}

function sine(hertz: number, seconds: number, amplitude = 1): Float32Array {
  return Float32Array.from(
    { length: seconds * GRID_RATE },
    (_, n) => amplitude * Math.sin((2 * Math.PI * hertz * n) / GRID_RATE),
  );
}

/** Amplitude of the last five seconds but one. */
function settled(wave: Float32Array): number {
  return Math.max(...wave.subarray(wave.length - 6 * GRID_RATE, wave.length - GRID_RATE));
}

describe('the conditioner', () => {
  it.each([
    ['baseline wander at 0.05 Hz', 0.05, 0, 0.02],
    ['a P wave at 5 Hz', 5, 0.95, 1.05],
    ['a QRS at 20 Hz', 20, 0.9, 1.05],
    ['mains at 50 Hz', 50, 0, 0.01],
    ['mains at 60 Hz', 60, 0, 0.01],
    ['muscle noise at 90 Hz', 90, 0, 0.02],
  ])('%s', (_name, hertz, least, most) => {
    const amplitude = settled(joined(run(sine(hertz, 60), 50)));
    expect(amplitude).toBeGreaterThanOrEqual(least);
    expect(amplitude).toBeLessThanOrEqual(most);
  });

  it('puts a spike where it was, and gives as many samples as it got', () => {
    const wave = new Float32Array(1000);
    wave[437] = 1;
    const items = run(wave, 50);
    const out = joined(items);
    expect(out.length).toBe(1000);
    expect(out.indexOf(Math.max(...out))).toBe(437);
    const first = items.find((item): item is Signal => item.kind === 'signal');
    expect(first).toMatchObject({ start: 0, time: 0 });
  });

  it('gives the same samples whatever the length of the blocks', () => {
    const wave = sine(7, 4);
    expect(joined(run(wave, 13))).toEqual(joined(run(wave, 250)));
  });

  it('starts at rest on any offset: no step for the detector to stumble on', () => {
    const out = joined(run(new Float32Array(1000).fill(-3), 50));
    expect(Math.max(...out.map(Math.abs))).toBeLessThan(1e-6);
  });

  it('presses out what it holds before a gap, passes the gap on, and starts anew behind it', () => {
    const conditioner = new Conditioner();
    const gap: Gap = { kind: 'gap', start: 100, length: 400, time: 0.4, duration: 1.6, cause: 'frames-lost' };
    const out: Out[] = [
      ...conditioner.push(span(0, new Float32Array(100).fill(1))),
      ...conditioner.push(gap),
      ...conditioner.push(span(500, new Float32Array(100).fill(5))),
      ...conditioner.flush(),
    ];
    const at = out.indexOf(gap);
    expect(joined(out.slice(0, at)).length).toBe(100);
    expect(joined(out.slice(at)).length).toBe(100);
    const after = out.slice(at + 1).find((item): item is Signal => item.kind === 'signal') as Signal;
    expect(after.start).toBe(500);
    expect(Math.max(...joined(out).map(Math.abs))).toBeLessThan(1e-6);
  });
});

describe('quality', () => {
  const flaws = (items: readonly Out[]) =>
    items.filter((item): item is QualityChange => item.kind === 'quality').map(({ flaw }) => flaw);

  it('takes the sensor at its word', () => {
    expect(flaws(run(sine(10, 3), 50, { leadOff: true }))[0]).toBe('lead-off');
    expect(flaws(run(sine(10, 3), 50, { saturated: true }))[0]).toBe('saturated');
  });

  it('knows silence, muscle noise and motion from a heart', () => {
    expect(flaws(run(new Float32Array(2500), 50))).toEqual(['flat']);
    let seed = 1;
    const random = () => {
      seed = (seed * 16807) % 2147483647;
      return seed / 2147483647 - 0.5;
    };
    const noise = Float32Array.from({ length: 2500 }, random);
    expect(flaws(run(noise, 50))).toContain('noisy');
    expect(flaws(run(sine(1, 10, 12), 50))).toContain('noisy');
    expect(flaws(run(sine(10, 10), 50))).toEqual([]);
  });

  it('knows a converter at the end of its range, and mains that drown the heart', () => {
    const peaks = regular(2500, 200);
    expect(flaws(run(heart(2500, peaks, 3), 50))).toEqual([]);
    const clipped = heart(2500, peaks, 30).map((value) => Math.min(value, 2));
    expect(flaws(run(clipped, 50))).toContain('clipped');
    const hum = sine(50, 10, 4);
    expect(
      flaws(
        run(
          heart(2500, peaks).map((value, n) => value + hum[n]),
          50,
        ),
      ),
    ).toContain('mains');
  });

  it('knows a heart in noise by the ratio of the two, whatever the gain', () => {
    const wave = heart(5000, regular(5000, 200));
    const hiss = noise(5000, 0.5);
    for (const gain of [0.3, 1, 5]) {
      const quiet = wave.map((value, n) => gain * (value + 0.05 * hiss[n]));
      const loud = wave.map((value, n) => gain * (value + 2 * hiss[n]));
      expect(flaws(run(quiet, 50))).toEqual([]);
      expect(flaws(run(loud, 50))).toContain('noisy');
    }
  });

  it('is good again once the noise is over', () => {
    const wave = heart(5000, regular(5000, 200));
    const hiss = noise(1000, 1);
    for (let n = 0; n < hiss.length; n++) wave[1500 + n] += hiss[n];
    expect(flaws(run(wave, 50))).toEqual(['noisy', undefined]);
  });
});
