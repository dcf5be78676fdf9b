import type { RPeak } from '../../src/beats/beat.ts';
import { RPeakDetector } from '../../src/beats/r-peak-detector.ts';
import type { Signal } from '../../src/signal/signal.ts';

/** The R peaks that the detector finds in a recording, the quality gate open. */
export function rPeaks(signals: readonly Signal[]): RPeak[] {
  const detector = new RPeakDetector();
  const items = signals.flatMap((signal) => detector.push({ ...signal, flaw: undefined }));
  return [...items, ...detector.flush()].filter((item) => item.kind === 'r-peak');
}
