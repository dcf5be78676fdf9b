import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { captureSource } from '../../src/sources/capture.ts';
import { collect, faultsOf, framesOf } from '../sources/collect.ts';
import { describeLink } from '../virtual-link/describe-link.ts';
import { isInstalled } from '../virtual-link/hci-socket.ts';
import { beatlens, ended } from './beatlens.ts';

const EXIT_WITHIN_MS = 3_000;
const bundle = fileURLToPath(new URL('../../dist/beatlens.js', import.meta.url));
const root = fileURLToPath(new URL('../..', import.meta.url));
// In the project's folder, so that it finds the project's packages.
const folder = mkdtempSync(join(root, 'dist', 'test-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The receiving end of systemd's socket: prints a line when it listens, and then each message. */
const SERVICE_MANAGER = `
import socket, sys
receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
receiver.bind(sys.argv[1])
print("listening", flush=True)
while True:
    # systemd-notify also sends a barrier, a descriptor that it waits for to be closed: reading drops it.
    message = receiver.recv(4096).decode()
    if not message.startswith("BARRIER"):
        print(message.strip(), flush=True)
`;

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

  async function run(args: readonly string[], env: Record<string, string>) {
    const child = spawn(
      process.execPath,
      ['--import', pathToFileURL(preload).href, bundle, 'monitor', ...args],
      { cwd: root, env: { ...process.env, ...env }, stdio: 'pipe' },
    );
    const { exitCode, stdout, stderr } = await ended(child);
    const last = JSON.parse(stderr.trim().split('\n').at(-1) as string);
    const lines = stdout.trim().split('\n');
    return { exitCode, lines, last: last as { took: number; isStarted: boolean } };
  }

  async function monitor(stopAt: string, ...args: string[]) {
    const { lines, ...ended } = await run(['--json', ...args], { STOP_AT: stopAt });
    return { ...ended, events: lines.map((line) => JSON.parse(line)) };
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

  it.runIf(isInstalled('stoprocent'))('does so over @stoprocent/noble', async () => {
    const { exitCode, events, last } = await monitor('streaming', '--bluetooth', 'stoprocent');
    expect({ exitCode, isStarted: last.isStarted }).toEqual({ exitCode: 130, isStarted: false });
    expect(last.took).toBeLessThan(EXIT_WITHIN_MS);
    expect(events.map(({ state }) => state)).toContain('streaming');
  });

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

  const hasSystemd = ['systemd-notify', 'python3'].every(
    (name) => spawnSync(name, ['--version']).status === 0,
  );
  if (!hasSystemd) process.stderr.write('SKIPPED: the word to systemd needs systemd-notify and python3\n');

  it.runIf(hasSystemd)('tells systemd that it is ready, and then that it is alive', async () => {
    const socket = join(folder, 'notify.socket');
    const manager = spawn('python3', ['-c', SERVICE_MANAGER, socket], { stdio: 'pipe' });
    const heard = ended(manager);
    await once(manager.stdout, 'readable');
    await run(['--json'], { NOTIFY_SOCKET: socket, WATCHDOG_USEC: '400000' });
    manager.kill();
    const [, ready, ...signs] = (await heard).stdout.trim().split('\n');
    expect(ready).toBe('READY=1');
    expect(signs.length).toBeGreaterThanOrEqual(3);
    expect(new Set(signs)).toEqual(new Set(['WATCHDOG=1']));
  });

  describe('of several sensors', () => {
    const addresses = ['f6:3a:2c:51:0b:e0', 'f6:3a:2c:51:0b:e1'];
    const both = addresses.flatMap((address) => ['--address', address]);

    it('tells of each event whose it is, and records each into a folder of its own', async () => {
      const captures = mkdtempSync(join(tmpdir(), 'beatlens-'));
      const args = ['--json', ...both, '--record', captures];
      const { exitCode, lines, last } = await run(args, { PATCHES: '2' });
      expect(exitCode).toBe(130);
      expect(last.isStarted).toBe(false);
      const events = lines.map((line) => JSON.parse(line));
      expect([...new Set(events.map(({ source }) => source))].sort()).toEqual(addresses);
      for (const address of addresses) {
        const own = events.filter(({ source }) => source === address);
        expect([own[0].type, own.at(-1).type]).toEqual(['stream', 'summary']);
        expect(own.find(({ state }) => state === 'connected')).toMatchObject({ address });
      }
      expect(readdirSync(captures).sort()).toEqual(addresses.map((address) => address.replaceAll(':', '-')));
      for (const folder of readdirSync(captures)) {
        const [file] = readdirSync(join(captures, folder));
        const items = await collect(captureSource(join(captures, folder, file), { speed: 'max' }));
        expect(faultsOf(items)).toEqual([]);
        expect(framesOf(items).length).toBeGreaterThanOrEqual(8);
      }
      rmSync(captures, { recursive: true });
    });

    it('names the sensor in each plain line, and sums each of them up', async () => {
      const { lines } = await run(both, { PATCHES: '2' });
      const summaries = lines.filter((line) => line.startsWith('Summary of '));
      expect(summaries).toEqual(addresses.map((address) => `Summary of ${address}`));
      const told = lines.slice(0, lines.indexOf(summaries[0]) - 1);
      expect(told.length).toBeGreaterThanOrEqual(8);
      for (const line of told) expect(line).toMatch(/^\d:\d\d:\d\d {2}f6:3a:2c:51:0b:e[01] {2}\S/);
    });

    it('are each to be named once', async () => {
      const { exitCode, stderr } = await beatlens([
        'monitor',
        ...both,
        '--address',
        addresses[0].toUpperCase(),
      ]);
      expect(exitCode).toBe(2);
      expect(stderr).toBe('beatlens: --address f6:3a:2c:51:0b:e0 is given twice; name each sensor once\n');
    });
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
