import { identity, type Observable, type OperatorFunction } from 'rxjs';
import { AlertRaiser } from './alerts/alert.ts';
import type { Beat } from './beats/beat.ts';
import { BeatBuilder } from './beats/beat-builder.ts';
import { RPeakDetector } from './beats/r-peak-detector.ts';
import { ReferencePeaks } from './beats/reference-peaks.ts';
import type { BeatModel } from './classify/beat-model.ts';
import { Classifier } from './classify/classifier.ts';
import { RhythmClassifier } from './classify/rhythm-classifier.ts';
import type { RhythmModel } from './classify/rhythm-model.ts';
import type { RhythmVerdict } from './classify/rhythm-verdict.ts';
import { Explainer } from './explain/explainer.ts';
import type { OutputItem } from './outputs/output-item.ts';
import { AnySensor } from './sensors/any-sensor.ts';
import { Conditioner } from './signal/conditioner.ts';
import type { Signal } from './signal/signal.ts';
import type { Source } from './sources/source.ts';
import { type Item, type StageClock, through } from './stage.ts';
import type { Gap } from './timeline/span.ts';
import { Timeline } from './timeline/timeline.ts';

export interface GatewayOptions {
  /** R peaks to use in place of the detector's, seconds since the stream began: for evaluation. */
  readonly referencePeaks?: Float64Array | undefined;
  /** A second opinion on each beat, from the two seconds around it. */
  readonly rhythmModel?: RhythmModel | undefined;
  /** Opens the quality gate: noisy beats are judged all the same, to see what the gate is worth. */
  readonly judgeNoisy?: boolean | undefined;
}

/**
 * The product: notifications of an ECG sensor become explained arrhythmia alerts.
 * Each line is one stage, each stage one room; what a stage does not take passes by in order.
 */
export function gateway(
  source: Source,
  model: BeatModel,
  clock: StageClock,
  { referencePeaks, rhythmModel, judgeNoisy = false }: GatewayOptions = {},
): Observable<OutputItem> {
  const findRPeaks = () => (referencePeaks ? new ReferencePeaks(referencePeaks) : new RPeakDetector());
  return source.items.pipe(
    through('decode', () => new AnySensor(), clock), //         notification → block of samples
    through('timeline', () => new Timeline(), clock), //        block → span: samples in their place in time, or a gap
    through('signal', () => new Conditioner(), clock), //       span → filtered signal and its quality
    through('r-peaks', findRPeaks, clock), //                  signal → R peaks
    through('beats', () => new BeatBuilder(), clock), //        R peak → beat with rhythm context and running template
    secondOpinion(rhythmModel, clock), //                       beat → rhythm verdict beside it, where asked for
    through('classify', () => new Classifier(model, judgeNoisy), clock), // beat → verdict
    through('explain', () => new Explainer(model), clock), //   flagged verdict → why
    through('alerts', () => new AlertRaiser(), clock), //       explained verdict → alert
  );
}

/** The opt-in stage: without a rhythm model it is not there, and costs nothing. */
function secondOpinion<T extends Item>(
  model: RhythmModel | undefined,
  clock: StageClock,
): OperatorFunction<T, T | Signal | Gap | Beat | RhythmVerdict> {
  return model === undefined ? identity : through('rhythm', () => new RhythmClassifier(model), clock);
}
