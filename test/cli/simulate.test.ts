import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it, test } from 'vitest';
import { decodeStreamFrame, STREAM_CHARACTERISTIC } from '../../firmware-protocol/index.ts';
import { samplesOf } from '../../src/cli/looped-source.ts';
import { captureSource } from '../../src/sources/capture.ts';
import { describeLink } from '../virtual-link/describe-link.ts';
import { beatlens, ended, shippedCapture } from './beatlens.ts';

const EXIT_WITHIN_MS = 3_000;
const root = fileURLToPath(new URL('../..', import.meta.url));
const bundle = join(root, 'dist/beatlens.js');
// In the project's folder, so that it finds the project's packages.
const folder = mkdtempSync(join(root, 'dist', 'test-'));
afterAll(() => rmSync(folder, { recursive: true }));

describeLink('simulate, over the virtual link', () => {
  const preload = join(folder, 'preload-gateway.mjs');
  beforeAll(() =>
    build({
      entryPoints: [join(root, 'test/virtual-link/preload-gateway.ts')],
      outfile: preload,
      bundle: true,
      platform: 'node',
      format: 'esm',
      packages: 'external',
    }),
  );

  async function simulate(args: readonly string[], env: Record<string, string> = {}) {
    const child = spawn(
      process.execPath,
      ['--import', pathToFileURL(preload).href, bundle, 'simulate', ...args],
      { cwd: root, env: { ...process.env, ...env }, stdio: 'pipe' },
    );
    return ended(child);
  }

  it('is a patch that measures a recording, for a gateway that loses it and asks for what it has missed', async () => {
    const began = performance.now();
    const { exitCode, stdout, stderr } = await simulate([shippedCapture, '--name', 'Patch left', '--json']);
    expect(exitCode).toBe(130);
    expect(performance.now() - began).toBeLessThan(8_000 + EXIT_WITHIN_MS);
    const told = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const link = ['connected', 'lost'];
    expect(told.map(({ state }) => state)).toEqual([
      'advertising',
      'connected',
      'streaming',
      'lost',
      ...link,
    ]);

    const { values, states } = JSON.parse(stderr.trim().split('\n').at(-1) as string);
    expect(states.filter((state: string) => state === 'streaming').length).toBe(2);
    const frames = (values as [string, string][])
      .filter(([characteristic]) => characteristic === STREAM_CHARACTERISTIC)
      .map(([, hex]) => decodeStreamFrame(Buffer.from(hex, 'hex')))
      .flatMap((frame) => (frame.ok ? [frame.value] : []));
    expect(frames.some(({ type }) => type === 'backfill')).toBe(true);
    const millivolts = await samplesOf(captureSource(shippedCapture, { speed: 'max' }));
    for (const { firstIndex, samples } of frames) {
      const expected = Array.from(millivolts.subarray(firstIndex, firstIndex + samples.length), (value) =>
        Math.round(value * 1_000),
      );
      expect([...samples], `frame ${firstIndex}`).toEqual(expected);
    }
    // With what was sent again, nothing is missing between the first frame and the last.
    const indices = new Set(
      frames.flatMap(({ firstIndex, samples }) => [...samples.keys()].map((n) => firstIndex + n)),
    );
    const first = Math.min(...indices);
    expect(indices.size).toBe(Math.max(...indices) - first + 1);
  });

  test.each([
    ['ENODEV', 'plug one in'],
    ['EPERM', 'sudo setcap cap_net_admin,cap_net_raw+eip'],
    ['EBUSY', 'sudo systemctl stop bluetooth'],
  ])('says in one sentence why it cannot have the adapter: %s', async (code, remedy) => {
    const { exitCode, stdout, stderr } = await simulate([shippedCapture], { UNPLUGGED: code });
    expect({ exitCode, stdout }).toEqual({ exitCode: 4, stdout: '' });
    const [sentence] = stderr.split('\n');
    expect(sentence).toMatch(/^beatlens: [^;]+; \S/);
    expect(sentence).toContain(remedy);
  });
});

test('simulate reads its input before it asks for the adapter', async () => {
  const { exitCode, stderr } = await beatlens(['simulate', join(folder, 'absent')]);
  expect(exitCode).toBe(3);
  expect(stderr).toContain('absent');
});
