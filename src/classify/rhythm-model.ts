import { dirname, join } from 'node:path';
import { cardPath, readCard } from './card-file.ts';
import type { ModelCard } from './model-card.ts';
import { RHYTHM_CLASSES } from './rhythm-verdict.ts';
import { RHYTHM_RATE, RHYTHM_WINDOW } from './rhythm-window.ts';
import { type Quantisation, read, tensor, write } from './tensors.ts';
import { loadTflite, type TfliteModel, type TfliteTensor } from './tflite-runtime.ts';

/** What the gateway must know of a rhythm model beside its .tflite file; `models/training/paper/` writes it as JSON. */
export interface RhythmCard {
  readonly name: string;
  /** File name of the model, beside the card. */
  readonly file: string;
  readonly sha256: string;
  readonly classes: readonly string[];
  readonly window: { readonly samples: number; readonly rate: number };
  readonly quantisation: {
    readonly window: Quantisation;
    readonly scores: Quantisation;
    readonly featureMaps?: Quantisation;
  };
  /** Shape of the last convolution's output, and where its steps lie relative to the R peak, seconds; none for an LSTM. */
  readonly featureMaps?: ModelCard['featureMaps'];
}

/** What the gateway asks of a rhythm model. */
export interface RhythmModel {
  readonly card: RhythmCard;
  /**
   * Runs the model on the two seconds around one beat.
   * @param window as `rhythmInput` makes it
   * @returns class scores (logits) in the order of RHYTHM_CLASSES
   */
  scores(window: Float32Array): Float32Array;
  /** Feature maps [step × channel] of the window that was scored last: a copy. None where the card says of none. */
  featureMaps(): Float32Array | undefined;
}

/** A TFLite rhythm model, CNN or LSTM, int8 or (to compare with) float. */
class TfliteRhythmModel implements RhythmModel {
  readonly card: RhythmCard;
  readonly #model: TfliteModel;
  readonly #window: TfliteTensor;
  readonly #scores: TfliteTensor;
  readonly #featureMaps: TfliteTensor | undefined;

  constructor(card: RhythmCard, model: TfliteModel) {
    const maps = card.featureMaps;
    this.card = card;
    this.#model = model;
    this.#window = tensor(card, model.inputs, [1, RHYTHM_WINDOW, 1]);
    this.#scores = tensor(card, model.outputs, [1, RHYTHM_CLASSES.length]);
    this.#featureMaps = maps && tensor(card, model.outputs, [1, maps.steps, maps.channels]);
  }

  scores(window: Float32Array): Float32Array {
    const { quantisation } = this.card;
    write(window, this.#window.data(), quantisation.window);
    this.#model.run();
    return read(this.#scores.data(), quantisation.scores);
  }

  featureMaps(): Float32Array | undefined {
    const { featureMaps } = this.card.quantisation;
    return this.#featureMaps && featureMaps && read(this.#featureMaps.data(), featureMaps);
  }
}

/** The rhythm models that ship, by name. */
const SHIPPED = { cnn: 'rhythm-cnn.json', lstm: 'rhythm-lstm.json' };

/**
 * Loads a rhythm model.
 * @param model `cnn` or `lstm`, the models that ship, or the path of a model card
 * @throws InputError when card or model is missing, damaged, or not made for this gateway
 */
export async function loadRhythmModel(model: string): Promise<RhythmModel> {
  const path = cardPath(model, SHIPPED);
  const card = await readCard<RhythmCard>(
    path,
    ({ classes, window }) =>
      classes?.join() === RHYTHM_CLASSES.join() &&
      window?.samples === RHYTHM_WINDOW &&
      window.rate === RHYTHM_RATE,
  );
  return new TfliteRhythmModel(card, await loadTflite(join(dirname(path), card.file), card.sha256));
}
