import type { ModelCard } from '../classify/model-card.ts';
import { CLASSES, type Verdict } from '../classify/verdict.ts';
import type { Stage } from '../stage.ts';
import { type ExplainedVerdict, type Explanation, rhythmContribution } from './explanation.ts';
import { globalMaximum, gradCam } from './grad-cam.ts';
import { attribute } from './head.ts';
import { delineate, waveShares } from './waves.ts';
import { inWords } from './words.ts';

/** Explains flagged beats, and only those: nothing is computed for the others. */
export class Explainer implements Stage<Verdict, ExplainedVerdict> {
  readonly takes = ['verdict'] as const;
  readonly #card: ModelCard;

  constructor(model: { readonly card: ModelCard }) {
    this.#card = model.card;
  }

  push(verdict: Verdict): readonly ExplainedVerdict[] {
    const { flagged, featureMaps } = verdict;
    const explanation = flagged && featureMaps ? explain(verdict, featureMaps, this.#card) : undefined;
    return [{ kind: 'explained', verdict, explanation }];
  }

  flush(): readonly never[] {
    return [];
  }
}

function explain(verdict: Verdict, featureMaps: Float32Array, card: ModelCard): Explanation {
  const { beat, scores } = verdict;
  const { channels, start, step } = card.featureMaps;
  const target = CLASSES.indexOf(verdict.class as (typeof CLASSES)[number]);
  const head = attribute(card.heads, globalMaximum(featureMaps, channels), beat.rhythm, target);
  const rhythm = card.rhythmFeatures.map((feature, i) => ({
    feature,
    value: beat.rhythm[i],
    contribution: head.rhythm[i],
  }));
  const relevance = gradCam(featureMaps, head.gradient, channels);
  const bounds = delineate(beat);
  const waves = waveShares(relevance, start, step, bounds);
  const beatsBefore = verdict.beatsBefore[target];
  // The verdict was reached in int8: against its score, the intercept also takes up what rounding did.
  const score = scores[target];
  const { waveform } = head;
  const intercept = score - waveform - rhythmContribution({ rhythm }) - beatsBefore;
  const sentence = inWords({
    verdict,
    waveform,
    rhythm,
    waves,
    beatsBefore,
    qrsWidth: bounds.qrsOffset - bounds.qrsOnset,
  });
  return {
    score,
    waveform,
    rhythm,
    beatsBefore,
    intercept,
    relevance,
    relevanceStart: start,
    relevanceStep: step,
    waves,
    sentence,
  };
}
