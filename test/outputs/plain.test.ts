import { expect, test } from 'vitest';
import { PlainOutput } from '../../src/outputs/plain.ts';
import { Tally } from '../../src/outputs/tally.ts';
import { StageClock } from '../../src/stage.ts';
import { linesOf } from './lines.ts';
import { rhythm, shortStream } from './stream.ts';

const provenance = { source: 'short', model: 'm' };

test('one line an alert, a gap, a change of link or of quality', () => {
  const lines = linesOf((writer) => {
    const output = new PlainOutput(writer, provenance, new Tally(), new StageClock());
    for (const item of shortStream()) output.take(item);
  });
  const sentence =
    'VEB 0.97: early (0.58 of usual RR), wide QRS (148 ms); evidence 72 % waveform, 28 % rhythm';
  expect(lines).toEqual([
    '0:00:00  link connected to C0:FF:EE:00:00:01',
    '0:00:00  sensor Patch, serial 0042, protocol 1, 250 Hz',
    `0:00:03  ${sentence}`,
    `0:00:07  ${sentence}`,
    '0:00:11  link lost: supervision timeout',
    '0:00:11  link connected',
    '0:00:10  gap of 2.00 s: link-lost',
    '0:00:13  skipped a bad frame: checksum does not match',
    '0:00:16  signal lead-off',
    `0:00:15  ${sentence}`,
    '0:00:18  signal good',
  ]);
});

test('a second opinion is a line when it changes, but not to normal', () => {
  const lines = linesOf((writer) => {
    const output = new PlainOutput(writer, provenance, new Tally(), new StageClock());
    const said = ['N', 'AF', 'AF', 'PVC', 'AF', 'Q', 'N', 'N', 'PVC'] as const;
    for (const [i, name] of said.entries()) output.take(rhythm(i, name));
  });
  expect(lines).toEqual([
    '0:00:01  second opinion: AF 0.93',
    '0:00:03  second opinion: PVC 0.93',
    '0:00:04  second opinion: AF 0.93',
    '0:00:08  second opinion: PVC 0.93',
  ]);
});

test('a broken input does not bury the alerts', () => {
  const lines = linesOf((writer) => {
    const output = new PlainOutput(writer, provenance, new Tally(), new StageClock());
    for (let i = 0; i < 1000; i++) output.take({ kind: 'bad-frame', receivedAtMs: 0, reason: 'too short' });
  });
  expect(lines).toHaveLength(10);
  expect(lines.at(-1)).toBe('0:00:00  skipped a bad frame: too short (further ones are only counted)');
});

test('text from the air cannot move the cursor or forge a line', () => {
  const reason = 'x\x1b[2J\n0:00:00  all is well\x9b31m';
  const lines = linesOf((writer) => {
    new PlainOutput(writer, provenance, new Tally(), new StageClock()).take({
      kind: 'bad-frame',
      receivedAtMs: 0,
      reason,
    });
  });
  expect(lines).toEqual(['0:00:00  skipped a bad frame: x�[2J�0:00:00  all is well�31m']);
});

test('the summary closes it', () => {
  const lines = linesOf((writer) =>
    new PlainOutput(writer, provenance, new Tally(), new StageClock()).summarise(),
  );
  expect(lines.slice(0, 2)).toEqual(['', 'Summary of short']);
});
