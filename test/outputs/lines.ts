import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LineWriter } from '../../src/outputs/line-writer.ts';

/** The lines that `work` writes. */
export function linesOf(work: (lines: LineWriter) => void): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'beatlens-'));
  const file = join(folder, 'lines');
  const descriptor = openSync(file, 'w');
  try {
    work(new LineWriter(descriptor));
    const text = readFileSync(file, 'utf8');
    return text.split('\n').slice(0, -1);
  } finally {
    closeSync(descriptor);
    rmSync(folder, { recursive: true });
  }
}
