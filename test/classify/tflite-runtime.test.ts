import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { loadTflite, type TfliteModel } from '../../src/classify/tflite-runtime.ts';
import { InputError } from '../../src/formats/input-error.ts';

// Made by test/fixtures/tflite/make-tiny-model.py: the outputs are those of TensorFlow's own interpreter.
const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/tflite/${name}`, import.meta.url));
const tiny = fixture('tiny-int8.tflite');
const golden: {
  inputs: { name: string; shape: number[] }[];
  outputs: { name: string; shape: number[] }[];
  cases: { inputs: Record<string, number[]>; outputs: Record<string, number[]> }[];
} = JSON.parse(readFileSync(fixture('tiny-int8.golden.json'), 'utf8'));

const browserGlobals = ['self', 'importScripts', 'location', 'window', 'tflite_web_api_ModuleFactory'];
const browserGlobalsAtStart = browserGlobals.filter((name) => name in globalThis);

const scratch = mkdtempSync(join(tmpdir(), 'beatlens-tflite-'));
const fileOf = (name: string, content: Uint8Array) => {
  writeFileSync(join(scratch, name), content);
  return join(scratch, name);
};

function outputsOf(model: TfliteModel, inputs: Record<string, number[]>): Record<string, number[]> {
  for (const input of model.inputs) input.data().set(inputs[input.name]!);
  model.run();
  return Object.fromEntries(model.outputs.map((output) => [output.name, Array.from(output.data())]));
}

describe('a TensorFlow Lite model in Node', () => {
  test('has the tensors of the file', async () => {
    const model = await loadTflite(tiny);
    const plain = ({ name, shape }: { name: string; shape: readonly number[] }) => ({ name, shape });
    expect(model.inputs.map(plain)).toEqual(golden.inputs.map(plain));
    expect(model.outputs.map(plain)).toEqual(golden.outputs.map(plain));
    expect(model.inputs.map((input) => input.type)).toEqual(['int8', 'int8']);
  });

  test("gives the Python interpreter's int8 outputs, to the last bit", async () => {
    const model = await loadTflite(tiny);
    for (const { inputs, outputs } of golden.cases) expect(outputsOf(model, inputs)).toEqual(outputs);
  });

  test('can be loaded more than once, side by side', async () => {
    const [first, second] = await Promise.all([loadTflite(tiny), loadTflite(tiny)]);
    const [a, b] = golden.cases as [(typeof golden.cases)[0], (typeof golden.cases)[0]];
    for (const input of first.inputs) input.data().set(a.inputs[input.name]!);
    expect(outputsOf(second, b.inputs)).toEqual(b.outputs);
    expect(outputsOf(first, a.inputs)).toEqual(a.outputs);
  });

  test('leaves no browser globals behind', async () => {
    await loadTflite(tiny);
    expect(browserGlobals.filter((name) => name in globalThis)).toEqual(browserGlobalsAtStart);
  });
});

describe('a model file that cannot be used', () => {
  const content = readFileSync(tiny);

  test.each([
    ['missing', () => join(scratch, 'nowhere.tflite'), /nowhere\.tflite: cannot read the model \(ENOENT\)/],
    ['empty', () => fileOf('empty.tflite', new Uint8Array(0)), /not a TensorFlow Lite model/],
    [
      'something else',
      () => fileOf('text.tflite', Buffer.from('<html>not found</html>')),
      /no TFL3 at byte 4/,
    ],
    [
      'truncated',
      () => fileOf('half.tflite', content.subarray(0, content.length / 2)),
      /cannot load this model/,
    ],
    ['only a head', () => fileOf('head.tflite', content.subarray(0, 8)), /cannot load this model/],
  ])('%s: an error that names the file', async (_, path, message) => {
    const loading = loadTflite(path());
    await expect(loading).rejects.toBeInstanceOf(InputError);
    await expect(loading).rejects.toThrow(message);
  });

  test("not the one on its card: refused by the card's checksum", async () => {
    await expect(loadTflite(tiny, '0'.repeat(64))).rejects.toThrow(/SHA-256 is not the one on its card/);
  });

  test('with bits flipped: loads or is refused, and never harms a model that stands', async () => {
    const sound = await loadTflite(tiny);
    for (let position = 8; position < content.length; position += 61) {
      const damaged = Uint8Array.from(content);
      damaged[position]! ^= 1 << (position % 8);
      await loadTflite(fileOf('damaged.tflite', damaged)).catch((error) =>
        expect(error).toBeInstanceOf(InputError),
      );
    }
    const { inputs, outputs } = golden.cases[0]!;
    expect(outputsOf(sound, inputs)).toEqual(outputs);
  });
});
