import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileFunction } from 'node:vm';
import type { TFLiteWebModelRunner, TFLiteWebModelRunnerTensorInfo } from '@tensorflow/tfjs-tflite';
import { InputError } from '../formats/input-error.ts';

/**
 * TensorFlow Lite in Node, behind an interface so narrow that another runtime can take its place.
 *
 * `@tensorflow/tfjs-tflite` is written for browsers. With no `window` it believes that it is in a web worker, and
 * a global `self` with a `location`, and an `importScripts`, are all that it needs of one. They exist only while
 * the package loads, because other libraries read them as "this is a browser".
 */

export interface TfliteTensor {
  /** Name in the model file, such as `serving_default_waveform:0`. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: 'int8' | 'float32';
  /**
   * The tensor's memory inside the runtime, to write inputs to and read outputs from. Valid until the next
   * `run`: the runtime's memory may move when it grows, so copy what must live longer.
   */
  data(): Int8Array | Float32Array;
}

export interface TfliteModel {
  /** In the order of the model file, which is seldom the order of its author: choose by name or shape. */
  readonly inputs: readonly TfliteTensor[];
  readonly outputs: readonly TfliteTensor[];
  /** Computes the outputs from the inputs. */
  run(): void;
}

/**
 * Loads a model.
 * @param path of a .tflite file
 * @param sha256 what the file's SHA-256 must be, in hexadecimal; unchecked when not given
 * @throws InputError when the file is missing, damaged, or asks for operators that the runtime does not know
 */
export async function loadTflite(path: string, sha256?: string): Promise<TfliteModel> {
  const content = await readModel(path, sha256);
  const { loadTFLiteModel } = await loadPackage();
  complaints.length = 0;
  try {
    // One thread: a beat model is too small for more, and the build that we chose has no others.
    const model = await loadTFLiteModel(content, { numThreads: 1 });
    // Private in the declaration, but the only way past tfjs tensors, which would cost more than the model.
    const runner = (model as unknown as { modelRunner: TFLiteWebModelRunner }).modelRunner;
    return {
      inputs: runner.getInputs().map((info) => asTensor(info, path)),
      outputs: runner.getOutputs().map((info) => asTensor(info, path)),
      run() {
        if (!runner.infer()) throw new Error(`${path}: inference failed: ${complaints.join('; ')}`);
      },
    };
  } catch (error) {
    if (error instanceof InputError) throw error;
    const why = complaints.length > 0 ? complaints.join('; ') : String(error);
    throw new InputError(
      `${path}: the TensorFlow Lite runtime cannot load this model (${why}); export it again`,
    );
  }
}

async function readModel(path: string, sha256: string | undefined): Promise<ArrayBuffer> {
  const content = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new InputError(`${path}: cannot read the model (${error.code}); give the path of a .tflite file`);
  });
  // A flatbuffer carries its file identifier in bytes 4 to 7.
  if (content.length < 8 || content.toString('latin1', 4, 8) !== 'TFL3') {
    throw new InputError(`${path}: not a TensorFlow Lite model (no TFL3 at byte 4); give a .tflite file`);
  }
  if (sha256 !== undefined && createHash('sha256').update(content).digest('hex') !== sha256) {
    throw new InputError(
      `${path}: the model's SHA-256 is not the one on its card; take model and card from one build`,
    );
  }
  return content.buffer.slice(content.byteOffset, content.byteOffset + content.length) as ArrayBuffer;
}

function asTensor(info: TFLiteWebModelRunnerTensorInfo, path: string): TfliteTensor {
  const type = info.dataType;
  if (type !== 'int8' && type !== 'float32') {
    throw new InputError(
      `${path}: tensor ${info.name} is ${type}; only int8 and float32 tensors can be used`,
    );
  }
  const shape = info.shape.split(',').map(Number);
  return { name: info.name, shape, type, data: () => info.data() as Int8Array | Float32Array };
}

/** What the runtime had to say on stderr since the last load: the reason when that load fails. */
const complaints: string[] = [];

type TflitePackage = typeof import('@tensorflow/tfjs-tflite');
let loading: Promise<TflitePackage> | undefined;

function loadPackage(): Promise<TflitePackage> {
  loading ??= loadAsWebWorker();
  return loading;
}

async function loadAsWebWorker(): Promise<TflitePackage> {
  const folder = wasmFolder();
  // The plain SIMD build: left to itself, the package would choose the threaded one.
  const script = await readFile(join(folder, 'tflite_web_api_cc_simd.js'), 'utf8');
  const wasmBinary = await readFile(join(folder, 'tflite_web_api_cc_simd.wasm'));
  const makeModule: (options: object) => Promise<unknown> = compileFunction(
    `${script}\nreturn tflite_web_api_ModuleFactory;`,
  )();

  let removeGlobals = () => {};
  const moduleReady = new Promise((resolve, reject) => {
    removeGlobals = replaceGlobals({
      importScripts: () => {}, // the script is evaluated already
      self: {
        location: { href: 'file:///', origin: 'file://' },
        tflite_web_api_ModuleFactory: (options: object) => {
          const module = makeModule({
            ...options,
            wasmBinary,
            print: noteComplaint,
            printErr: noteComplaint,
          });
          module.then(resolve, reject);
          return module;
        },
      },
    });
  });
  try {
    // Imported here, not at the top, because the package asks for its WebAssembly as soon as it is evaluated.
    const tflite = await import('@tensorflow/tfjs-tflite');
    await moduleReady;
    return tflite;
  } finally {
    removeGlobals();
  }
}

/** Sets properties of the global object; returns what puts back those that were there before. */
function replaceGlobals(replacements: Readonly<Record<string, unknown>>): () => void {
  const undo = Object.entries(replacements).map(([name, value]) => {
    const before = Object.getOwnPropertyDescriptor(globalThis, name);
    Object.defineProperty(globalThis, name, { value, configurable: true });
    return () => {
      if (before) Object.defineProperty(globalThis, name, before);
      else Reflect.deleteProperty(globalThis, name);
    };
  });
  return () => {
    for (const put of undo) put();
  };
}

/** The WebAssembly lies beside the bundle, or, run from source, in the package. */
function wasmFolder(): string {
  const besideBundle = fileURLToPath(new URL('wasm', import.meta.url));
  if (existsSync(besideBundle)) return besideBundle;
  return join(
    dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-tflite/package.json')),
    'wasm',
  );
}

/** Keeps the runtime's reasons for an error message, and its greetings (`INFO: …`) off the terminal. */
function noteComplaint(line: string): void {
  if (line.trim() === '' || line.startsWith('INFO:')) return;
  if (complaints.length < 5) complaints.push(line.replace(/^ERROR: /, ''));
}
