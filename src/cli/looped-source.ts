import { filter, lastValueFrom, map, toArray } from 'rxjs';
import { concatenated } from '../dsp/concatenated.ts';
import { PatchDriver } from '../sensors/patch.ts';
import { paced } from '../sources/pace.ts';
import { SimulatedPatch } from '../sources/simulated/patch.ts';
import type { SensorMessage } from '../sources/simulated/simulated-sensor.ts';
import type { Source, SourceItem } from '../sources/source.ts';
import { StageClock, through } from '../stage.ts';
import { GRID_RATE } from '../timeline/span.ts';

/** All samples of a recording, millivolts, end to end; where some are missing, the ends are joined. */
export async function samplesOf(source: Source): Promise<Float32Array> {
  const blocks = source.items.pipe(
    through('decode', () => new PatchDriver(), new StageClock()),
    filter((item) => item.kind === 'block'),
    map(({ samples, millivoltsPerUnit }) => Float32Array.from(samples, (units) => units * millivoltsPerUnit)),
    toArray(),
  );
  return concatenated(await lastValueFrom(blocks));
}

/** One endless stream of a patch: the samples again and again, with indices and device time that run on. */
export function loopedSource(title: string, millivolts: Float32Array, seconds: number): Source {
  async function* batches(): AsyncGenerator<SourceItem[]> {
    const patch = new SimulatedPatch(GRID_RATE);
    for (let left = Math.round(seconds * GRID_RATE); left > 0; left -= millivolts.length) {
      for (let at = 0; at < Math.min(left, millivolts.length); at += GRID_RATE) {
        yield patch.push(millivolts.subarray(at, at + GRID_RATE)).map(delivered);
      }
    }
    yield patch.flush().map(delivered);
  }
  return { title, items: paced(batches, 'max') };
}

function delivered({ characteristic, value, readyAt }: SensorMessage): SourceItem {
  return { kind: 'notification', characteristic, via: 'notification', value, receivedAtMs: readyAt * 1000 };
}
