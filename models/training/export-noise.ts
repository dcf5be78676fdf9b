/**
 * Writes a noise record as the classifier meets it: the part for training of its first signal, conditioned by the
 * gateway, 250 Hz, millivolts, little-endian.
 *
 *   node dist/export-noise.js OUT.f32 RECORD
 */
import { writeFile } from 'node:fs/promises';
import { lastValueFrom, tap } from 'rxjs';
import { concatenated } from '../../src/dsp/concatenated.ts';
import { AnySensor } from '../../src/sensors/any-sensor.ts';
import { Conditioner } from '../../src/signal/conditioner.ts';
import { HEARD_NOISE } from '../../src/sources/noisy-record.ts';
import { wfdbSource } from '../../src/sources/wfdb.ts';
import { StageClock, through } from '../../src/stage.ts';
import { Timeline } from '../../src/timeline/timeline.ts';

const [out, record] = process.argv.slice(2);
const blocks: Float32Array[] = [];
const clock = new StageClock();
await lastValueFrom(
  wfdbSource(record, { speed: 'max', until: HEARD_NOISE.to }).items.pipe(
    through('decode', () => new AnySensor(), clock),
    through('timeline', () => new Timeline(), clock),
    through('signal', () => new Conditioner(), clock),
    tap((item) => {
      if (item.kind === 'signal') blocks.push(item.ecg.slice());
    }),
  ),
);
await writeFile(out, new Uint8Array(concatenated(blocks).buffer));
