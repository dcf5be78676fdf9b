import { expect, test } from 'vitest';
import { processorText, summaryText } from '../../src/outputs/summary.ts';
import { Tally } from '../../src/outputs/tally.ts';
import { StageClock } from '../../src/stage.ts';
import { gap, shortStream, signal } from './stream.ts';

function clock(): StageClock {
  const clock = new StageClock();
  clock.milliseconds.set('decode', 1.25).set('classify', 3.75);
  return clock;
}

test('the summary of a stream, as printed', () => {
  const tally = new Tally();
  for (const item of shortStream()) tally.take(item);
  expect(summaryText(tally, clock(), { source: 'short.btsnoop', model: 'beats-1' })).toEqual([
    'Summary of short.btsnoop',
    '  duration    0:00:20 of stream',
    '  model       beats-1',
    '  beats       18: N 15, S 0, V 3, F 0, Q 0',
    '  flagged     3 beats',
    '  explained   Grad-CAM ran for 3 of 18 beats (16.7 %)',
    '  heart rate  67 to 80 bpm',
    '  gaps        1, 2.0 s (1 link-lost, 2.0 s)',
    '  not judged  2.0 s lead-off',
    '  skipped     1 bad frame, 0 faults in the input',
    "  clock       250.025 samples a second; the sensor's clock is 100 ppm slow",
    '  battery     87 %',
    '  processor   0.01 s for 20 s of signal, 4,000 times real time',
    '  by stage    decode 25 %, classify 75 %',
  ]);
  expect(processorText(tally, clock())).toBe(
    'processor time: 0.01 s for 20 s of signal, 4,000 times real time (decode 25 %, classify 75 %)',
  );
});

test('an empty stream has a summary too', () => {
  const lines = summaryText(new Tally(), new StageClock(), { source: 'empty', model: 'm' }).join('\n');
  expect(lines).toContain('beats       0: N 0');
  expect(lines).toContain('gaps        none');
  expect(lines).not.toMatch(/NaN|undefined|Infinity|heart rate|battery/);
});

test('gaps are counted by cause', () => {
  const tally = new Tally();
  for (const item of [gap(1, 2), gap(5, 1.5, 'frames-lost'), gap(9, 0.5), signal(10, 1)]) tally.take(item);
  expect(tally.gapsByCause).toEqual(
    new Map([
      ['link-lost', { count: 2, seconds: 2.5 }],
      ['frames-lost', { count: 1, seconds: 1.5 }],
    ]),
  );
  expect(tally.duration).toBe(11);
});
