import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';

// Biome's program is an optional package, one for each platform. Where optional packages were left out, because
// Bluetooth was, everything else is to be tested all the same.

const { resolve } = createRequire(import.meta.url);
const biome = resolve('@biomejs/biome/bin/biome');

if (spawnSync(process.execPath, [biome, '--version']).status === 0) {
  process.exitCode = spawnSync(process.execPath, [biome, 'ci'], { stdio: 'inherit' }).status ?? 1;
} else {
  process.stderr.write('SKIPPED: format and lint need the program of @biomejs/biome, an optional package\n');
}
