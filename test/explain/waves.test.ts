import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { ECG_AFTER, ECG_BEFORE } from '../../src/beats/beat.ts';
import { delineate, type WaveBounds, waveShares } from '../../src/explain/waves.ts';
import { readAnnotations } from '../../src/formats/wfdb/annotations.ts';
import { Conditioner } from '../../src/signal/conditioner.ts';
import { chooseLead, openRecord, wholeLead } from '../../src/sources/wfdb-record.ts';
import { describeWithData } from '../shared-data.ts';

/** A triangular QRS of `width` seconds around the R peak, and a T wave of 0.3 mV. */
function drawnBeat(width: number): Float32Array {
  return Float32Array.from({ length: ECG_BEFORE + ECG_AFTER }, (_, i) => {
    const t = (i - ECG_BEFORE) / 250;
    return Math.max(0, 1.2 * (1 - Math.abs(t) / (width / 2))) + 0.3 * Math.exp(-(((t - 0.3) / 0.06) ** 2));
  });
}

const usual = { rrBefore: 0.8, rrAfter: 0.8 };

describe('the waves of a beat', () => {
  test.each([0.08, 0.12, 0.16])('a QRS of %d s is as wide as it was drawn', (width) => {
    const bounds = delineate({ ecg: drawnBeat(width), ...usual });
    expect(bounds.qrsOffset - bounds.qrsOnset).toBeGreaterThan(width - 0.01);
    expect(bounds.qrsOffset - bounds.qrsOnset).toBeLessThan(width + 0.05);
    expect(bounds.qrsOnset + bounds.qrsOffset).toBeCloseTo(0, 2);
  });

  test('do not depend on polarity or gain', () => {
    const ecg = drawnBeat(0.1);
    const upright = delineate({ ecg, ...usual });
    expect(delineate({ ecg: ecg.map((v) => -0.3 * v), ...usual })).toEqual(upright);
  });

  test('T ends within the RR interval, and P does not reach into the T wave before it', () => {
    const slow = delineate({ ecg: drawnBeat(0.1), rrBefore: 1.2, rrAfter: 1.2 });
    expect(slow.tOffset).toBeCloseTo(0.45, 6);
    expect(slow.qrsOnset - slow.pOnset).toBeCloseTo(0.22, 6);
    const fast = delineate({ ecg: drawnBeat(0.1), rrBefore: 0.4, rrAfter: 0.4 });
    expect(fast.tOffset).toBeCloseTo(0.22, 6);
    expect(fast.pOnset).toBeCloseTo(-0.18, 6);
  });

  test.each([
    ['silence', new Float32Array(ECG_BEFORE + ECG_AFTER)],
    ['a step', new Float32Array(ECG_BEFORE + ECG_AFTER).fill(1, ECG_BEFORE)],
    ['a ramp', Float32Array.from({ length: ECG_BEFORE + ECG_AFTER }, (_, i) => i)],
  ])('stay in order on %s', (_, ecg) => {
    const { pOnset, qrsOnset, qrsOffset, tOffset } = delineate({
      ecg,
      rrBefore: undefined,
      rrAfter: undefined,
    });
    expect([pOnset, qrsOnset, qrsOffset, tOffset]).toEqual(
      [pOnset, qrsOnset, qrsOffset, tOffset].toSorted((a, b) => a - b),
    );
    expect(qrsOffset - qrsOnset).toBeLessThan(0.36);
  });
});

describe('shares of relevance', () => {
  const bounds: WaveBounds = { pOnset: -0.2, qrsOnset: -0.05, qrsOffset: 0.05, tOffset: 0.4 };

  test('each step counts for the wave that it lies in', () => {
    const relevance = Float32Array.of(1, 2, 4, 2, 1);
    // Centres −0.3, −0.1, 0.1, 0.3, 0.5 with steps of 0.2 s: baseline, P, ST-T, ST-T, baseline.
    const shares = waveShares(relevance, -0.3, 0.2, { ...bounds, qrsOnset: 0, qrsOffset: 0, pOnset: -0.2 });
    expect(shares.P).toBeCloseTo(0.2, 9);
    expect(shares.QRS).toBe(0);
    expect(shares['ST-T']).toBeCloseTo(0.6, 9);
    expect(shares.baseline).toBeCloseTo(0.2, 9);
  });

  test('a step across a boundary is divided', () => {
    // One step from −0.1 to 0.1: half of it is QRS, a quarter lies before it and a quarter after.
    const shares = waveShares(Float32Array.of(0.7), 0, 0.2, bounds);
    expect(shares.P).toBeCloseTo(0.25, 9);
    expect(shares.QRS).toBeCloseTo(0.5, 9);
    expect(shares['ST-T']).toBeCloseTo(0.25, 9);
  });

  test('add up to 1, and to nothing when there is no relevance', () => {
    const relevance = Float32Array.from({ length: 32 }, (_, i) => (i * 7) % 5);
    const shares = waveShares(relevance, -0.37, 0.023, bounds);
    expect(Object.values(shares).reduce((a, b) => a + b)).toBeCloseTo(1, 9);
    expect(Object.values(shares).every((share) => share > 0)).toBe(true);
    expect(waveShares(new Float32Array(5), 0, 0.1, bounds)).toEqual({ P: 0, QRS: 0, 'ST-T': 0, baseline: 0 });
  });
});

/** A wave as LUDB's cardiologists marked it, seconds. */
interface MarkedWave {
  readonly symbol: string;
  readonly onset: number;
  readonly peak: number;
  readonly offset: number;
}

function markedWaves(file: string): MarkedWave[] {
  const marks = readAnnotations(readFileSync(file), 500, file);
  return marks.flatMap(({ symbol, sample }, i) => {
    if (marks[i - 1]?.symbol !== '(' || marks[i + 1]?.symbol !== ')') return [];
    return [
      { symbol, onset: marks[i - 1].sample / 500, peak: sample / 500, offset: marks[i + 1].sample / 500 },
    ];
  });
}

/** Part of [from, to) that lies in a zone. */
function inside({ onset, offset }: MarkedWave, from: number, to: number): number {
  return Math.max(0, Math.min(offset, to) - Math.max(onset, from)) / (offset - onset);
}

describeWithData("against LUDB's annotated boundaries, lead II, through the gateway's filter", (data) => {
  /** Milliseconds by which a boundary of ours comes after the cardiologists'. */
  const errors = {
    'P zone’s start': [] as number[],
    'QRS onset': [] as number[],
    'QRS offset': [] as number[],
    'T zone’s end': [] as number[],
  };
  /** Part of each marked wave that lies in its zone. */
  const covered = { P: [] as number[], QRS: [] as number[], T: [] as number[] };

  beforeAll(async () => {
    const folder = join(data, 'ludb');
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.ii'))) {
      const ecg = await leadTwo(join(folder, file.slice(0, -3)));
      const waves = markedWaves(join(folder, file));
      const complexes = waves.filter(({ symbol }) => symbol === 'N');
      for (const [n, complex] of complexes.entries()) {
        const r = Math.round(complex.peak * 250);
        if (r < ECG_BEFORE || r + ECG_AFTER > ecg.length) continue;
        const before = complexes[n - 1];
        const after = complexes[n + 1];
        const bounds = delineate({
          ecg: ecg.subarray(r - ECG_BEFORE, r + ECG_AFTER),
          rrBefore: before && complex.peak - before.peak,
          rrAfter: after && after.peak - complex.peak,
        });
        const at = (boundary: number) => boundary + r / 250;
        const [pOnset, qrsOnset, qrsOffset, tOffset] = [
          at(bounds.pOnset),
          at(bounds.qrsOnset),
          at(bounds.qrsOffset),
          at(bounds.tOffset),
        ];
        errors['QRS onset'].push(1000 * (qrsOnset - complex.onset));
        errors['QRS offset'].push(1000 * (qrsOffset - complex.offset));
        covered.QRS.push(inside(complex, qrsOnset, qrsOffset));
        const p = waves.findLast(
          ({ symbol, peak }) =>
            symbol === 'p' && peak < complex.peak && peak > (before?.peak ?? complex.peak - 0.4),
        );
        const t = waves.find(
          ({ symbol, peak }) =>
            symbol === 't' && peak > complex.peak && peak < (after?.peak ?? complex.peak + 0.6),
        );
        if (p) {
          errors['P zone’s start'].push(1000 * (pOnset - p.onset));
          covered.P.push(inside(p, pOnset, qrsOnset));
        }
        if (t) {
          errors['T zone’s end'].push(1000 * (tOffset - t.offset));
          covered.T.push(inside(t, qrsOffset, tOffset));
        }
      }
    }
    for (const [bound, values] of Object.entries(errors)) {
      const [p5, median, p95] = [0.05, 0.5, 0.95].map((q) => quantile(values, q).toFixed(0));
      process.stderr.write(
        `LUDB ${bound}: median ${median} ms, 5 to 95 % ${p5} to ${p95} ms, ${values.length} waves\n`,
      );
    }
    for (const [wave, parts] of Object.entries(covered)) {
      const mean = parts.reduce((sum, part) => sum + part, 0) / parts.length;
      process.stderr.write(`LUDB ${wave}: ${(100 * mean).toFixed(1)} % of it in its zone\n`);
    }
  });

  test.each(['QRS onset', 'QRS offset'] as const)(
    'the median error of the %s is under 10 ms, and nine in ten are within 30 ms',
    (bound) => {
      const values = errors[bound];
      expect(values.length).toBeGreaterThan(1000);
      expect(Math.abs(quantile(values, 0.5))).toBeLessThan(10);
      expect(values.filter((error) => Math.abs(error) <= 30).length / values.length).toBeGreaterThan(0.9);
    },
  );

  test.each([
    ['P', 0.9],
    ['QRS', 0.9],
    ['T', 0.9],
  ] as const)('of the %s waves, on average, more than %f lies in its zone', (wave, least) => {
    const parts = covered[wave];
    expect(parts.length).toBeGreaterThan(900);
    expect(parts.reduce((sum, part) => sum + part, 0) / parts.length).toBeGreaterThan(least);
  });
});

function quantile(values: readonly number[], q: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(q * values.length)];
}

/** Lead II of a LUDB record at 250 Hz, as the gateway filters it. */
async function leadTwo(path: string): Promise<Float32Array> {
  const record = await openRecord(path);
  const millivolts = await wholeLead(record, chooseLead(record, 'ii'));
  const halved = Float32Array.from(
    { length: millivolts.length / 2 },
    (_, i) => (millivolts[2 * i] + millivolts[2 * i + 1]) / 2,
  );
  const conditioner = new Conditioner();
  const span = {
    kind: 'samples',
    start: 0,
    time: 0,
    millivolts: halved,
    leadOff: false,
    saturated: false,
  } as const;
  const out = [...conditioner.push(span), ...conditioner.flush()];
  return Float32Array.from(out.flatMap((item) => (item.kind === 'signal' ? [...item.ecg] : [])));
}
