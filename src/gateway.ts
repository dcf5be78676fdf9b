import type { Observable } from 'rxjs';
import { AlertRaiser } from './alerts/alert.ts';
import { BeatBuilder } from './beats/beat-builder.ts';
import { RPeakDetector } from './beats/r-peak-detector.ts';
import { ReferencePeaks } from './beats/reference-peaks.ts';
import type { BeatModel } from './classify/beat-model.ts';
import { Classifier } from './classify/classifier.ts';
import { Explainer } from './explain/explainer.ts';
import type { OutputItem } from './outputs/output-item.ts';
import { AnySensor } from './sensors/any-sensor.ts';
import { Conditioner } from './signal/conditioner.ts';
import type { Source } from './sources/source.ts';
import { type StageClock, through } from './stage.ts';
import { Timeline } from './timeline/timeline.ts';

export interface GatewayOptions {
  /** R peaks to use in place of the detector's, seconds since the stream began: for evaluation. */
  readonly referencePeaks?: Float64Array | undefined;
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
  { referencePeaks, judgeNoisy = false }: GatewayOptions = {},
): Observable<OutputItem> {
  const findRPeaks = () => (referencePeaks ? new ReferencePeaks(referencePeaks) : new RPeakDetector());
  return source.items.pipe(
    through('decode', () => new AnySensor(), clock), //         notification → block of samples
    through('timeline', () => new Timeline(), clock), //        block → span: samples in their place in time, or a gap
    through('signal', () => new Conditioner(), clock), //       span → filtered signal and its quality
    through('r-peaks', findRPeaks, clock), //                  signal → R peaks
    through('beats', () => new BeatBuilder(), clock), //        R peak → beat with rhythm context and running template
    through('classify', () => new Classifier(model, judgeNoisy), clock), // beat → verdict
    through('explain', () => new Explainer(model), clock), //   flagged verdict → why
    through('alerts', () => new AlertRaiser(), clock), //       explained verdict → alert
  );
}
