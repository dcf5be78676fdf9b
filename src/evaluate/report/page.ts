import type { WorstStretch } from '../worst-stretch.ts';
import type { EvaluationReport } from './evaluation-report.ts';
export function evaluationPage(
  report: EvaluationReport,
  _worst: readonly { record: string; stretch: WorstStretch }[],
): string {
  return JSON.stringify(report);
}
