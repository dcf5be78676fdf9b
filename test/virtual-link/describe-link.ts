import { describe } from 'vitest';
import { isNobleInstalled } from './hci-socket.ts';

/** Tests over the virtual link need noble, which is an optional dependency. */
export function describeLink(name: string, tests: () => void): void {
  if (isNobleInstalled) {
    // They run in real time, on machines that may be busy with something else for longer than a link stands.
    describe(name, { retry: 2 }, tests);
    return;
  }
  process.stderr.write(`SKIPPED: ${name} needs the optional dependency @abandonware/noble\n`);
  describe.skip(name, tests);
}
