import type { Verdict } from '../classify/verdict.ts';

/** What of a beat is marked beside a trace. */
export interface MarkedBeat {
  /** Of the R peak, on the gateway's grid. */
  readonly index: number;
  readonly class: Verdict['class'];
  readonly flagged: boolean;
}

export function marked({ beat, class: name, flagged }: Verdict): MarkedBeat {
  return { index: beat.index, class: name, flagged };
}
