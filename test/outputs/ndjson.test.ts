import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { LineWriter, OutputClosed } from '../../src/outputs/line-writer.ts';
import { NdjsonOutput } from '../../src/outputs/ndjson.ts';
import { Tally } from '../../src/outputs/tally.ts';
import { linesOf } from './lines.ts';
import { shortStream } from './stream.ts';

function run(): string[] {
  return linesOf((lines) => {
    const tally = new Tally();
    const output = new NdjsonOutput(lines, { source: 'short', model: 'm' }, tally);
    for (const item of shortStream()) {
      tally.take(item);
      output.take(item);
    }
    output.close();
    output.summarise();
  });
}

test('every line is one event, from the stream to the summary', () => {
  const events = run().map((line) => JSON.parse(line));
  expect(events.every(({ type, time }) => typeof type === 'string' && time >= 0)).toBe(true);
  expect(events[0].type).toBe('stream');
  expect(events.at(-1).type).toBe('summary');
  expect(events.filter(({ type }) => type === 'beat')).toHaveLength(18);
  expect(events.filter(({ explanation }) => explanation)).toHaveLength(3);
});

test('two runs are the same, byte for byte', () => {
  expect(run()).toEqual(run());
});

test('a line is written whole, however long and whatever its letters', () => {
  const long = 'ä€'.repeat(100_000);
  expect(linesOf((lines) => lines.write(long))).toEqual([long]);
});

test('a reader that went away is told from other failures', async () => {
  const child = spawn('sh', ['-c', 'exec 0<&-; echo closed; sleep 10'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  await once(child.stdout, 'data');
  const { fd } = (child.stdin as unknown as { _handle: { fd: number } })._handle;
  expect(() => new LineWriter(fd).write('anyone?')).toThrow(OutputClosed);
  child.kill();
  expect(() => new LineWriter(9999).write('nowhere')).toThrow('EBADF');
});
