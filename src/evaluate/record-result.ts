import type { Confusion } from './confusion.ts';
import type { Delays } from './delays.ts';
import type { Comparison } from './record.ts';
import type { WorstStretch } from './worst-stretch.ts';

/** Everything that evaluation knows of a record. */
export interface RecordResult extends Comparison {
  /** The comparison again, with matches within NEAR_WINDOW only. */
  readonly near: Confusion;
  /** The comparison with the quality gate closed, where it was opened: beats in noise count as not judged. */
  readonly gated: Confusion;
  readonly delays: Delays;
  /** For a report only, and where there is an error at all. */
  readonly worst: WorstStretch | undefined;
}
