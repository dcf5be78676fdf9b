import { describe, expect, it } from 'vitest';
import {
  decodeInfo,
  decodeStatus,
  decodeStreamFrame,
  STATUS_CHARACTERISTIC,
  STREAM_CHARACTERISTIC,
  type StreamFrame,
} from '../../../firmware-protocol/index.ts';
import { SimulatedPatch, simulatedInfo } from '../../../src/sources/simulated/patch.ts';
import type { SensorMessage } from '../../../src/sources/simulated/simulated-sensor.ts';
import { samplesOf } from '../collect.ts';

function messagesOf(
  rate: number,
  millivolts: Float32Array,
  pieceLength = millivolts.length,
): SensorMessage[] {
  const patch = new SimulatedPatch(rate, { session: 7 });
  const messages: SensorMessage[] = [];
  for (let at = 0; at < millivolts.length; at += pieceLength) {
    messages.push(...patch.push(millivolts.subarray(at, at + pieceLength)));
  }
  return [...messages, ...patch.flush()];
}

function framesAmong(messages: readonly SensorMessage[]): StreamFrame[] {
  return messages
    .filter(({ characteristic }) => characteristic === STREAM_CHARACTERISTIC)
    .map(({ value }) => {
      const frame = decodeStreamFrame(value);
      if (!frame.ok) throw new Error(frame.reason);
      return frame.value;
    });
}

function sine(rate: number, seconds: number, hertz: number): Float32Array {
  return Float32Array.from({ length: rate * seconds }, (_, n) => Math.sin((2 * Math.PI * hertz * n) / rate));
}

describe('SimulatedPatch', () => {
  it('sends 250 samples a second in microvolts, 50 a frame', () => {
    const messages = messagesOf(360, sine(360, 4, 5));
    const frames = framesAmong(messages);
    expect(frames.map(({ samples }) => samples.length)).toEqual(new Array(20).fill(50));
    expect(frames.map(({ firstIndex, session }) => [firstIndex, session])).toEqual(
      frames.map((_, n) => [50 * n, 7]),
    );
    expect(frames[1].ticks - frames[0].ticks).toBe(Math.round(0.2 * 32_768));
    expect(messages[0].readyAt).toBeCloseTo(0.2, 9);
    // Away from the ends, where the resampler has to guess, it is the same sine.
    const samples = samplesOf(frames);
    for (let n = 100; n < 900; n++) {
      expect(Math.abs(samples[n] - 1000 * Math.sin((2 * Math.PI * 5 * n) / 250))).toBeLessThan(2);
    }
  });

  it('sends the same in pieces of any size', () => {
    const signal = sine(360, 3, 7).fill(Number.NaN, 400, 500);
    const whole = messagesOf(360, signal);
    for (const pieceLength of [1, 7, 360]) expect(messagesOf(360, signal, pieceLength)).toEqual(whole);
  });

  it('sends a rate of 250 Hz as it is, and the last samples in a shorter frame', () => {
    const signal = Float32Array.from({ length: 120 }, (_, n) => n / 1000);
    const frames = framesAmong(messagesOf(250, signal));
    expect(frames.map(({ samples }) => samples.length)).toEqual([50, 50, 20]);
    expect(samplesOf(frames)).toEqual(Array.from({ length: 120 }, (_, n) => n));
  });

  it('flags missing samples as lead off, with a status at once, and holds the last value', () => {
    const signal = new Float32Array(500).fill(0.5).fill(Number.NaN, 110, 120).fill(Number.NaN, 299, 301);
    const messages = messagesOf(250, signal);
    const frames = framesAmong(messages);
    const off = frames.filter(({ flags }) => flags.leadOffPositive && flags.leadOffNegative);
    expect(off.map(({ firstIndex }) => firstIndex)).toEqual([100, 250, 300]);
    expect(new Set(samplesOf(frames))).toEqual(new Set([500]));
    const leads = messages
      .filter(({ characteristic }) => characteristic === STATUS_CHARACTERISTIC)
      .map(({ value, readyAt }) => {
        const status = decodeStatus(value);
        return status.ok && [Number(readyAt.toFixed(1)), status.value.flags.leadOffPositive];
      });
    expect(leads).toEqual([
      [0.2, false],
      [0.6, true],
      [0.8, false],
      [1, false],
      [1.2, true],
      [1.6, false],
      [2, false],
    ]);
  });

  it('flags what is beyond its range as saturated', () => {
    const frames = framesAmong(messagesOf(250, new Float32Array(150).fill(40, 50, 51)));
    expect(frames.map(({ flags }) => flags.saturated)).toEqual([false, true, false]);
    expect(frames[1].samples[0]).toBe(32_767);
  });

  it('says what it is', () => {
    const info = decodeInfo(simulatedInfo('record \u00e9 with a name that is far too long'));
    expect(info).toMatchObject({
      ok: true,
      value: { nanovoltsPerUnit: 1000, ratesMillihertz: [250_000], serial: 'record ? with a name tha' },
    });
  });
});
