import { cp, mkdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';

// One bundle a program. The TFLite runtime's WebAssembly is copied beside them,
// so that dist/ and models/ together run without node_modules.
const require = createRequire(import.meta.url);
const wasm = join(dirname(require.resolve('@tensorflow/tfjs-tflite/package.json')), 'wasm');

await rm('dist', { recursive: true, force: true });
await mkdir('dist/wasm', { recursive: true });
await build({
  entryPoints: {
    beatlens: 'src/cli/main.ts',
    bench: 'src/cli/bench.ts',
    agreement: 'src/cli/agreement.ts',
    judge: 'src/cli/judge.ts',
    figures: 'src/cli/figures.ts',
    'paper-figures': 'src/cli/paper-figures.ts',
    'export-beats': 'models/training/export-beats.ts',
    'export-humps': 'models/detector/export-humps.ts',
    'export-noise': 'models/training/export-noise.ts',
    'export-windows': 'models/training/export-windows.ts',
    'export-textures': 'models/quality/export-textures.ts',
    quality: 'models/quality/curve.ts',
    detection: 'models/detector/score.ts',
    'measure-windows': 'models/training/measure-windows.ts',
    'make-recordings': 'recordings/make.ts',
  },
  bundle: true,
  outdir: 'dist',
  platform: 'node',
  target: 'node20',
  format: 'esm',
  // Some dependencies are CommonJS and ask for Node's own modules through require.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  sourcemap: 'linked',
  legalComments: 'linked',
});
for (const file of ['tflite_web_api_cc_simd.js', 'tflite_web_api_cc_simd.wasm']) {
  await cp(join(wasm, file), join('dist/wasm', file));
}
const renderer = join(dirname(require.resolve('@resvg/resvg-wasm')), 'index_bg.wasm');
await cp(renderer, 'dist/wasm/resvg.wasm');
