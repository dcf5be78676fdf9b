import { lastValueFrom, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { loadBeatModel } from '../../src/classify/beat-model.ts';
import { decodeEcgFrame, PMD_DATA } from '../../src/formats/polar-pmd.ts';
import { gateway } from '../../src/gateway.ts';
import type { OutputItem } from '../../src/outputs/output-item.ts';
import { POLAR_H10 } from '../../src/sensors/polar-h10.ts';
import { airCapture } from '../../src/sources/air-capture.ts';
import { captureSource } from '../../src/sources/capture.ts';
import { SimulatedPolarH10 } from '../../src/sources/simulated/polar-h10.ts';
import type { SensorMessage } from '../../src/sources/simulated/simulated-sensor.ts';
import { SyntheticEcg } from '../../src/sources/synthetic-ecg.ts';
import { StageClock } from '../../src/stage.ts';
import { collect, notificationsOf } from '../sources/collect.ts';
import { temporaryFolder } from '../sources/temporary-folder.ts';

const SIGNAL_RATE = 500;
const SECONDS = 300;
const TRUE_RATE = 130.045;
const FRAME = 73;
const LOST = 200;

/** An H10 that is given its signal at once. Frame number 200 goes missing, and the last one is cut off. */
class FaultyPolarH10 extends SimulatedPolarH10 {
  override push(millivolts: Float32Array): SensorMessage[] {
    const frames = super.push(millivolts);
    const last = frames.length - 1;
    return frames
      .map((frame, n) => (n === last ? { ...frame, value: frame.value.subarray(0, 129) } : frame))
      .filter((_, n) => n !== LOST);
  }

  override flush(): SensorMessage[] {
    return [];
  }
}

async function captureOf(ecg: Float32Array): Promise<Uint8Array> {
  const sensor = new FaultyPolarH10(SIGNAL_RATE, 'A1B2C3D4');
  const pieces: Uint8Array[] = [];
  for await (const piece of airCapture({ samples: [ecg], sensor, profile: POLAR_H10, seed: 1 }))
    pieces.push(piece);
  return Buffer.concat(pieces);
}

function only<K extends OutputItem['kind']>(items: readonly OutputItem[], kind: K) {
  return items.filter((item): item is Extract<OutputItem, { kind: K }> => item.kind === kind);
}

describe('a capture of a Polar H10 that lost a frame, and whose last one is cut off', async () => {
  const write = temporaryFolder();
  const ecg = new SyntheticEcg({ rate: SIGNAL_RATE, heartRate: 70, ectopy: 0.05, noise: 0.01, seed: 1 });
  const { millivolts, beats } = ecg.next(SECONDS * SIGNAL_RATE);
  const path = write('h10.btsnoop', await captureOf(millivolts));
  const source = () => captureSource(path, { speed: 'max' });
  const items = await lastValueFrom(
    gateway(source(), await loadBeatModel(), new StageClock()).pipe(toArray()),
  );

  it('has frames of 73 samples, and a clock that begins in 2019', async () => {
    const [first, second] = notificationsOf(await collect(source()), PMD_DATA).map(({ value }) => value);
    expect(first.length).toBe(229);
    const frame = decodeEcgFrame(second);
    if (!frame.ok) throw new Error(frame.reason);
    const unixMs = Date.UTC(2000, 0, 1) + Number(frame.value.nanoseconds / 1_000_000n);
    expect(new Date(unixMs).toISOString()).toMatch(/^2019-01-01T00:00:4/);
  });

  it('tells what the sensor is', () => {
    const told = Object.assign({}, ...only(items, 'sensor-info'));
    expect(told).toMatchObject({ model: 'H10', serial: 'A1B2C3D4', rate: 130, lossEvidence: 'time' });
  });

  it('gives the right rate', () => {
    const clock = only(items, 'clock').at(-1);
    expect(Math.abs((clock?.rate ?? 0) - TRUE_RATE)).toBeLessThan(0.005);
    expect(Math.abs(clock?.drift ?? 1)).toBeLessThan(20e-6);
  });

  it('gives the right gap: 73 samples, where they were', () => {
    const [gap, ...others] = only(items, 'gap');
    expect(others).toEqual([]);
    expect(gap.cause).toBe('frames-lost');
    // On the grid, whose samples lie 250 to 130 of the sensor's.
    const [from, to] = [LOST, LOST + 1].map((frame) => Math.ceil((frame * FRAME * 250) / 130));
    expect(gap).toMatchObject({ start: from, length: to - from });
    expect(Math.abs(gap.duration - FRAME / TRUE_RATE)).toBeLessThan(5e-3);
    expect(Math.abs(gap.time - (LOST * FRAME) / TRUE_RATE)).toBeLessThan(5e-3);
  });

  it('reports the frame that is cut off, and nothing else', () => {
    expect(only(items, 'bad-frame').map(({ reason }) => reason)).toEqual(['ecg: cut-off']);
    expect(only(items, 'source-fault')).toEqual([]);
  });

  it('hears every beat at its time', () => {
    const found = only(items, 'explained').map(({ verdict }) => verdict.beat.time);
    const [gap] = only(items, 'gap');
    const sure = beats.filter(
      ({ time }) => time > 3 && time < SECONDS - 3 && Math.abs(time - gap.time - gap.duration / 2) > 1.5,
    );
    const missed = sure.filter(({ time }) => !found.some((one) => Math.abs(one - time) < 0.06));
    expect(missed).toEqual([]);
  });
});
