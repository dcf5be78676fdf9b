import { CommanderError } from 'commander';
import { InputError } from '../formats/input-error.ts';
import { BluetoothUnavailable } from '../sources/ble/link-failure.ts';
import { UsageError } from './usage-error.ts';

/** Exit codes of every command. */
export const ExitCode = { done: 0, other: 1, usage: 2, input: 3, noBluetooth: 4 } as const;

/** How a failed command ends: one sentence for stderr, if any, and the exit code. */
export interface Failure {
  readonly message: string | undefined;
  readonly exitCode: number;
}

const FILE_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file; check the path',
  EACCES: 'permission is denied; check who may read it',
  EISDIR: 'it is a folder; name a file in it',
  ENOTDIR: 'a part of its path is not a folder; check the path',
};

export function failureOf(error: unknown): Failure {
  if (error instanceof CommanderError) return commanderFailure(error);
  if (error instanceof UsageError) return { message: error.message, exitCode: ExitCode.usage };
  if (error instanceof InputError) return { message: error.message, exitCode: ExitCode.input };
  if (error instanceof BluetoothUnavailable)
    return { message: error.message, exitCode: ExitCode.noBluetooth };
  const { code, path } = error as NodeJS.ErrnoException;
  if (code !== undefined && path !== undefined && code in FILE_ERRORS) {
    return { message: `cannot read ${path}: ${FILE_ERRORS[code]}`, exitCode: ExitCode.input };
  }
  const why = error instanceof Error ? error.message : String(error);
  const [firstLine] = why.split('\n');
  return { message: `failed: ${firstLine}; BEATLENS_DEBUG=1 shows where`, exitCode: ExitCode.other };
}

/** Commander has printed help and version itself; its complaints come as "error: what is wrong", over lines. */
function commanderFailure({ message, exitCode, code }: CommanderError): Failure {
  if (exitCode === 0) return { message: undefined, exitCode: ExitCode.done };
  if (code === 'commander.help') return { message: undefined, exitCode: ExitCode.usage };
  const what = message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' ');
  return { message: `${what}; see beatlens --help`, exitCode: ExitCode.usage };
}

/** Says on stderr why a command failed. Returns the exit code. */
export function report(error: unknown): number {
  const { message, exitCode } = failureOf(error);
  if (message !== undefined) process.stderr.write(`beatlens: ${message}\n`);
  if (process.env.BEATLENS_DEBUG === '1' && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return exitCode;
}
