import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, it } from 'vitest';

const folder = fileURLToPath(new URL('../../shared/data', import.meta.url));

/** Folder of annotated databases beside the project, where there is one. */
export const sharedData: string | undefined = existsSync(folder) ? folder : undefined;

/** Describes tests that need the databases; says loudly that they were skipped where there are none. */
export function describeWithData(name: string, tests: (data: string) => void): void {
  if (sharedData === undefined) {
    process.stderr.write(
      `\n*** SKIPPED: "${name}" needs the databases in ../shared/data, which is absent ***\n`,
    );
    // The tests themselves may read the data as they are declared, so not even that is done without it.
    describe(name, () => it.skip('needs the databases in ../shared/data'));
    return;
  }
  describe(name, () => tests(sharedData as string));
}
