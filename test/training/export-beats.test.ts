import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'beatlens-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('training gets the model inputs of every beat of a recording', () => {
  const out = join(folder, 'shipped');
  const recording = join(root, 'recordings/mitdb-208.btsnoop');
  execFileSync(process.execPath, [join(root, 'dist/export-beats.js'), out, 'own', recording], {
    stdio: 'pipe',
  });
  const { beats, steps, channels, rhythmFeatures } = JSON.parse(readFileSync(`${out}.json`, 'utf8'));
  expect(beats.length).toBeGreaterThan(400);
  expect(beats[0]).toMatchObject({ record: 'mitdb-208.btsnoop', class: 'O', usable: expect.any(Boolean) });
  expect(readFileSync(`${out}.waveform.f32`)).toHaveLength(4 * beats.length * steps * channels);
  expect(readFileSync(`${out}.rhythm.f32`)).toHaveLength(4 * beats.length * rhythmFeatures.length);
});
