import type { BeatModel } from '../../src/classify/beat-model.ts';
import type { ModelCard } from '../../src/classify/model-card.ts';
import { CLASSES } from '../../src/classify/verdict.ts';

/** Judges nothing: every beat is normal, none is flagged. For exports, where only the inputs that it is given matter. */
export const untrained: BeatModel = {
  card: { temperature: 1, thresholds: { S: 2, V: 2, F: 2 } } as unknown as ModelCard,
  scores: () => new Float32Array(CLASSES.length),
  featureMaps: () => new Float32Array(0),
};
