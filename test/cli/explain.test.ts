import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { beatlens, shippedCapture } from './beatlens.ts';

const folder = mkdtempSync(join(tmpdir(), 'beatlens-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A flagged beat of the shipped capture. */
const AT = ['--at', '47.4'];

test('the beat model says what the gateway says of the same beat', async () => {
  const run = await beatlens(['explain', shippedCapture, ...AT, '--json']);
  expect(run.exitCode).toBe(0);
  const explained = JSON.parse(run.stdout);
  expect(explained).toMatchObject({ type: 'explanation', model: 'beat', class: 'V' });
  expect(explained.time).toBeCloseTo(47.36, 1);
  const replayed = await beatlens(['replay', shippedCapture, '--speed', 'max', '--json']);
  const same = replayed.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
    .find(({ type, time }) => type === 'beat' && time === explained.time);
  expect(explained.sentence).toBe(same.explanation.sentence);
  expect(explained.relevance).toEqual(same.explanation.relevance);
});

test('without a file it draws on the terminal', async () => {
  const { stdout, exitCode } = await beatlens(['explain', shippedCapture, ...AT, '--model', 'cnn']);
  expect(exitCode).toBe(0);
  expect(stdout).toContain('mitdb-208.btsnoop, cnn by hires-cam');
  expect(stdout).toMatch(/[\u2801-\u28ff]/);
  expect(stdout).toContain('CNN: PVC');
  expect(stdout).not.toContain('\x1b[');
});

describe('files', () => {
  test('an SVG and a PNG, readable by their owner only', async () => {
    const svg = join(folder, 'beat.svg');
    const png = join(folder, 'beat.png');
    expect(
      (await beatlens(['explain', shippedCapture, ...AT, '--model', 'lstm', '--out', svg])).exitCode,
    ).toBe(0);
    expect((await beatlens(['explain', shippedCapture, ...AT, '--out', png])).exitCode).toBe(0);
    expect(readFileSync(svg, 'utf8')).toMatch(/^<svg .*deletion-mask.*<\/svg>$/s);
    const head = readFileSync(png).subarray(0, 24);
    expect(head.toString('latin1', 1, 4)).toBe('PNG');
    expect(head.readUInt32BE(16)).toBe(1520);
    for (const file of [svg, png]) expect(statSync(file).mode & 0o777).toBe(0o600);
  });
});

describe('mistakes are one sentence that says what to do', () => {
  test.each([
    [['--at', '45.5'], 2, /is normal, and the beat model explains flagged beats only: .* --at 47\.4,/],
    [['--at', '4500'], 2, /--at 4500 lies after the end .* at most 300.0/],
    [['--at', '-1'], 2, /--at -1 .* from 0 up/],
    [['--at', '0.7', '--model', 'cnn'], 2, /are not whole: .* choose another --at/],
    [[...AT, '--method', 'deletion-mask'], 2, /needs --model cnn or lstm/],
    [[...AT, '--model', 'lstm', '--method', 'grad-cam'], 2, /needs a convolution/],
    [[...AT, '--model', 'cnn', '--class', 'XYZ'], 2, /--class XYZ is not known; choose one of N, PVC/],
    [[...AT, '--out', 'beat.gif'], 2, /let it end in .svg, .png, .html/],
  ] as const)('%s', async (args, exitCode, message) => {
    const run = await beatlens(['explain', shippedCapture, ...args]);
    expect(run).toMatchObject({ exitCode, stdout: '' });
    expect(run.stderr).toMatch(/^beatlens: [^\n]+\n$/);
    expect(run.stderr).toMatch(message);
  });
});
