import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import type { RoundedFigures } from '../../src/evaluate/figures.ts';
import { beatlens } from '../cli/beatlens.ts';
import { describeWithData } from '../shared-data.ts';

/** A Python that has the package `wfdb`, if there is one. */
const PYTHON = [process.env.BEATLENS_PYTHON, 'python3'].find(
  (python) => python !== undefined && spawnSync(python, ['-c', 'import wfdb']).status === 0,
);
if (PYTHON === undefined)
  process.stderr.write(
    '\n*** SKIPPED: "the wfdb package" needs a Python with it (pip install wfdb; BEATLENS_PYTHON names it) ***\n',
  );

const script = fileURLToPath(new URL('compare_annotations.py', import.meta.url));
const records = ['100', '105', '208', '228'];

describeWithData('annotation files', (data) => {
  const out = mkdtempSync(join(tmpdir(), 'beatlens-'));
  afterAll(() => rmSync(out, { recursive: true }));

  it.skipIf(PYTHON === undefined)('score the same by the wfdb package', async () => {
    const mitdb = join(data, 'mitdb');
    const args = ['evaluate', mitdb, '--records', records.join(), '--annotations', out, '--json'];
    const { stdout } = await beatlens(args);
    const ours = lines<RoundedFigures & { record: string }>(stdout).slice(0, -1);
    const python = spawnSync(PYTHON as string, [script, mitdb, out, ...records], { encoding: 'utf8' });
    expect(python.stderr).toBe('');
    expect(lines(python.stdout)).toEqual(
      ours.map(({ record, qrs: { tp, fn, fp } }) => ({ record, tp, fn, fp })),
    );
  });
});

function lines<T>(ndjson: string): T[] {
  return ndjson
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T);
}
