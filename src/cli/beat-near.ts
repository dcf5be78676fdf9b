import { lastValueFrom, takeWhile, tap } from 'rxjs';
import type { BeatModel } from '../classify/beat-model.ts';
import type { ExplainedVerdict } from '../explain/explanation.ts';
import { InputError } from '../formats/input-error.ts';
import { gateway } from '../gateway.ts';
import { type MarkedBeat, marked } from '../outputs/marked-beat.ts';
import { clockTime } from '../outputs/numbers.ts';
import { SignalRing } from '../outputs/signal-ring.ts';
import type { Source } from '../sources/source.ts';
import { StageClock } from '../stage.ts';
import { GRID_RATE } from '../timeline/span.ts';
import { UsageError } from './usage-error.ts';

/** Signal kept around the beat: what any picture or window of it takes, and the beats after it to be judged, seconds. */
const AROUND = 4;
const KEPT_SECONDS = 60;

/** The beat nearest to a time, with what surrounds it. */
export interface NearBeat {
  readonly found: ExplainedVerdict;
  readonly signal: SignalRing;
  /** Beats around it, in order. */
  readonly beats: readonly MarkedBeat[];
  /** The flagged beat nearest to that time, if any was heard. */
  readonly flagged: ExplainedVerdict | undefined;
}

/**
 * Runs a source through the gateway as far as the beat nearest to a time, and a little further.
 * @param at seconds since the stream began
 * @throws UsageError where the stream ends before; InputError where it has no beat
 */
export async function beatNear(source: Source, model: BeatModel, at: number): Promise<NearBeat> {
  const signal = new SignalRing(KEPT_SECONDS * GRID_RATE);
  const beats: MarkedBeat[] = [];
  let found: ExplainedVerdict | undefined;
  let flagged: ExplainedVerdict | undefined;
  let end = 0;
  const nearer = (one: ExplainedVerdict, other: ExplainedVerdict | undefined) =>
    other === undefined || Math.abs(one.verdict.beat.time - at) < Math.abs(other.verdict.beat.time - at);
  const items = gateway(source, model, new StageClock()).pipe(
    tap((item) => {
      if (item.kind === 'signal') {
        signal.push(item.start, item.ecg, item.flaw);
        end = item.time + item.ecg.length / GRID_RATE;
      } else if (item.kind === 'gap') {
        signal.pushGap(item.start, item.length);
        end = item.time + item.duration;
      } else if (item.kind === 'explained') {
        const { verdict } = item;
        beats.push(marked(verdict));
        while (beats[0].index < signal.end - signal.capacity) beats.shift();
        if (nearer(item, found)) found = item;
        if (verdict.flagged && nearer(item, flagged)) flagged = item;
      }
    }),
    takeWhile(() => found === undefined || end < Math.max(at, found.verdict.beat.time) + AROUND),
  );
  await lastValueFrom(items, { defaultValue: undefined });
  if (end < at) {
    throw new UsageError(`--at ${at} lies after the end of ${source.title}; give at most ${end.toFixed(1)}`);
  }
  if (found === undefined) {
    throw new InputError(`${source.title} has no beat before ${clockTime(end)}: look at it with replay.`);
  }
  return { found, signal, beats, flagged };
}
