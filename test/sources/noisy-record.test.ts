import { join } from 'node:path';
import { expect, it } from 'vitest';
import { concatenated } from '../../src/dsp/concatenated.ts';
import { type AddedNoise, noisyRecord, withNoise } from '../../src/sources/noisy-record.ts';
import { chooseLead, leadSamples, openRecord } from '../../src/sources/wfdb-record.ts';
import { describeWithData } from '../shared-data.ts';
import { collect } from './collect.ts';

async function whole(blocks: AsyncIterable<Float32Array>): Promise<Float32Array> {
  const parts: Float32Array[] = [];
  for await (const block of blocks) parts.push(block);
  return concatenated(parts);
}

describeWithData('a record with noise added', (data) => {
  const em = join(data, 'nstdb/em');

  /** What is added to the first lead of record 118, sample by sample. */
  async function added(noise: Omit<AddedNoise, 'record'>, path = join(data, 'mitdb/118')) {
    const record = await openRecord(path);
    const lead = chooseLead(record);
    const clean = await whole(leadSamples(record, lead));
    const samples = withNoise({ record: em, ...noise })(record, lead, leadSamples(record, lead));
    const noisy = await whole(samples);
    expect(noisy.length).toBe(clean.length);
    return { values: noisy.map((value, n) => value - clean[n]), rate: record.header.rate };
  }

  const deviation = (part: Float32Array) => {
    const mean = part.reduce((sum, value) => sum + value, 0) / part.length;
    return Math.sqrt(part.reduce((sum, value) => sum + (value - mean) ** 2, 0) / part.length);
  };

  it('is quiet for five minutes, then noisy and quiet in turn, without a jump', async () => {
    const { values, rate } = await added({ decibels: 6, when: 'stress-test' });
    const minute = (n: number) => deviation(values.subarray(n * 60 * rate + 1, (n + 1) * 60 * rate - 1));
    expect([0, 4].map(minute)).toEqual([0, 0]);
    for (const noisy of [5, 6, 9, 10, 29]) expect(minute(noisy)).toBeGreaterThan(0.05);
    // What an offset leaves of single precision
    for (const quiet of [7, 8, 11, 12]) expect(minute(quiet)).toBeLessThan(1e-5);
    const edges = [5, 7, 9].map((n) => n * 60 * rate);
    for (const edge of edges) expect(Math.abs(values[edge] - values[edge - 1])).toBeLessThan(0.05);
  });

  it('has the gain of nst', async () => {
    // 547.426 and 65.887 digital units, by an independent measurement: √2 / 4 times their ratio
    const expected = 2.9375;
    const loud = await added({ decibels: 0, when: 'always' });
    const soft = await added({ decibels: 12, when: 'always' });
    const noise = await openRecord(em);
    const original = deviation(await whole(leadSamples(noise, noise.header.signals[0])));
    expect(deviation(loud.values) / original).toBeCloseTo(expected, 2);
    expect(deviation(soft.values) / deviation(loud.values)).toBeCloseTo(10 ** (-12 / 20), 3);
  });

  it('uses a part of the noise alone, over and over', async () => {
    const part = { from: 900, to: 960 };
    const { values, rate } = await added({ decibels: 6, when: 'always', part });
    const noise = await openRecord(em);
    const original = await whole(leadSamples(noise, noise.header.signals[0], part));
    const times = [1, 30, 59, 61, 1000].map((seconds) => seconds * rate);
    const steps = times.map((n) => values[n + 10] - values[n]);
    const expected = times.map((n) => original[(n + 10) % original.length] - original[n % original.length]);
    const gain = steps[0] / expected[0];
    for (const [i, step] of steps.entries()) expect(step).toBeCloseTo(gain * expected[i], 3);
  });

  it('takes noise of another rate than the record', async () => {
    const { values, rate } = await added({ decibels: 0, when: 'always' }, join(data, 'svdb/800'));
    expect(rate).toBe(128);
    expect(deviation(values)).toBeGreaterThan(0.05);
  });

  it('is a source like any other, the same each time', async () => {
    const play = () =>
      collect(
        noisyRecord(
          join(data, 'mitdb/118'),
          { record: em, decibels: 6, when: 'always' },
          { speed: 'max', until: 20 },
        ),
      );
    const items = await play();
    expect(items.length).toBeGreaterThan(100);
    expect(await play()).toEqual(items);
  });
});
