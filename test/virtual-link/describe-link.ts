import { describe } from 'vitest';
import type { NobleName } from '../../src/sources/ble/noble.ts';
import { isInstalled } from './hci-socket.ts';
import { usualNoble } from './live-bed.ts';

/** Tests over the virtual link need noble and ble-host, which are optional dependencies. */
export function describeLink(name: string, tests: () => void, noble: NobleName = usualNoble): void {
  if (isInstalled(noble)) {
    // They run in real time, on machines that may be busy with something else for longer than a link stands.
    describe(name, { retry: 2 }, tests);
    return;
  }
  process.stderr.write(`SKIPPED: ${name} needs the optional dependencies @${noble}/noble and ble-host\n`);
  describe.skip(name, tests);
}
