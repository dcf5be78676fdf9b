import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { beatlens, ended, faultyCapture, shippedCapture } from '../cli/beatlens.ts';
import { emulatedNode } from './emulator.ts';

/** Of a Pi 3 or Zero 2 W, a Pi 4, and a Pi 5. */
const PROCESSORS = ['cortex-a53', 'cortex-a72', 'cortex-a76'];
/** By so much probabilities, contributions and relevance may differ. All else is to be the same. */
const TOLERANCE = 1e-3;

const bundle = fileURLToPath(new URL('../../dist/beatlens.js', import.meta.url));

describe('the bundle on an emulated arm64', () => {
  let emulated: Awaited<ReturnType<typeof emulatedNode>>;
  beforeAll(async () => {
    emulated = await emulatedNode();
  });

  it('is one', async () => {
    const [command, ...args] = emulated('cortex-a72');
    const { stdout } = await ended(spawn(command, [...args, '-p', 'process.arch'], { stdio: 'pipe' }));
    expect(stdout).toBe('arm64\n');
  });

  it.each(PROCESSORS)('says the same of the shipped recordings on a %s', async (processor) => {
    for (const recording of [shippedCapture, faultyCapture]) {
      const args = ['replay', recording, '--speed', 'max', '--json'];
      const here = await beatlens(args);
      const [command, ...before] = emulated(processor);
      const there = await ended(spawn(command, [...before, bundle, ...args], { stdio: 'pipe' }));
      expect({ exitCode: there.exitCode, stderr: there.stderr }).toMatchObject({
        exitCode: 0,
        stderr: expect.stringContaining('processor time'),
      });
      const differences = compare(eventsOf(there.stdout), eventsOf(here.stdout));
      const events = here.stdout.split('\n').length - 1;
      const name = recording.split('/').at(-1);
      process.stdout.write(
        `${processor}, ${name}: ${events} events, ${differences.count} numbers differ, by ${differences.largest} at most\n`,
      );
      expect(differences.largest).toBeLessThanOrEqual(TOLERANCE);
    }
  });
});

function eventsOf(stdout: string): unknown[] {
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** How far numbers differ; everything else, and every time, must be equal. */
function compare(there: unknown, here: unknown) {
  const differences = { count: 0, largest: 0 };
  const walk = (left: unknown, right: unknown, path: string): void => {
    const isNumber = typeof left === 'number' && typeof right === 'number';
    if (isNumber && !path.endsWith('.time')) {
      const difference = Math.abs(left - right);
      if (difference > 0) differences.count++;
      differences.largest = Math.max(differences.largest, difference);
    } else if (typeof left === 'object' && typeof right === 'object' && left !== null && right !== null) {
      expect(Object.keys(left), path).toEqual(Object.keys(right));
      for (const [key, value] of Object.entries(left)) {
        walk(value, (right as Record<string, unknown>)[key], `${path}.${key}`);
      }
    } else expect(left, path).toBe(right);
  };
  walk(there, here, 'event');
  return differences;
}
