import { spawnSync } from 'node:child_process';
import { describe } from 'vitest';

const isThere = spawnSync('tshark', ['--version']).status === 0;

/** Describes tests that have Wireshark judge; says loudly that they were skipped where it is not installed. */
export function describeWithTshark(name: string, tests: () => void): void {
  if (!isThere) {
    process.stderr.write(
      `\n*** SKIPPED: "${name}" needs tshark (Debian package tshark), which is absent ***\n`,
    );
    describe.skip(name, tests);
    return;
  }
  describe(name, tests);
}

/** What tshark prints of a capture, line by line. */
export function tshark(path: string, ...options: string[]): string[] {
  const { stdout } = spawnSync('tshark', ['-r', path, ...options], { encoding: 'utf8', maxBuffer: 2 ** 28 });
  return stdout.split('\n').filter((line) => line !== '');
}

/** Packets that tshark finds fault with. */
export function complaints(path: string): string[] {
  return tshark(path, '-Y', '_ws.malformed || _ws.expert || _ws.short');
}
