import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  CONTROL_CHARACTERISTIC,
  type ControlAnswer,
  encodeAnswer,
  encodeInfo,
  encodeStatus,
  encodeStreamFrame,
  INFO_CHARACTERISTIC,
  OPCODES,
  type PatchInfo,
  STATUS_CHARACTERISTIC,
  STREAM_CHARACTERISTIC,
  type StreamFrame,
  TICKS_PER_SECOND,
} from '../../firmware-protocol/index.ts';
import { PatchDriver } from '../../src/sensors/patch.ts';
import type { Block } from '../../src/sensors/sensor.ts';
import type { Notification } from '../../src/sources/source.ts';
import { NO_FLAGS } from '../firmware-protocol/messages.ts';

const u32 = fc.nat({ max: 0xffffffff });

function heard(characteristic: string, value: Uint8Array, receivedAtMs = 1_000): Notification {
  return { kind: 'notification', via: 'notification', characteristic, value, receivedAtMs };
}

function frame(fields: Partial<StreamFrame> = {}): Notification {
  const whole = {
    type: 'live' as const,
    format: 'int16' as const,
    rateNumber: 0,
    flags: NO_FLAGS,
    session: 1,
    firstIndex: 0,
    ticks: 0,
    samples: Int32Array.of(5, -6),
    ...fields,
  };
  return heard(STREAM_CHARACTERISTIC, encodeStreamFrame(whole));
}

function info(fields: Partial<PatchInfo> = {}): Notification {
  return heard(
    INFO_CHARACTERISTIC,
    encodeInfo({
      major: 1,
      minor: 0,
      capabilities: {
        backfill: false,
        timePing: false,
        leadOffPerElectrode: true,
        eventButton: false,
        temperature: false,
        deltaPackedSamples: false,
        int24Samples: false,
      },
      nanovoltsPerUnit: 500,
      ratesMillihertz: [250_000],
      ringDepth: 0,
      model: 'Patch',
      serial: '0042',
      ...fields,
    }),
  );
}

function blockOf(driver: PatchDriver, notification: Notification): Block {
  const [item] = driver.push(notification);
  if (item?.kind !== 'block') throw new Error(`expected a block, not ${JSON.stringify(item)}`);
  return item;
}

describe('stream', () => {
  test('a frame becomes a block', () => {
    const flags = { ...NO_FLAGS, leadOffNegative: true, eventMarker: true };
    const notification = frame({ flags, session: 9, firstIndex: 250, ticks: TICKS_PER_SECOND / 2 });
    expect(new PatchDriver().push(notification)).toEqual([
      {
        kind: 'block',
        session: 9,
        firstIndex: 250,
        deviceTime: 0.5,
        receivedAtMs: 1_000,
        rate: 250,
        samples: Int32Array.of(5, -6),
        millivoltsPerUnit: 0.001,
        leadOff: true,
        saturated: false,
        discontinuity: false,
        eventMarker: true,
        resends: false,
        backfill: false,
      },
    ]);
  });

  test('the samples are its own: the source may use its bytes again', () => {
    const notification = frame();
    const block = blockOf(new PatchDriver(), notification);
    notification.value.fill(0);
    expect(block.samples).toEqual(Int32Array.of(5, -6));
  });

  test('unit and rate are what info said last', () => {
    const driver = new PatchDriver();
    driver.push(info({ nanovoltsPerUnit: 381, ratesMillihertz: [128_500] }));
    expect(blockOf(driver, frame())).toMatchObject({ millivoltsPerUnit: 0.000381, rate: 128.5 });
  });

  test('indices and ticks run on when their counters wrap, and a late frame lies before the wrap', () => {
    const driver = new PatchDriver();
    const before = { firstIndex: 2 ** 32 - 50, ticks: 2 ** 32 - 6_553 };
    const after = { firstIndex: 0, ticks: 1 };
    blockOf(driver, frame(before));
    expect(blockOf(driver, frame(after))).toMatchObject({
      firstIndex: 2 ** 32,
      deviceTime: (2 ** 32 + 1) / TICKS_PER_SECOND,
    });
    expect(blockOf(driver, frame(before)).firstIndex).toBe(2 ** 32 - 50);
  });

  test('ticks that wrapped three times while the link was lost are unwrapped by the index', () => {
    const driver = new PatchDriver();
    blockOf(driver, frame({ firstIndex: 0, ticks: 77 }));
    const seconds = 5 * 24 * 3600;
    const ticks = 77 + seconds * TICKS_PER_SECOND;
    const block = blockOf(driver, frame({ firstIndex: 250 * seconds, ticks: ticks % 2 ** 32 }));
    expect(block.deviceTime).toBe(ticks / TICKS_PER_SECOND);
  });

  test('each frame says at which of the rates it was taken', () => {
    const driver = new PatchDriver();
    const fast = frame({ rateNumber: 2 });
    expect(driver.push(fast)).toMatchObject([{ kind: 'bad-frame', reason: 'stream: unknown-rate' }]);
    driver.push(info({ ratesMillihertz: [250_000, 125_000, 500_000] }));
    expect(blockOf(driver, fast).rate).toBe(500);
    expect(blockOf(driver, frame({ session: 2 })).rate).toBe(250);
  });

  test('a delta-packed frame becomes the same block', () => {
    const samples = Int32Array.from({ length: 50 }, (_, i) => Math.round(800 * Math.sin(i / 8)));
    const packed = frame({ format: 'delta-packed', samples });
    const plain = frame({ samples });
    expect(packed.value.length).toBeLessThan(plain.value.length);
    expect(new PatchDriver().push(packed)).toEqual(new PatchDriver().push(plain));
  });

  test('a backfill frame becomes a block like a live one, and is marked', () => {
    const live = blockOf(new PatchDriver(), frame({ firstIndex: 250, ticks: 32_768 }));
    const again = blockOf(new PatchDriver(), frame({ type: 'backfill', firstIndex: 250, ticks: 32_768 }));
    expect(again).toEqual({ ...live, backfill: true });
  });

  test('a backfill frame does not move the place that live frames are unwrapped against', () => {
    const driver = new PatchDriver();
    // Three days into a session a whole turn of the ticks (36 hours) is asked for again.
    const hours = (count: number) => ({
      firstIndex: count * 3600 * 250,
      ticks: (count * 3600 * TICKS_PER_SECOND) % 2 ** 32,
    });
    for (let hour = 0; hour <= 72; hour++) blockOf(driver, frame(hours(hour)));
    for (let hour = 30; hour < 72; hour++) {
      const late = blockOf(driver, frame({ type: 'backfill', ...hours(hour) }));
      expect(late).toMatchObject({ firstIndex: hours(hour).firstIndex, deviceTime: hour * 3600 });
      expect(blockOf(driver, frame(hours(72))).deviceTime).toBe(72 * 3600);
    }
    // One of an earlier session leaves the session at hand alone.
    blockOf(driver, frame({ type: 'backfill', session: 9, firstIndex: 5, ticks: 0 }));
    expect(blockOf(driver, frame(hours(72))).deviceTime).toBe(72 * 3600);
  });

  test('a new session counts from its own beginning', () => {
    const driver = new PatchDriver();
    blockOf(driver, frame({ session: 1, firstIndex: 2 ** 32 - 1, ticks: 2 ** 32 - 1 }));
    expect(blockOf(driver, frame({ session: 2 }))).toMatchObject({ firstIndex: 0, deviceTime: 0 });
  });
});

describe('info and status', () => {
  test('info tells what the sensor is', () => {
    expect(new PatchDriver().push(info({ minor: 4 }))).toEqual([
      {
        kind: 'sensor-info',
        receivedAtMs: 1_000,
        model: 'Patch',
        serial: '0042',
        protocol: '1.4',
        rate: 250,
        lossEvidence: 'index',
      },
    ]);
  });

  test('status tells how the sensor is, and leaves out what it does not know', () => {
    const status = {
      major: 1,
      minor: 0,
      batteryPercent: 87,
      flags: {
        leadOffPositive: true,
        leadOffNegative: false,
        streaming: true,
        lowBattery: false,
        charging: false,
      },
      session: 1,
      centidegrees: 3_127,
      samplesDropped: 150,
      ringHighWater: 400,
    };
    const driver = new PatchDriver();
    expect(driver.push(heard(STATUS_CHARACTERISTIC, encodeStatus(status)))).toEqual([
      {
        kind: 'sensor-status',
        receivedAtMs: 1_000,
        leadOff: true,
        batteryPercent: 87,
        samplesDropped: 150,
        temperatureCelsius: 31.27,
      },
    ]);
    const silent = { ...status, batteryPercent: undefined, centidegrees: undefined };
    expect(Object.keys(driver.push(heard(STATUS_CHARACTERISTIC, encodeStatus(silent)))[0])).toEqual([
      'kind',
      'receivedAtMs',
      'leadOff',
      'samplesDropped',
    ]);
  });
});

describe('control', () => {
  const said = (answer: ControlAnswer) =>
    new PatchDriver().push(heard(CONTROL_CHARACTERISTIC, encodeAnswer(answer)));

  test('the beginning and the end of a backfill are passed on', () => {
    expect(said({ result: 'backfilling', tag: 1, firstIndex: 50, count: 100 })).toEqual([
      { kind: 'backfill', state: 'coming', receivedAtMs: 1_000 },
    ]);
    const ends: ControlAnswer[] = [
      { result: 'backfill-ended', tag: 1, complete: true },
      { result: 'aborted', tag: 1 },
      { result: 'refused', tag: 1, opcode: OPCODES.backfill, code: 'not-in-ring' },
    ];
    for (const end of ends) expect(said(end)).toMatchObject([{ kind: 'backfill', state: 'ended' }]);
  });

  test('a refused start is reported, and what was granted is not', () => {
    expect(said({ result: 'refused', tag: 1, opcode: OPCODES.start, code: 'battery-too-low' })).toMatchObject(
      [{ kind: 'bad-frame', reason: 'control: opcode 2 refused: battery-too-low' }],
    );
    expect(said({ result: 'stopped', tag: 1 })).toEqual([]);
  });

  test('a patch with a ring is one that can be asked', () => {
    const driver = new PatchDriver();
    expect(blockOf(driver, frame()).resends).toBe(false);
    const capabilities = {
      backfill: true,
      timePing: false,
      leadOffPerElectrode: false,
      eventButton: false,
      temperature: false,
      deltaPackedSamples: false,
      int24Samples: false,
    };
    driver.push(info({ capabilities, ringDepth: 5_000 }));
    expect(blockOf(driver, frame()).resends).toBe(true);
  });
});

describe('what is not understood', () => {
  test.each([
    ['stream', STREAM_CHARACTERISTIC],
    ['info', INFO_CHARACTERISTIC],
    ['status', STATUS_CHARACTERISTIC],
    ['control', CONTROL_CHARACTERISTIC],
  ])('is reported with its reason: %s', (name, characteristic) => {
    expect(new PatchDriver().push(heard(characteristic, new Uint8Array(1)))).toEqual([
      { kind: 'bad-frame', receivedAtMs: 1_000, reason: `${name}: too-short` },
    ]);
  });

  test('is left alone when it is another characteristic’s', () => {
    const batteryLevel = '00002a19-0000-1000-8000-00805f9b34fb';
    expect(new PatchDriver().push(heard(batteryLevel, Uint8Array.of(99)))).toEqual([]);
  });

  test('a bad frame leaves no trace in the blocks after it', () => {
    const driver = new PatchDriver();
    blockOf(driver, frame({ firstIndex: 100, ticks: 13_107 }));
    const torn = frame({ firstIndex: 2 ** 31, ticks: 2 ** 31 });
    torn.value[19] ^= 1;
    expect(driver.push(torn)).toMatchObject([{ kind: 'bad-frame', reason: 'stream: bad-check' }]);
    expect(blockOf(driver, frame({ firstIndex: 102, ticks: 13_369 })).firstIndex).toBe(102);
  });

  // Half of the mutants carry a right check, as if the sensor itself had gone mad.
  test('120,000 mutated and random notifications: one item each, none of them throws', () => {
    const driver = new PatchDriver();
    const characteristics = [STREAM_CHARACTERISTIC, INFO_CHARACTERISTIC, STATUS_CHARACTERISTIC];
    const originals = [
      frame({ samples: new Int32Array(50) }).value,
      info({ ratesMillihertz: [250_000, 125_000] }).value,
      new Uint8Array(16),
    ];
    let blocks = 0;
    fc.assert(
      fc.property(
        fc.nat({ max: 2 }),
        fc.boolean(),
        fc.array(fc.tuple(fc.nat({ max: 299 }), fc.nat({ max: 255 })), { maxLength: 4 }),
        fc.record({
          type: fc.constantFrom('live', 'backfill'),
          format: fc.constantFrom('int16', 'delta-packed'),
          rateNumber: fc.nat({ max: 1 }),
          firstIndex: u32,
          ticks: u32,
          session: fc.nat({ max: 3 }),
        }),
        (which, mad, mutations, fields) => {
          const value = Uint8Array.from(mad ? frame(fields).value : originals[which]);
          if (!mad) for (const [at, byte] of mutations) value[at % value.length] = byte;
          const end = mad ? value.length : value.length - (mutations.length === 4 ? mutations[0][0] % 20 : 0);
          const characteristic = mad ? STREAM_CHARACTERISTIC : characteristics[which];
          const items = driver.push(heard(characteristic, value.subarray(0, Math.max(0, end))));
          const [item] = items;
          if (item?.kind !== 'block') return items.length === 1;
          blocks++;
          const { samples, firstIndex, deviceTime } = item;
          return samples.length <= 114 && Number.isSafeInteger(firstIndex) && Number.isFinite(deviceTime);
        },
      ),
      { numRuns: 120_000 },
    );
    expect(blocks).toBeGreaterThan(50_000);
  });
});
