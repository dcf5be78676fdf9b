import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseSpeed } from '../../src/cli/replay.ts';
import { beatlens, type Ended, ended, faultyCapture, shippedCapture, start } from './beatlens.ts';

const folder = mkdtempSync(join(tmpdir(), 'beatlens-'));
afterAll(() => rmSync(folder, { recursive: true }));

const events = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

test('speeds', () => {
  expect(['max', '1', '0.5', '50'].map(parseSpeed)).toEqual(['max', 1, 0.5, 50]);
  for (const text of ['', ' ', '0', '-1', 'NaN', 'Infinity', 'fast'])
    expect(() => parseSpeed(text)).toThrow('--speed');
});

describe('replay --json of the shipped capture', () => {
  let run: Ended;
  beforeAll(async () => {
    run = await beatlens(['replay', shippedCapture, '--speed', 'max', '--json']);
  });

  test('ends well, with events on stdout and one line of processor time on stderr', () => {
    expect(run.exitCode).toBe(0);
    const types = events(run.stdout).map(({ type }) => type);
    expect(types[0]).toBe('stream');
    expect(types.at(-1)).toBe('summary');
    expect(run.stderr).toMatch(/^processor time: [^\n]+ times real time \(decode [^\n]+\)\n$/);
  });

  test('explains exactly the flagged beats, and the summary agrees with the beats', () => {
    const all = events(run.stdout);
    const beats = all.filter(({ type }) => type === 'beat');
    const flagged = beats.filter((beat) => beat.flagged);
    expect(flagged.length).toBeGreaterThan(50);
    expect(beats.filter((beat) => 'explanation' in beat)).toEqual(flagged);
    const summary = all.at(-1);
    expect(summary.beats.total).toBe(beats.length);
    for (const name of ['N', 'S', 'V', 'F', 'Q']) {
      expect(summary.beats[name]).toBe(beats.filter((beat) => beat.class === name).length);
    }
    expect(summary).toMatchObject({ flagged: flagged.length, explained: flagged.length });
    expect(summary.duration).toBeGreaterThan(299);
  });

  test('contributions add up to the score', () => {
    for (const { explanation } of events(run.stdout).filter((event) => event.explanation)) {
      const { waveform, rhythm, beatsBefore, intercept, score } = explanation;
      const ofRhythm = rhythm.reduce(
        (sum: number, { contribution }: { contribution: number }) => sum + contribution,
        0,
      );
      expect(waveform + ofRhythm + beatsBefore + intercept).toBeCloseTo(score, 3);
    }
  });

  test('is the same in every run and at every speed, byte for byte', async () => {
    const [again, paced] = await Promise.all([
      beatlens(['replay', shippedCapture, '--speed', 'max', '--json']),
      beatlens(['replay', shippedCapture, '--speed', '50', '--json']),
    ]);
    expect(again.stdout).toBe(run.stdout);
    expect(paced.stdout).toBe(run.stdout);
  });

  test('loses nothing to a slow reader', async () => {
    const child = start(['replay', shippedCapture, '--speed', 'max', '--json']);
    child.stdout?.pause();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const end = ended(child);
    child.stdout?.resume();
    expect((await end).stdout).toBe(run.stdout);
  });

  test('ends quietly when its reader has seen enough', async () => {
    const child = start(['replay', shippedCapture, '--speed', 'max', '--json']);
    let stderr = '';
    child.stderr?.on('data', (text) => {
      stderr += text;
    });
    await once(child.stdout as NodeJS.ReadableStream, 'data');
    child.stdout?.destroy();
    const [exitCode] = await once(child, 'exit');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  });

  test('a capture that was cut off is replayed as far as it goes, and says so', async () => {
    const torn = join(folder, 'torn.btsnoop');
    const bytes = readFileSync(shippedCapture);
    writeFileSync(torn, bytes.subarray(0, Math.floor(bytes.length / 2) + 7));
    const { exitCode, stdout } = await beatlens(['replay', torn, '--speed', 'max', '--json']);
    expect(exitCode).toBe(0);
    const summary = events(stdout).at(-1);
    expect(summary.sourceFaults).toBeGreaterThan(0);
    expect(summary.duration).toBeGreaterThan(100);
    expect(summary.duration).toBeLessThan(200);
  });
});

test('what was lost on the air is told, and the rest is judged', async () => {
  const { exitCode, stdout } = await beatlens(['replay', faultyCapture, '--speed', 'max', '--json']);
  expect(exitCode).toBe(0);
  const all = events(stdout);
  const of = (type: string) => all.filter((event) => event.type === type);
  expect(of('link').map(({ state }) => state)).toEqual([
    'connected',
    'lost',
    'connected',
    'lost',
    'connected',
  ]);
  const summary = all.at(-1);
  expect(of('gap').map(({ cause }) => cause)).toEqual(
    expect.arrayContaining(['frames-lost', 'link-lost', 'new-session']),
  );
  expect(summary.gaps.count).toBe(of('gap').length);
  expect(of('quality').map(({ flaw }) => flaw)).toContain('lead-off');
  expect(summary.notJudged['lead-off']).toBeGreaterThan(1);
  expect(summary.badFrames).toBeGreaterThan(0);
  expect(summary.sourceFaults).toBeGreaterThan(0);
  expect(summary.beats.total).toBeGreaterThan(100);
  // Link and gap agree on when it was: the link is given up some seconds after the last sample.
  const lost = of('link').find(({ state }) => state === 'lost').time;
  const gap = of('gap').find(({ cause }) => cause === 'link-lost');
  expect(lost).toBeGreaterThan(gap.time - 0.5);
  expect(lost).toBeLessThan(gap.time + gap.duration);
});

describe('replay without a terminal', () => {
  test('writes one plain line an alert, then the summary', async () => {
    const { exitCode, stdout, stderr } = await beatlens(['replay', shippedCapture, '--speed', 'max'], {
      FORCE_COLOR: '1',
    });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).not.toContain('\x1b');
    const [, flagged] = /\n {2}flagged +([\d,]+) beats?\n/.exec(stdout) ?? [];
    const alerts = stdout.match(/^0:0\d:\d\d {2}(VEB|SVEB|fusion) .+$/gm);
    expect(alerts).toHaveLength(Number(flagged));
    expect(stdout).toMatch(/\n\nSummary of [\s\S]+times real time\n {2}by stage +decode [^\n]+\n$/);
  });

  test('sums up what there was when it is interrupted', async () => {
    const child = start(['replay', shippedCapture, '--speed', '20']);
    const end = ended(child);
    await once(child.stdout as NodeJS.ReadableStream, 'data');
    child.kill('SIGINT');
    const { exitCode, stdout, stderr } = await end;
    expect({ exitCode, stderr }).toEqual({ exitCode: 130, stderr: '' });
    expect(stdout).toContain('Summary of');
  });
});

// `script` of util-linux gives a program a terminal.
const hasScript = spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux');
if (!hasScript)
  process.stderr.write('\n*** SKIPPED: the test on a terminal needs `script` of util-linux ***\n');

describe.skipIf(!hasScript)('replay on a terminal', () => {
  const bundle = new URL('../../dist/beatlens.js', import.meta.url).pathname;
  /** What the terminal gets, escape characters made visible. */
  const onTerminal = async (options: string, env: Record<string, string>) => {
    const command = `stty cols 80 rows 24; '${process.execPath}' '${bundle}' replay '${shippedCapture}' ${options}`;
    // Node takes a terminal under CI for one of few colours.
    const { NO_COLOR: _, CI: __, ...inherited } = process.env;
    const child = spawn('script', ['-qec', command, '/dev/null'], {
      env: { ...inherited, TERM: 'xterm-256color', ...env },
    });
    const { exitCode, stdout } = await ended(child);
    return { exitCode, stdout: stdout.replaceAll('\x1b', '␛') };
  };

  test('shows the live view on the alternate screen, and leaves the last frame and the summary', async () => {
    const { exitCode, stdout } = await onTerminal('--speed max', { COLORTERM: 'truecolor' });
    expect(exitCode).toBe(0);
    expect(stdout.startsWith('␛[?1049h␛[?25l')).toBe(true);
    const [screen, left] = stdout.split('␛[0m␛[?25h␛[?1049l');
    expect(screen).toMatch(/␛\[38;2;\d+;\d+;\d+m[⠀-⣿]/); // a beat in the colours of its relevance
    expect(left).toMatch(/^␛\[1mbeatlens[\s\S]+── alerts[\s\S]+Summary of [\s\S]+times real time/);
  });

  test.each([
    ['--speed max --no-color', {}],
    ['--speed max', { NO_COLOR: '1' }],
  ])('shows no colour with %s %j', async (options, env) => {
    const { stdout } = await onTerminal(options, env);
    expect(stdout).toContain('␛[?1049h');
    expect(stdout).not.toMatch(/␛\[[1-9][\d;]*m/);
    expect(stdout).toContain('░');
  });

  test('writes plain lines on a terminal that cannot move its cursor', async () => {
    const { stdout } = await onTerminal('--speed max', { TERM: 'dumb' });
    expect(stdout).not.toContain('␛');
    expect(stdout).toContain('Summary of');
  });
});

test('--report where nothing can be written is said before anything runs', async () => {
  const run = await beatlens(['replay', shippedCapture, '--report', join(folder, 'nowhere', 'report.html')]);
  expect(run).toMatchObject({ exitCode: 2, stdout: '' });
  expect(run.stderr).toMatch(/^beatlens: --report [^\n]+ a folder that exists[^\n]+\n$/);
});
