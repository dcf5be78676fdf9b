import type { Beat } from '../beats/beat.ts';
import { Irregularity } from '../beats/irregularity.ts';
import type { Stage } from '../stage.ts';
import type { BeatModel } from './beat-model.ts';
import type { ModelCard } from './model-card.ts';
import { Morphologies } from './morphologies.ts';
import { OwnShare, scoreOfShare } from './own-share.ts';
import { type BeatClass, CLASSES, type Verdict } from './verdict.ts';

const NOTHING = new Float32Array(CLASSES.length);
/** In this order: what reaches the threshold of V is not asked whether it is S. */
const ARRHYTHMIC = ['V', 'F', 'S'] as const;
const WITHOUT_S = ['V', 'F'] as const;
const S = CLASSES.indexOf('S');
const V = CLASSES.indexOf('V');

/**
 * A beat becomes a verdict: a class by the model, or Q, unjudged, where the signal forbids one.
 *
 * Supraventricular beats are told from normal ones by coming early, so a beat is called S only where that can be
 * known: not after a gap, nor after a beat that was ventricular or not judged, whose place says nothing of when the
 * next one was due. So the beat after an interpolated ventricular beat, or after a movement taken for one, is spared.
 * Nor where the rhythm is as irregular as in atrial fibrillation, in which no beat is due at all.
 *
 * The model sees a beat and what is usual; what the patient's beats before were like moves its scores: how many were
 * S (OwnShare), and how ventricular those of the same morphology looked (Morphologies).
 */
export class Classifier implements Stage<Beat, Verdict> {
  readonly takes = ['beat'] as const;
  readonly #model: BeatModel;
  readonly #judgeNoisy: boolean;
  readonly #ownShare: OwnShare;
  readonly #morphologies = new Morphologies();
  /** Of the intervals from one normal beat to the next: ectopic beats are no part of it. */
  readonly #normalRhythm = new Irregularity();
  /** Class of the beat before. */
  #before: Verdict['class'] = 'Q';

  /** @param judgeNoisy whether beats in noise are judged all the same */
  constructor(model: BeatModel, judgeNoisy = false) {
    this.#model = model;
    this.#judgeNoisy = judgeNoisy;
    this.#ownShare = new OwnShare(model.card.supraventricular);
  }

  push(beat: Beat): readonly Verdict[] {
    const forbidden = beat.flaw !== undefined && !(this.#judgeNoisy && beat.flaw === 'noisy');
    const verdict = forbidden ? unjudged(beat, beat.flaw) : this.#judge(beat);
    if (verdict.class === 'N' && this.#before === 'N' && beat.rrBefore)
      this.#normalRhythm.push(beat.rrBefore);
    this.#before = verdict.class;
    return [verdict];
  }

  flush(): readonly never[] {
    return [];
  }

  #judge(beat: Beat): Verdict {
    const { card } = this.#model;
    const ownShare = this.#ownShare.share;
    const scores = this.#model.scores(beat.waveform, beat.rhythm);
    const beatsBefore = new Float32Array(CLASSES.length);
    beatsBefore[S] = scoreOfShare(ownShare, card);
    beatsBefore[V] =
      card.temperature * this.#morphologies.push(beat.waveform, logOdds(scores, V, card.temperature));
    for (let c = 0; c < CLASSES.length; c++) scores[c] += beatsBefore[c];
    const probabilities = softmax(scores, card.temperature);
    const decided = decide(probabilities, card.thresholds, this.#mayBeEarly(beat) ? ARRHYTHMIC : WITHOUT_S);
    this.#ownShare.push(decided === 'S');
    const flagged = decided !== 'N';
    return {
      kind: 'verdict',
      beat,
      class: decided,
      reason: undefined,
      probabilities,
      scores,
      beatsBefore,
      ownShare,
      flagged,
      featureMaps: flagged ? this.#model.featureMaps() : undefined,
    };
  }

  /** Whether it can be known that the beat is early, if it is. */
  #mayBeEarly({ rrBefore }: Beat): boolean {
    const { mostIrregular } = this.#model.card.supraventricular;
    const isDue = rrBefore !== undefined && this.#before !== 'V' && this.#before !== 'Q';
    return isDue && this.#normalRhythm.lately <= mostIrregular;
  }
}

function unjudged(beat: Beat, reason: string): Verdict {
  return {
    kind: 'verdict',
    beat,
    class: 'Q',
    reason,
    probabilities: NOTHING,
    scores: NOTHING,
    beatsBefore: NOTHING,
    ownShare: undefined,
    flagged: false,
    featureMaps: undefined,
  };
}

/**
 * Of the classes that may be, the first that reaches its threshold, or N.
 * @param probabilities in the order of CLASSES
 */
export function decide(
  probabilities: Float32Array,
  thresholds: ModelCard['thresholds'],
  possible: readonly (typeof ARRHYTHMIC)[number][] = ARRHYTHMIC,
): BeatClass {
  const reaches = (name: (typeof possible)[number]) =>
    probabilities[CLASSES.indexOf(name)] >= thresholds[name];
  return possible.find(reaches) ?? 'N';
}

/** Of one class against all others. */
function logOdds(scores: Float32Array, of: number, temperature: number): number {
  const others = scores.filter((_, c) => c !== of);
  const highest = Math.max(...others);
  const sum = others.reduce((sum, score) => sum + Math.exp((score - highest) / temperature), 0);
  return (scores[of] - highest) / temperature - Math.log(sum);
}

/** @param temperature above 1 softens overconfident probabilities (Guo et al. 2017) */
export function softmax(scores: Float32Array, temperature: number): Float32Array {
  const highest = Math.max(...scores);
  const weights = scores.map((score) => Math.exp((score - highest) / temperature));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}
