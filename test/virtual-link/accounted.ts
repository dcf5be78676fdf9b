import type { Observable } from 'rxjs';
import { expect } from 'vitest';
import { AnySensor } from '../../src/sensors/any-sensor.ts';
import type { SourceItem } from '../../src/sources/source.ts';
import { StageClock, through } from '../../src/stage.ts';
import { Timeline } from '../../src/timeline/timeline.ts';
import { numbered, UNITS_PER_MILLIVOLT } from './accounted-signal.ts';

/** How many samples of the test signal came, and how many are told to be missing. */
export interface Account {
  readonly samples: number;
  readonly missing: number;
  readonly gaps: number;
}

/**
 * Checks that spans and gaps tile the time, and that every sample stands where it was taken: so that each is
 * either there or in a gap.
 */
export async function accountOf(items: Observable<SourceItem>): Promise<Account> {
  const clock = new StageClock();
  const account = { samples: 0, missing: 0, gaps: 0 };
  let next = 0;
  let offset: number | undefined;
  const spans = items.pipe(
    through('decode', () => new AnySensor(), clock),
    through('timeline', () => new Timeline(), clock),
  );
  await spans.forEach((span) => {
    if (span.kind === 'samples') {
      offset ??= Math.round(span.millivolts[0] * UNITS_PER_MILLIVOLT);
      const expected = numbered(offset + span.start, span.millivolts.length);
      const isThere = span.millivolts.every((value, n) => Math.abs(value - expected[n]) < 1e-6);
      expect({ start: span.start, isThere }).toEqual({ start: next, isThere: true });
      next = span.start + span.millivolts.length;
      account.samples += span.millivolts.length;
    } else if (span.kind === 'gap') {
      expect(span.start).toBe(next);
      next = span.start + span.length;
      account.missing += span.length;
      account.gaps++;
    }
  });
  return account;
}
