import type { Verdict } from '../classify/verdict.ts';
import type { ExplainedVerdict, Explanation } from '../explain/explanation.ts';
import type { Stage } from '../stage.ts';

/** A flagged beat, with the reason why, for a person to see. */
export interface Alert {
  readonly kind: 'alert';
  readonly verdict: Verdict;
  readonly explanation: Explanation;
}

/** Raises an alert for every flagged beat, after the beat itself. */
export class AlertRaiser implements Stage<ExplainedVerdict, ExplainedVerdict | Alert> {
  readonly takes = ['explained'] as const;

  push(item: ExplainedVerdict): readonly (ExplainedVerdict | Alert)[] {
    const { verdict, explanation } = item;
    return explanation ? [item, { kind: 'alert', verdict, explanation }] : [item];
  }

  flush(): readonly never[] {
    return [];
  }
}
