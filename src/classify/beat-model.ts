import { dirname, join } from 'node:path';
import { RHYTHM_FEATURES } from '../beats/rhythm.ts';
import { WAVEFORM_CHANNELS, WAVEFORM_STEPS } from '../beats/waveform.ts';
import { cardPath, readCard } from './card-file.ts';
import type { ModelCard } from './model-card.ts';
import { read, tensor, write } from './tensors.ts';
import { loadTflite, type TfliteModel, type TfliteTensor } from './tflite-runtime.ts';
import { CLASSES } from './verdict.ts';

/** What the gateway asks of a beat model. */
export interface BeatModel {
  readonly card: ModelCard;
  /**
   * Runs the model on one beat.
   * @param waveform [WAVEFORM_STEPS × WAVEFORM_CHANNELS]
   * @param rhythm in the order of RHYTHM_FEATURES
   * @returns class scores (logits) in the order of CLASSES: the caller's to change
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

/** The beat models that ship, by name. */
const SHIPPED = { default: 'beat.json', tiny: 'beat-tiny.json' };

/**
 * Loads a beat model.
 * @param model `default` or `tiny`, the models that ship, or the path of a model card
 * @throws InputError when card or model is missing, damaged, or not made for this gateway
 */
export async function loadBeatModel(model = 'default'): Promise<BeatModel> {
  const path = cardPath(model, SHIPPED);
  const card = await readCard<ModelCard>(
    path,
    ({ rhythmFeatures, classes, heads, supraventricular }) =>
      rhythmFeatures?.join() === RHYTHM_FEATURES.join() &&
      classes?.join() === CLASSES.join() &&
      heads?.every(({ biasOfS }) => biasOfS !== undefined) === true &&
      supraventricular !== undefined,
  );
  return new TfliteBeatModel(card, await loadTflite(join(dirname(path), card.file), card.sha256));
}
