import type { Alert } from '../alerts/alert.ts';
import type { RhythmVerdict } from '../classify/rhythm-verdict.ts';
import type { ExplainedVerdict } from '../explain/explanation.ts';
import type { BadFrame, SensorInfo, SensorStatus } from '../sensors/sensor.ts';
import type { QualityChange, Signal } from '../signal/signal.ts';
import type { LinkChange, SourceFault } from '../sources/source.ts';
import type { ClockReport } from '../timeline/clock-report.ts';
import type { Gap } from '../timeline/span.ts';

/** Everything that leaves the gateway, in stream order; what an output takes. */
export type OutputItem =
  | LinkChange
  | SourceFault
  | SensorInfo
  | SensorStatus
  | BadFrame
  | Gap
  | ClockReport
  | QualityChange
  | Signal
  | ExplainedVerdict
  | RhythmVerdict
  | Alert;
