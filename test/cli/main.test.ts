import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { beatlens } from './beatlens.ts';

const folder = mkdtempSync(join(tmpdir(), 'beatlens-'));
afterAll(() => rmSync(folder, { recursive: true }));

const oneSentence = /^beatlens: [^\n]+\n$/;

describe('beatlens', () => {
  test('--version', async () => {
    expect(await beatlens(['--version'])).toEqual({
      exitCode: 0,
      stdout: `${packageJson.version}\n`,
      stderr: '',
    });
  });

  test('--help lists the commands that there are', async () => {
    const { exitCode, stdout } = await beatlens(['--help']);
    expect(exitCode).toBe(0);
    const commands = [...stdout.matchAll(/^ {2}([a-z]+) .*$/gm)].map(([, name]) => name);
    expect(commands).toEqual(
      expect.arrayContaining(['replay', 'monitor', 'scan', 'convert', 'evaluate', 'explain', 'doctor']),
    );
  });

  test('every command has examples in its help', async () => {
    for (const command of ['replay', 'monitor', 'scan', 'convert', 'evaluate', 'explain', 'doctor']) {
      const { exitCode, stdout } = await beatlens([command, '--help']);
      expect(exitCode).toBe(0);
      expect(stdout).toMatch(new RegExp(`Examples?:\\n {2}\\$ beatlens ${command} `));
    }
  });

  test('without a command it shows its help, as an error', async () => {
    const { exitCode, stdout, stderr } = await beatlens([]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(/^Usage: beatlens/);
  });

  test.each([
    [['replya'], 'replay'],
    [['replay'], 'file'],
    [['replay', 'x', '--spede', '1'], '--speed'],
    [['replay', 'x', '--speed', '-1'], '--speed -1'],
    [['replay', 'x', '--speed', 'fast'], '--speed fast'],
  ])('wrong usage %j: one sentence, exit code 2', async (args, named) => {
    const { exitCode, stdout, stderr } = await beatlens(args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(oneSentence);
    expect(stderr).toContain(named);
  });

  test('input that cannot be read: one sentence that names it, exit code 3', async () => {
    const text = join(folder, 'notes.txt');
    writeFileSync(text, 'not a capture');
    for (const file of [join(folder, 'absent'), folder, text]) {
      const { exitCode, stdout, stderr } = await beatlens(['replay', file, '--speed', 'max']);
      expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: '' });
      expect(stderr).toMatch(oneSentence);
      expect(stderr).toContain(file);
    }
  });

  test('a stack trace only when it is asked for', async () => {
    const { stderr } = await beatlens(['replay', join(folder, 'absent')], { BEATLENS_DEBUG: '1' });
    expect(stderr).toMatch(/\n {4}at /);
  });
});
