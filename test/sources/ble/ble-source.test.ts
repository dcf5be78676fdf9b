import { lastValueFrom, tap, toArray } from 'rxjs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadBeatModel } from '../../../src/classify/beat-model.ts';
import { loopedSource, samplesOf } from '../../../src/cli/looped-source.ts';
import { gateway } from '../../../src/gateway.ts';
import type { OutputItem } from '../../../src/outputs/output-item.ts';
import { captureSource } from '../../../src/sources/capture.ts';
import type { Source } from '../../../src/sources/source.ts';
import { wfdbSource } from '../../../src/sources/wfdb.ts';
import { chooseLead, leadSamples, openRecord } from '../../../src/sources/wfdb-record.ts';
import { StageClock } from '../../../src/stage.ts';
import { GRID_RATE } from '../../../src/timeline/span.ts';
import { shippedCapture } from '../../cli/beatlens.ts';
import { describeWithData, sharedData } from '../../shared-data.ts';
import { describeLink } from '../../virtual-link/describe-link.ts';
import { FAST_BLE, LiveBed, statesOf, until } from '../../virtual-link/live-bed.ts';
import { LivePatch } from '../../virtual-link/live-patch.ts';

const ADDRESS = 'f6:3a:2c:51:0b:e7';

/** What the gateway says of each beat, to the last bit, but for its time: that depends on when a busy machine hears it. */
function beatsOf(items: readonly OutputItem[]) {
  return items.flatMap((item) =>
    item.kind === 'explained'
      ? [
          {
            index: item.verdict.beat.index,
            class: item.verdict.class,
            probabilities: [...item.verdict.probabilities],
            why: item.explanation?.sentence,
          },
        ]
      : [],
  );
}

describeLink('a live sensor', () => {
  let bed: LiveBed;
  beforeEach(() => {
    bed = new LiveBed();
  });
  afterEach(() => bed.close());

  /** Everything that the gateway says of a signal that a patch sends over noble's real stack. */
  async function overTheAir(millivolts: AsyncIterable<Float32Array>, rate: number): Promise<OutputItem[]> {
    const patch = await LivePatch.begin(bed.air, ADDRESS, { rate });
    const source = bed.source();
    let heard = 0;
    const items = source.items.pipe(tap((item) => item.kind === 'notification' && heard++));
    const all = everything({ ...source, items });
    await until(() => patch.isStarted, 'the start');
    const sent = async (frames: Promise<number[]>) => {
      const before = heard;
      const { length } = await frames;
      await until(() => heard >= before + length, 'the arrival');
    };
    for await (const block of millivolts) await sent(patch.take(block));
    await sent(patch.end());
    bed.stop();
    await all;
    expect(patch.isStarted).toBe(false);
    await until(() => !patch.peripheral.isConnected, 'the disconnection');
    return all;
  }

  it('gives the same beats over the air as the recording that ships', async () => {
    const samples = await samplesOf(captureSource(shippedCapture, { speed: 'max' }));
    const expected = beatsOf(await everything(loopedSource('direct', samples, samples.length / GRID_RATE)));
    expect(expected.length).toBeGreaterThan(400);
    expect(beatsOf(await overTheAir(blocksOf(samples), GRID_RATE))).toEqual(expected);
  });

  describeWithData('a record over the air', () => {
    it('gives the same beats as the record itself', async () => {
      const path = `${sharedData}/mitdb/100`;
      const record = await openRecord(path);
      const samples = leadSamples(record, chooseLead(record));
      const expected = beatsOf(await everything(wfdbSource(path, { speed: 'max' })));
      expect(expected.length).toBeGreaterThan(2_200);
      expect(beatsOf(await overTheAir(samples, record.header.rate))).toEqual(expected);
    });
  });

  it('goes round its states, and comes back after the link was lost', async () => {
    const patch = await LivePatch.begin(bed.air, ADDRESS);
    const items = bed.listen();
    await until(() => patch.isStarted, 'the start');
    await patch.take(new Float32Array(500));
    bed.air.drop(bed.adapter);
    await until(() => statesOf(items).filter((state) => state === 'connected').length === 2, 'the return');
    await until(() => patch.peripheral.isSubscribed, 'the subscription');
    await patch.take(new Float32Array(500));
    await until(() => statesOf(items).at(-1) === 'streaming', 'the stream');
    const round = ['scanning', 'connecting', 'connected', 'streaming'];
    expect(statesOf(items)).toEqual([...round, 'lost', 'waiting', ...round]);
    const lost = items.find((item) => item.kind === 'link' && item.state === 'lost');
    expect(lost).toMatchObject({ address: ADDRESS, reason: expect.stringContaining('supervision time-out') });
  });

  it('takes no other sensor than the one that it has begun with', async () => {
    const patch = await LivePatch.begin(bed.air, ADDRESS);
    const items = bed.listen();
    await until(() => patch.isStarted, 'the start');
    await patch.take(new Float32Array(500));
    await until(() => statesOf(items).at(-1) === 'streaming', 'the stream');
    const other = await LivePatch.begin(bed.air, 'f6:3a:2c:51:0b:e8');
    bed.air.remove(patch.controller);
    await until(() => statesOf(items).at(-1) === 'scanning', 'the search');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(other.peripheral.isConnected).toBe(false);
  });

  it('finds a sensor by name or address, and no other', async () => {
    const left = await LivePatch.begin(bed.air, ADDRESS, { name: 'Patch left' });
    const right = await LivePatch.begin(bed.air, 'f6:3a:2c:51:0b:e8', { name: 'Patch right' });
    bed.listen(bed.source({ name: 'RIGHT' }));
    await until(() => right.isStarted, 'the start');
    expect(left.peripheral.isConnected).toBe(false);
    bed.listen(bed.source({ address: ADDRESS.toUpperCase() }));
    await until(() => left.isStarted, 'the start');
  });

  it('does not take the sensor of another source, not even while that one has lost it', async () => {
    const [left, right] = [
      await LivePatch.begin(bed.air, ADDRESS, { name: 'Patch left' }),
      await LivePatch.begin(bed.air, 'f6:3a:2c:51:0b:e8', { name: 'Patch right' }),
    ];
    const taken = new Set<string>();
    bed.listen(bed.source({ name: 'left' }, FAST_BLE, taken));
    await until(() => left.isStarted, 'the start');
    await left.take(new Float32Array(500));
    await until(() => taken.has(ADDRESS), 'the stream');
    left.controller.isInReach = false;
    right.controller.isInReach = false;
    bed.air.drop(left.controller);
    // Names fit both.
    const other = bed.listen(bed.source({ name: 'patch' }, FAST_BLE, taken));
    left.controller.isInReach = true;
    bed.air.meet();
    await until(() => left.peripheral.isConnected, 'the return');
    right.controller.isInReach = true;
    bed.air.meet();
    await until(() => right.isStarted, 'the start of the other');
    const found = other.flatMap((item) => (item.kind === 'link' && item.address ? [item.address] : []));
    expect(new Set(found)).toEqual(new Set(['f6:3a:2c:51:0b:e8']));
  });

  it('finds a sensor that the adapter still holds for a gateway that was killed', async () => {
    const patch = await LivePatch.begin(bed.air, ADDRESS);
    bed.adapter.connecting = ADDRESS;
    bed.air.meet();
    await until(() => patch.peripheral.isConnected, 'the connection that nobody knows of');
    bed.listen(bed.source({}, { ...FAST_BLE, scan: 100 }));
    await until(() => patch.isStarted, 'the start');
  });

  it('tells what it lacks where there is no adapter from the beginning', async () => {
    bed.adapter.isUp = false;
    await expect(lastValueFrom(bed.source().items)).rejects.toMatchObject({ lack: 'adapter-off' });
  });
});

/** In seconds. */
async function* blocksOf(millivolts: Float32Array): AsyncGenerator<Float32Array> {
  for (let at = 0; at < millivolts.length; at += GRID_RATE) yield millivolts.subarray(at, at + GRID_RATE);
}

async function everything(source: Source): Promise<OutputItem[]> {
  return lastValueFrom(gateway(source, await loadBeatModel(), new StageClock()).pipe(toArray()));
}
