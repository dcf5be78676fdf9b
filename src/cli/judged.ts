import { lastValueFrom, tap } from 'rxjs';
import type { BeatModel } from '../classify/beat-model.ts';
import type { Verdict } from '../classify/verdict.ts';
import { type GatewayOptions, gateway } from '../gateway.ts';
import type { OutputItem } from '../outputs/output-item.ts';
import type { Source } from '../sources/source.ts';
import { StageClock } from '../stage.ts';
import { GRID_RATE } from '../timeline/span.ts';

/** What the gateway made of a source. */
export interface Judged {
  /** One for each beat, in order. */
  readonly verdicts: readonly Verdict[];
  /** Where the signal ended, seconds. */
  readonly duration: number;
}

/** Runs a source through the gateway to its end, and keeps the verdicts. @param hear told of everything */
export async function judged(
  source: Source,
  model: BeatModel,
  options: GatewayOptions = {},
  hear: (item: OutputItem) => void = () => {},
): Promise<Judged> {
  const verdicts: Verdict[] = [];
  let duration = 0;
  const items = gateway(source, model, new StageClock(), options).pipe(
    tap((item) => {
      hear(item);
      if (item.kind === 'explained') verdicts.push(item.verdict);
      else if (item.kind === 'signal') duration = item.time + item.ecg.length / GRID_RATE;
    }),
  );
  await lastValueFrom(items, { defaultValue: undefined });
  return { verdicts, duration };
}
