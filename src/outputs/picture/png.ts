import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError } from '../../formats/input-error.ts';

/** Where systems keep their fonts. */
const FONT_FOLDERS = [
  '/usr/share/fonts',
  '/usr/local/share/fonts',
  '/System/Library/Fonts',
  'C:\\Windows\\Fonts',
];
/** Fonts for reading, the likelier first: file and family. */
const FONTS = [
  ['DejaVuSans.ttf', 'DejaVu Sans'],
  ['LiberationSans-Regular.ttf', 'Liberation Sans'],
  ['NotoSans-Regular.ttf', 'Noto Sans'],
  ['Helvetica.ttc', 'Helvetica'],
  ['arial.ttf', 'Arial'],
] as const;

/**
 * Draws an SVG as a PNG.
 * @param width pixels
 * @throws InputError where the machine has no font to write with
 */
export async function pngOf(svg: string, width: number): Promise<Uint8Array> {
  const { file, family } = await readableFont();
  const font = await readFile(file);
  const { initWasm, Resvg } = await import('@resvg/resvg-wasm');
  started ??= initWasm(await readFile(wasmFile()));
  await started;
  const drawing = new Resvg(svg, {
    fitTo: { mode: 'width', value: width },
    // One font, whatever family is asked for.
    font: { fontBuffers: [font], defaultFontFamily: family, sansSerifFamily: family },
  });
  return drawing.render().asPng();
}

let started: Promise<void> | undefined;

/** The renderer's WebAssembly lies beside the bundle, or, run from source, in the package. */
function wasmFile(): string {
  const besideBundle = fileURLToPath(new URL('wasm/resvg.wasm', import.meta.url));
  if (existsSync(besideBundle)) return besideBundle;
  return join(dirname(createRequire(import.meta.url).resolve('@resvg/resvg-wasm')), 'index_bg.wasm');
}

async function readableFont(): Promise<{ readonly file: string; readonly family: string }> {
  for (const folder of FONT_FOLDERS) {
    const files = await readdir(folder, { recursive: true }).catch(() => []);
    for (const [name, family] of FONTS) {
      const found = files.find((file) => file.endsWith(name));
      if (found) return { file: join(folder, found), family };
    }
  }
  throw new InputError(
    'no font was found to write on a PNG with: install one (apt-get install fonts-dejavu-core), or write an .svg.',
  );
}
