import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { decodeStreamFrame, encodeStreamFrame, type SampleFormat } from '../../firmware-protocol/index.ts';
import { Resampler } from '../../src/dsp/resample.ts';
import { describeWithData } from '../shared-data.ts';
import { NO_FLAGS } from './messages.ts';

const RECORD_RATE = 360;
const UNITS_PER_MILLIVOLT_OF_RECORD = 200;
const BASELINE = 1024;
const SECONDS = 60;

const page = readFileSync(new URL('../../firmware-protocol/PROTOCOL.md', import.meta.url), 'utf8');

describeWithData('bytes per second', (data) => {
  const folder = join(data, 'mitdb');
  const records = readdirSync(folder).filter((file) => file.endsWith('.dat'));

  // 200 ms a frame, and 400 ms.
  test.each([
    [125, 25],
    [250, 50],
    [250, 100],
    [500, 100],
  ])(
    'at %i Hz with %i samples a frame are what the page says, and every sample comes back',
    (rate, samplesPerFrame) => {
      const packed = { 1: 0, 5: 0 };
      let plain = 0;
      let seconds = 0;
      for (const record of records) {
        const millivolts = resampled(firstLead(join(folder, record)), rate);
        const frames = Math.floor(millivolts.length / samplesPerFrame);
        seconds += (frames * samplesPerFrame) / rate;
        for (const microvolts of [1, 5] as const) {
          const units = Int32Array.from(millivolts, (value) => Math.round((value * 1000) / microvolts));
          for (let frame = 0; frame < frames; frame++) {
            const samples = units.subarray(frame * samplesPerFrame, (frame + 1) * samplesPerFrame);
            packed[microvolts] += lengthThereAndBack(samples, 'delta-packed');
            if (microvolts === 1) plain += lengthThereAndBack(samples, 'int16');
          }
        }
      }
      const cells = [rate, samplesPerFrame, Math.round(plain / seconds)];
      for (const bytes of [packed[1], packed[5]]) {
        cells.push(Math.round(bytes / seconds), Math.round((1 - bytes / plain) * 100));
      }
      const [, , raw, fine, fineSaved, coarse, coarseSaved] = cells.map(String);
      expect(page.replace(/ +\|/g, ' |')).toContain(
        `| ${rate} | ${samplesPerFrame} | ${raw} | ${fine} (−${fineSaved} %) | ${coarse} (−${coarseSaved} %) |`,
      );
    },
    120_000,
  );
});

/** Its length, once it has come back as it was. */
function lengthThereAndBack(samples: Int32Array, format: SampleFormat): number {
  const bytes = encodeStreamFrame({
    type: 'live',
    format,
    rateNumber: 0,
    flags: NO_FLAGS,
    session: 1,
    firstIndex: 0,
    ticks: 0,
    samples,
  });
  const frame = decodeStreamFrame(bytes);
  if (!frame.ok || !frame.value.samples.every((sample, i) => sample === samples[i])) {
    throw new Error('a frame did not come back as it was');
  }
  return bytes.length;
}

/** The first minute of a record's first lead, millivolts. Two leads in format 212: 12 bits a sample. */
function firstLead(path: string): Float32Array {
  const bytes = readFileSync(path);
  return Float32Array.from({ length: RECORD_RATE * SECONDS }, (_, i) => {
    const twelveBits = bytes[3 * i] | ((bytes[3 * i + 1] & 0x0f) << 8);
    return (((twelveBits << 20) >> 20) - BASELINE) / UNITS_PER_MILLIVOLT_OF_RECORD;
  });
}

function resampled(millivolts: Float32Array, rate: number): Float32Array {
  const resampler = new Resampler(RECORD_RATE, rate);
  const [body, end] = [resampler.push(millivolts), resampler.flush()];
  return Float32Array.from([...body, ...end]);
}
