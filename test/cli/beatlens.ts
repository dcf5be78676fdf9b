import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const bundle = fileURLToPath(new URL('../../dist/beatlens.js', import.meta.url));

/** The capture that ships: five minutes of MIT-BIH record 208. */
export const shippedCapture = fileURLToPath(new URL('../../recordings/mitdb-208.btsnoop', import.meta.url));
/** The same with a lost link, lost frames and a stretch of lead-off. */
export const faultyCapture = fileURLToPath(
  new URL('../../recordings/mitdb-208-faults.btsnoop', import.meta.url),
);

/** What a run of the program left behind. */
export interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the program as it ships, from its bundle. */
export function start(args: readonly string[], env: Record<string, string> = {}): ChildProcess {
  if (!existsSync(bundle)) throw new Error(`${bundle} is missing; run: npm run build`);
  return spawn(process.execPath, [bundle, ...args], { env: { ...process.env, ...env }, stdio: 'pipe' });
}

/** Waits for the program's end and gathers what it said. */
export async function ended(child: ChildProcess): Promise<Ended> {
  const gathered = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      gathered[name] += text;
    });
  }
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
  return { exitCode, ...gathered };
}

/** Runs the program to its end. */
export function beatlens(args: readonly string[], env?: Record<string, string>): Promise<Ended> {
  return ended(start(args, env));
}
