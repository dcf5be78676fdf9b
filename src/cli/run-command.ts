import type { Command } from 'commander';
import { report } from './failure.ts';

/** Has a command throw its complaints, instead of printing them and ending the process: `runCommand` reports them. */
export function throwing(command: Command): Command {
  return command.exitOverride().configureOutput({ outputError: () => {} });
}

/**
 * Runs a `throwing` command and reports its failure, if any, as one sentence on stderr.
 *
 * @param args the command line, without node and the program
 * @returns the exit code
 */
export async function runCommand(command: Command, args: readonly string[]): Promise<number> {
  try {
    await command.parseAsync(args, { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    return report(error);
  }
}
