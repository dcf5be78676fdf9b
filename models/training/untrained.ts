import type { BeatModel } from '../../src/classify/beat-model.ts';
import type { ModelCard } from '../../src/classify/model-card.ts';
import { CLASSES } from '../../src/classify/verdict.ts';

const nothing = { scale: 1, zeroPoint: 0 };

/** Whole, without a cast: so that what the gateway comes to read of a card cannot be missing here. */
const card: ModelCard = {
  name: 'untrained',
  file: '',
  sha256: '',
  classes: CLASSES,
  rhythmFeatures: [],
  quantisation: { waveform: nothing, rhythm: nothing, scores: nothing, featureMaps: nothing },
  featureMaps: { steps: 0, channels: 0, start: 0, step: 0 },
  temperature: 1,
  thresholds: { S: 2, V: 2, F: 2 },
  supraventricular: { mostIrregular: 1, usualShare: 0.05, ofBeats: 400, mostShift: 1 },
  heads: [],
};

/** Judges nothing: every beat is normal, none is flagged. For exports, where only the inputs that it is given matter. */
export const untrained: BeatModel = {
  card,
  scores: () => new Float32Array(CLASSES.length),
  featureMaps: () => new Float32Array(0),
};
