import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RHYTHM_FEATURES } from '../beats/rhythm.ts';
import { WAVEFORM_CHANNELS, WAVEFORM_STEPS } from '../beats/waveform.ts';
import { clamp } from '../dsp/clamp.ts';
import { InputError } from '../formats/input-error.ts';
import type { ModelCard } from './model-card.ts';
import { loadTflite, type TfliteModel, type TfliteTensor } from './tflite-runtime.ts';
import { CLASSES } from './verdict.ts';

/** What the gateway asks of a beat model. */
export interface BeatModel {
  readonly card: ModelCard;
  /**
   * Runs the model on one beat.
   * @param waveform [WAVEFORM_STEPS × WAVEFORM_CHANNELS]
   * @param rhythm in the order of RHYTHM_FEATURES
   * @returns class scores (logits) in the order of CLASSES
   */
  scores(waveform: Float32Array, rhythm: Float32Array): Float32Array;
  /** Feature maps [step × channel] of the beat that was scored last: a copy. */
  featureMaps(): Float32Array;
}

/** A TFLite beat model, int8 or (to compare with) float: one run gives the class scores, and leaves the feature maps to be read if wanted. */
class TfliteBeatModel implements BeatModel {
  readonly card: ModelCard;
  readonly #model: TfliteModel;
  readonly #waveform: TfliteTensor;
  readonly #rhythm: TfliteTensor;
  readonly #scores: TfliteTensor;
  readonly #featureMaps: TfliteTensor;

  constructor(card: ModelCard, model: TfliteModel) {
    const { steps, channels } = card.featureMaps;
    this.card = card;
    this.#model = model;
    this.#waveform = tensor(card, model.inputs, [1, WAVEFORM_STEPS, WAVEFORM_CHANNELS]);
    this.#rhythm = tensor(card, model.inputs, [1, RHYTHM_FEATURES.length]);
    this.#scores = tensor(card, model.outputs, [1, CLASSES.length]);
    this.#featureMaps = tensor(card, model.outputs, [1, steps, channels]);
  }

  scores(waveform: Float32Array, rhythm: Float32Array): Float32Array {
    const { quantisation } = this.card;
    write(waveform, this.#waveform.data(), quantisation.waveform);
    write(rhythm, this.#rhythm.data(), quantisation.rhythm);
    this.#model.run();
    return read(this.#scores.data(), quantisation.scores);
  }

  featureMaps(): Float32Array {
    return read(this.#featureMaps.data(), this.card.quantisation.featureMaps);
  }
}

type Quantisation = ModelCard['quantisation']['scores'];

/** Writes real values into a tensor. */
function write(
  values: Float32Array,
  into: Int8Array | Float32Array,
  { scale, zeroPoint }: Quantisation,
): void {
  if (into instanceof Float32Array) {
    into.set(values);
    return;
  }
  for (let i = 0; i < values.length; i++) {
    const step = Math.floor(values[i] / scale + 0.5) + zeroPoint;
    into[i] = clamp(step, -128, 127);
  }
}

/** Reads a tensor as real values: a copy. */
function read(values: Int8Array | Float32Array, { scale, zeroPoint }: Quantisation): Float32Array {
  if (values instanceof Float32Array) return values.slice();
  const out = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) out[i] = scale * (values[i] - zeroPoint);
  return out;
}

/** Finds a tensor by its shape: converters rename tensors and reorder them, but never reshape them. */
function tensor(card: ModelCard, tensors: readonly TfliteTensor[], shape: readonly number[]): TfliteTensor {
  const found = tensors.find((candidate) => candidate.shape.join() === shape.join());
  if (found === undefined) {
    throw new InputError(
      `${card.file}: no tensor of shape [${shape}], which the card of model ${card.name} promises; take model and card from one build`,
    );
  }
  return found;
}

/** Where the models lie: beside the bundle's folder, or, run from source, two folders up. */
function modelsFolder(): string {
  const beside = fileURLToPath(new URL('../models', import.meta.url));
  return existsSync(join(beside, DEFAULT_CARD))
    ? beside
    : fileURLToPath(new URL('../../models', import.meta.url));
}

const DEFAULT_CARD = 'beat.json';

/**
 * Loads a beat model by its card.
 * @param card path of a model card; the model that ships when not given
 * @throws InputError when card or model is missing, damaged, or not made for this gateway
 */
export async function loadBeatModel(card?: string): Promise<BeatModel> {
  const path = card ?? join(modelsFolder(), DEFAULT_CARD);
  const content = await readCard(path);
  return new TfliteBeatModel(content, await loadTflite(join(dirname(path), content.file), content.sha256));
}

async function readCard(path: string): Promise<ModelCard> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new InputError(
      `${path}: cannot read the model card (${error.code}); give the .json file beside the model`,
    );
  });
  let card: ModelCard;
  try {
    card = JSON.parse(text) as ModelCard;
  } catch {
    throw new InputError(`${path}: not JSON; give the model card (.json), not the model (.tflite)`);
  }
  if (card?.rhythmFeatures?.join() !== RHYTHM_FEATURES.join() || card.classes?.join() !== CLASSES.join()) {
    throw new InputError(
      `${path}: a card for other inputs or classes than this gateway's; train the model again with this version`,
    );
  }
  return card;
}
