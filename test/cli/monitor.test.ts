import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { captureSource } from '../../src/sources/capture.ts';
import { collect, faultsOf, framesOf } from '../sources/collect.ts';
import { describeLink } from '../virtual-link/describe-link.ts';
import { beatlens, ended } from './beatlens.ts';

const EXIT_WITHIN_MS = 3_000;
const bundle = fileURLToPath(new URL('../../dist/beatlens.js', import.meta.url));
const root = fileURLToPath(new URL('../..', import.meta.url));
// In the project's folder, so that it finds the project's packages.
const folder = mkdtempSync(join(root, 'dist', 'test-'));
afterAll(() => rmSync(folder, { recursive: true }));

describeLink('monitor, over the virtual link', () => {
  const preload = join(folder, 'preload.mjs');
  beforeAll(() =>
    build({
      entryPoints: [fileURLToPath(new URL('../virtual-link/preload.ts', import.meta.url))],
      outfile: preload,
      bundle: true,
      platform: 'node',
      format: 'esm',
      packages: 'external',
    }),
  );

  async function monitor(stopAt: string, ...args: string[]) {
    const child = spawn(
      process.execPath,
      ['--import', pathToFileURL(preload).href, bundle, 'monitor', '--json', ...args],
      { cwd: root, env: { ...process.env, STOP_AT: stopAt }, stdio: 'pipe' },
    );
    const { exitCode, stdout, stderr } = await ended(child);
    const last = JSON.parse(stderr.trim().split('\n').at(-1) as string);
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    return { exitCode, events, last: last as { took: number; isStarted: boolean } };
  }

  it.each(['scanning', 'connecting', 'discovering', 'subscribing', 'streaming'])(
    'ends within three seconds of Ctrl-C while %s, and leaves no sensor streaming',
    async (stage) => {
      const { exitCode, events, last } = await monitor(stage);
      expect(exitCode).toBe(130);
      expect(last.took).toBeLessThan(EXIT_WITHIN_MS);
      expect(last.isStarted).toBe(false);
      expect(events[0].type).toBe('stream');
      expect(events.at(-1).type).toBe('summary');
    },
  );

  it('records a whole capture until then', async () => {
    const captures = mkdtempSync(join(tmpdir(), 'beatlens-'));
    const { exitCode, events } = await monitor('streaming', '--record', captures);
    expect(exitCode).toBe(130);
    const files = readdirSync(captures).map((name) => join(captures, name));
    expect(files.length).toBe(1);
    const items = await collect(captureSource(files[0], { speed: 'max' }));
    rmSync(captures, { recursive: true });
    expect(faultsOf(items)).toEqual([]);
    expect(framesOf(items).length).toBeGreaterThanOrEqual(8);
    expect(items.at(-1)).toMatchObject({ kind: 'link', state: 'lost' });
    const states = events.filter(({ type }) => type === 'link').map(({ state }) => state);
    expect(states).toEqual(['scanning', 'connecting', 'connected', 'streaming', 'lost']);
  });
});

describe('without Bluetooth', () => {
  /** Makes any machine one without Bluetooth: noble's HCI socket is for Linux. */
  const elsewhere = { NODE_OPTIONS: `--import ${pathToFileURL(join(folder, 'elsewhere.mjs')).href}` };
  beforeAll(() =>
    writeFileSync(
      join(folder, 'elsewhere.mjs'),
      "Object.defineProperty(process, 'platform', { value: 'openbsd' });\n",
    ),
  );

  test.each(['monitor', 'scan'])(
    '%s says in one sentence what is missing, and exits with 4',
    async (command) => {
      const { exitCode, stdout, stderr } = await beatlens([command], elsewhere);
      expect({ exitCode, stdout }).toEqual({ exitCode: 4, stdout: '' });
      expect(stderr).toMatch(/^beatlens: [^\n]+\n$/);
      expect(stderr).toContain('Linux');
    },
  );

  test('doctor names every check, and the remedy of what fails', async () => {
    const { exitCode, stdout } = await beatlens(['doctor', '--json'], elsewhere);
    const checks = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(checks.map(({ check }) => check)).toEqual(['Node', 'model', 'disk', 'Bluetooth']);
    expect(checks.at(-1)).toMatchObject({ ok: false, found: expect.stringContaining('needs Linux') });
    expect(exitCode).toBe(4);
  });
});
