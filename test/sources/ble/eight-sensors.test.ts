import { Observable } from 'rxjs';
import { expect, it } from 'vitest';
import { STREAM_CHARACTERISTIC } from '../../../firmware-protocol/index.ts';
import { type BeatModel, loadBeatModel } from '../../../src/classify/beat-model.ts';
import { loopedSource, samplesOf } from '../../../src/cli/looped-source.ts';
import { concatenated } from '../../../src/dsp/concatenated.ts';
import { gateway } from '../../../src/gateway.ts';
import { captureSource } from '../../../src/sources/capture.ts';
import type { Source, SourceItem } from '../../../src/sources/source.ts';
import { StageClock } from '../../../src/stage.ts';
import { GRID_RATE } from '../../../src/timeline/span.ts';
import { shippedCapture } from '../../cli/beatlens.ts';
import { describeLink } from '../../virtual-link/describe-link.ts';
import { FAST_BLE, FAST_CENTRAL, LiveBed, until } from '../../virtual-link/live-bed.ts';
import { LivePatch } from '../../virtual-link/live-patch.ts';

const SENSORS = 8;
/** Of stream time. docs/live.md has the figures of an hour: STREAM_MINUTES=60. */
const MINUTES = Number(process.env.STREAM_MINUTES ?? 2);
const SAMPLES_A_FRAME = 50;
const FRAMES = (MINUTES * 60 * GRID_RATE) / SAMPLES_A_FRAME;
/** One sensor loses its link so often, frames: each half a minute. */
const LOSS_EVERY = 150;
/** Of the event loop, until what was sent was heard. */
const MOST_TURNS = 50;
const PATIENT = { ...FAST_CENTRAL, discover: 5_000, operation: 5_000, connect: 500, command: 5_000 };

/** What the gateway said of one sensor, and what that took. */
class Heard {
  frames = 0;
  lost = 0;
  readonly beats: string[] = [];
  readonly clock = new StageClock();
  /** Milliseconds that the pipe took for each notification: so long one of another sensor waits for it. */
  readonly took: number[] = [];

  /** Runs a source through a gateway of its own. @returns when it has ended */
  async listen(source: Source, model: BeatModel): Promise<void> {
    const items = new Observable<SourceItem>((pipe) =>
      source.items.subscribe({
        next: (item) => {
          if (item.kind === 'link' && item.state === 'lost') this.lost++;
          if (item.kind === 'notification' && item.characteristic === STREAM_CHARACTERISTIC) this.frames++;
          const entered = performance.now();
          pipe.next(item);
          this.took.push(performance.now() - entered);
        },
        error: (error) => pipe.error(error),
        complete: () => pipe.complete(),
      }),
    );
    await gateway({ ...source, items }, model, this.clock).forEach((item) => {
      if (item.kind !== 'explained') return;
      const { beat, class: name, probabilities } = item.verdict;
      this.beats.push(JSON.stringify([beat.index, name, [...probabilities], item.explanation?.sentence]));
    });
  }

  /** Processor time of the pipe, milliseconds. */
  get milliseconds(): number {
    return [...this.clock.milliseconds.values()].reduce((sum, ms) => sum + ms, 0);
  }
}

describeLink('eight sensors on one adapter', () => {
  it(`for ${MINUTES} minutes each: the same beats as alone, although one loses its link all the time`, async () => {
    const model = await loadBeatModel();
    const recording = await samplesOf(captureSource(shippedCapture, { speed: 'max' }));
    const bed = new LiveBed(PATIENT);
    const sensors = await Promise.all(
      Array.from({ length: SENSORS }, async (_, n) => {
        const address = `f6:3a:2c:51:0b:0${n}`;
        const patch = await LivePatch.begin(bed.air, address, { ringDepth: 20_000 });
        const heard = new Heard();
        const done = heard.listen(bed.source({ address }, { ...FAST_BLE, silence: 10_000 }), model);
        // Each has a heart of its own: the same one, from another beat on.
        const from = Math.round((n * recording.length) / SENSORS);
        const signal = concatenated([recording.subarray(from), recording.subarray(0, from)]);
        return { patch, heard, done, signal };
      }),
    );
    await until(() => sensors.every(({ patch }) => patch.isStarted && patch.peripheral.isSubscribed), 'all');

    const [unsteady, ...steady] = sensors;
    const before = process.cpuUsage();
    let waited = 0;
    for (let frame = 0; frame < FRAMES; frame++) {
      if (frame % LOSS_EVERY === LOSS_EVERY - 1) bed.air.drop(unsteady.patch.controller);
      const at = (frame * SAMPLES_A_FRAME) % recording.length;
      await Promise.all(
        sensors.map(({ patch, signal }) => patch.take(signal.subarray(at, at + SAMPLES_A_FRAME))),
      );
      // A turn for the events of the steady ones: they are not to wait for the other's link.
      for (let turn = 0; steady.some(({ heard }) => heard.frames < frame); turn++) {
        await new Promise(setImmediate);
        waited = Math.max(waited, turn);
      }
    }
    for (const { patch } of steady) await patch.end();
    await until(() => steady.every(({ heard }) => heard.frames === FRAMES), 'the arrival of every frame');
    const { user, system } = process.cpuUsage(before);
    await bed.close();
    await Promise.all(sensors.map(({ done }) => done));

    for (const { heard, signal } of steady) {
      const alone = new Heard();
      await alone.listen(loopedSource('alone', signal, MINUTES * 60), model);
      expect(heard.lost).toBe(1); // When it was stopped.
      expect(heard.beats).toEqual(alone.beats);
      expect(heard.beats.length).toBeGreaterThan(60 * MINUTES);
    }
    expect(unsteady.heard.lost).toBeGreaterThanOrEqual(Math.floor(FRAMES / LOSS_EVERY));
    expect(waited).toBeLessThanOrEqual(MOST_TURNS);

    const took = sensors.flatMap(({ heard }) => heard.took).sort((left, right) => left - right);
    const quantile = (share: number) => took[Math.floor(share * (took.length - 1))].toFixed(2);
    const hours = MINUTES / 60;
    const pipe = sensors.map(({ heard }) => (heard.milliseconds / 1000 / hours).toFixed(1));
    process.stdout.write(
      [
        `${SENSORS} sensors, ${MINUTES} min each: ${took.length} notifications, ${unsteady.heard.lost} links lost`,
        `processor time for an hour of a sensor, both ends of the link included: ${((user + system) / 1e6 / hours / SENSORS).toFixed(1)} s`,
        `time in each pipe for an hour, in which a busy machine may do other things: ${pipe.join(', ')} s`,
        `a notification holds the others up for ${quantile(0.5)} ms (median), ${quantile(0.99)} ms (99 of 100), ${quantile(1)} ms (longest)\n`,
      ].join('\n'),
    );
  });
});
