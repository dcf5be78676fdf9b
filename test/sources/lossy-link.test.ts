import { describe, expect, it } from 'vitest';
import { decodeStreamFrame, STREAM_CHARACTERISTIC } from '../../firmware-protocol/index.ts';
import { AnySensor } from '../../src/sensors/any-sensor.ts';
import { type LinkFaults, overLossyLink } from '../../src/sources/lossy-link.ts';
import { SimulatedPatch } from '../../src/sources/simulated/patch.ts';
import type { SourceItem } from '../../src/sources/source.ts';
import type { Gap, SampleSpan } from '../../src/timeline/span.ts';
import { Timeline } from '../../src/timeline/timeline.ts';

const BEGINS_MS = Date.UTC(2026, 0, 1);
const RATE = 250;
const CLOCK_ERROR = 300e-6;
const TRUE_RATE = RATE * (1 + CLOCK_ERROR);
const SECONDS = 900;
const SAMPLES = SECONDS * RATE;

/** Every sample can be told: no two within two minutes are worth the same. */
const worth = (index: number) => (index % 30_011) - 15_000;

/** The signal as the patch's own clock samples it, so that nothing is resampled on the way. */
function* signal(): Generator<Float32Array> {
  for (let at = 0; at < SAMPLES; at += 250)
    yield Float32Array.from({ length: 250 }, (_, n) => worth(at + n) / 1_000);
}

const FAULTS: LinkFaults = {
  loss: 0.05,
  outages: [100, 300, 520, 700].map((from) => ({ from, to: from + 30 })),
  jitterMs: 200,
  seed: 1,
};

interface Heard {
  readonly spans: SampleSpan[];
  readonly gaps: Gap[];
  /** Of each sample, how often it arrived at all. */
  readonly arrivals: Uint8Array;
}

function hear(ringDepth: number, faults = FAULTS): Heard {
  const patch = new SimulatedPatch(TRUE_RATE, { clockError: CLOCK_ERROR, ringDepth });
  const arrivals = new Uint8Array(SAMPLES);
  const decoder = new AnySensor();
  const timeline = new Timeline();
  const out = [];
  for (const item of overLossyLink(patch, signal(), faults, BEGINS_MS)) {
    note(item, arrivals);
    const decoded = item.kind === 'notification' ? decoder.push(item) : [item];
    for (const one of decoded) {
      if (one.kind === 'block' || one.kind === 'backfill' || one.kind === 'link')
        out.push(...timeline.push(one));
    }
  }
  out.push(...timeline.flush());
  return {
    spans: out.filter((item) => item.kind === 'samples'),
    gaps: out.filter((item) => item.kind === 'gap'),
    arrivals,
  };
}

function note(item: SourceItem, arrivals: Uint8Array): void {
  if (item.kind !== 'notification' || item.characteristic !== STREAM_CHARACTERISTIC) return;
  const frame = decodeStreamFrame(item.value);
  if (!frame.ok) throw new Error(frame.reason);
  const { firstIndex, samples } = frame.value;
  for (let n = 0; n < samples.length; n++) arrivals[firstIndex + n]++;
}

/**
 * Each sample that arrived comes out once, in its place and with its value; the rest is gaps, and nothing else.
 * The grid begins with the first sample that arrived.
 */
function expectExact({ spans, gaps, arrivals }: Heard): void {
  const first = arrivals.findIndex((count) => count > 0);
  const out = new Uint8Array(SAMPLES - first);
  let next = 0;
  for (const { start, millivolts } of spans) {
    expect(start).toBeGreaterThanOrEqual(next);
    next = start + millivolts.length;
    expect([...millivolts.map((value) => Math.round(value * 1_000))]).toEqual(
      Array.from(millivolts, (_, n) => worth(first + start + n)),
    );
    for (let n = 0; n < millivolts.length; n++) out[start + n]++;
  }
  for (const { start, length } of gaps) {
    for (let index = start; index < start + length; index++) {
      if (arrivals[first + index] > 0) throw new Error(`sample ${first + index} arrived and lies in a gap`);
      out[index]++;
    }
  }
  expect(out.every((count) => count === 1)).toBe(true);
  const missing = arrivals.subarray(first).filter((count) => count === 0).length;
  expect(gaps.reduce((sum, { length }) => sum + length, 0)).toBe(missing);
}

function timeErrors(spans: readonly SampleSpan[]): number[] {
  return spans
    .filter(({ time }) => time > 60)
    .map(({ start, time }) => Math.abs(time - start / TRUE_RATE))
    .sort((a, b) => a - b);
}

describe('a patch over a bad link: 5 % lost, 30 s out of reach, 300 ppm, 200 ms of jitter', () => {
  it('is heard whole where its ring holds all of it', () => {
    const heard = hear(60 * RATE);
    expectExact(heard);
    expect(heard.gaps).toEqual([]);
  });

  it('leaves gaps of exactly what its ring did not hold any more, with their cause', () => {
    const heard = hear(20 * RATE);
    expectExact(heard);
    expect(new Set(heard.gaps.map(({ cause }) => cause))).toEqual(new Set(['link-lost']));
    // What was sampled while the link was lost, less the ring, and what left it before it was asked for. Beside it
    // may lie a frame of backfill that was lost, and had left the ring when it was asked for again.
    const large = heard.gaps.filter(({ length }) => length > 100);
    expect(large).toHaveLength(4);
    for (const { length } of large) {
      expect(length).toBeGreaterThanOrEqual(10 * RATE);
      expect(length).toBeLessThan(12 * RATE);
    }
  });

  it('without a ring leaves a gap wherever something was lost', () => {
    const heard = hear(0);
    expectExact(heard);
    const causes = new Set(heard.gaps.map(({ cause }) => cause));
    expect(causes).toEqual(new Set(['frames-lost', 'link-lost']));
    expect(heard.gaps.filter(({ cause }) => cause === 'link-lost')).toHaveLength(4);
  });

  it('gives each sample its time: 2 ms in the median, 10 ms in 99 of 100, after the first minute', () => {
    for (let seed = 1; seed <= 5; seed++) {
      const errors = timeErrors(hear(60 * RATE, { ...FAULTS, seed }).spans);
      const median = errors[errors.length >> 1];
      const most = errors[Math.floor(0.99 * errors.length)];
      process.stdout.write(
        `seed ${seed}: times off by ${ms(median)} in the median, ${ms(most)} in 99 of 100\n`,
      );
      expect(errors.length).toBeGreaterThan(4_000);
      expect(median).toBeLessThan(2e-3);
      expect(most).toBeLessThan(10e-3);
    }
  });
});

function ms(seconds: number): string {
  return `${(1000 * seconds).toFixed(1)} ms`;
}
