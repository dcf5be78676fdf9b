import { CommanderError } from 'commander';
import { expect, test } from 'vitest';
import { failureOf } from '../../src/cli/failure.ts';
import { UsageError } from '../../src/cli/usage-error.ts';
import { InputError } from '../../src/formats/input-error.ts';

test('usage errors exit with 2, input errors with 3', () => {
  expect(failureOf(new UsageError('no such speed'))).toEqual({ message: 'no such speed', exitCode: 2 });
  expect(failureOf(new InputError('x is torn'))).toEqual({ message: 'x is torn', exitCode: 3 });
});

test("commander's complaints become one sentence", () => {
  const complaint = new CommanderError(
    1,
    'commander.unknownOption',
    "error: unknown option '--x'\n(Did you mean --y?)",
  );
  expect(failureOf(complaint)).toEqual({
    message: "unknown option '--x' (Did you mean --y?); see beatlens --help",
    exitCode: 2,
  });
});

test('help that was asked for is no failure, help that was not is one', () => {
  expect(failureOf(new CommanderError(0, 'commander.helpDisplayed', '(outputHelp)')).exitCode).toBe(0);
  expect(failureOf(new CommanderError(1, 'commander.help', '(outputHelp)'))).toEqual({
    message: undefined,
    exitCode: 2,
  });
});

test("a file system's errors name the file and the remedy", () => {
  const error = Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES', path: '/secret' });
  expect(failureOf(error)).toEqual({
    message: 'cannot read /secret: permission is denied; check who may read it',
    exitCode: 3,
  });
});

test('anything else exits with 1, in one line', () => {
  const { message, exitCode } = failureOf(new TypeError('x is undefined\n  at y'));
  expect(exitCode).toBe(1);
  expect(message).toBe('failed: x is undefined; BEATLENS_DEBUG=1 shows where');
  expect(failureOf('thrown text').message).toContain('thrown text');
});
