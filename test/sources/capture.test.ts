import { readFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { take } from 'rxjs';
import { describe, expect, it } from 'vitest';
import {
  CONTROL_CHARACTERISTIC,
  INFO_CHARACTERISTIC,
  STATUS_CHARACTERISTIC,
  STREAM_CHARACTERISTIC,
} from '../../firmware-protocol/index.ts';
import {
  BtsnoopReader,
  type BtsnoopRecord,
  btsnoopHeader,
  btsnoopRecord,
} from '../../src/formats/btsnoop.ts';
import { InputError } from '../../src/formats/input-error.ts';
import { captureSource } from '../../src/sources/capture.ts';
import type { Speed } from '../../src/sources/pace.ts';
import type { SourceItem } from '../../src/sources/source.ts';
import { collect, faultsOf, framesOf, notificationsOf } from './collect.ts';
import { temporaryFolder } from './temporary-folder.ts';

const CLEAN = 'recordings/mitdb-208.btsnoop';
const FAULTS = 'recordings/mitdb-208-faults.btsnoop';
const write = temporaryFolder();

const play = (path: string, speed: Speed = 'max') => collect(captureSource(path, { speed }));
const links = (items: readonly SourceItem[]) => items.filter((item) => item.kind === 'link');

function recordsOf(path: string): BtsnoopRecord[] {
  const found = new BtsnoopReader(path).push(readFileSync(path));
  return found.filter((one): one is BtsnoopRecord => one.kind === 'record');
}

/** A capture of some records, as its writer would have wrapped them. */
function rewrapped(
  name: string,
  records: Iterable<{ data: Uint8Array; flags: number; atMs: number }>,
  dataLink = 1002,
) {
  const header = Buffer.from(btsnoopHeader());
  header.writeUInt32BE(dataLink, 12);
  const parts = Array.from(records, ({ data, flags, atMs }) => btsnoopRecord(data, flags, atMs));
  return write(name, Buffer.concat([header, ...parts]));
}

describe('captureSource', () => {
  it('gives what the shipped recording holds, in order', async () => {
    const items = await play(CLEAN);
    expect(faultsOf(items)).toEqual([]);
    expect(items[0]).toMatchObject({ kind: 'link', state: 'connected', address: 'f6:3a:2c:51:0b:e7' });
    expect(items[1]).toMatchObject({
      kind: 'notification',
      characteristic: INFO_CHARACTERISTIC,
      via: 'read',
    });
    expect(items[2]).toMatchObject({ characteristic: CONTROL_CHARACTERISTIC, via: 'indication' });
    expect(items.at(-1)).toMatchObject({
      kind: 'link',
      state: 'lost',
      reason: 'the gateway ended the connection',
    });
    expect(notificationsOf(items, STREAM_CHARACTERISTIC).length).toBe(1500);
    expect(notificationsOf(items, STATUS_CHARACTERISTIC).length).toBe(301);
    const frames = framesOf(items);
    expect(frames.map(({ firstIndex }) => firstIndex)).toEqual(
      Array.from({ length: 1500 }, (_, n) => 50 * n),
    );
    const times = items.map(({ receivedAtMs }) => receivedAtMs);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it('gives what the recording with faults holds, and reports its torn end', async () => {
    const items = await play(FAULTS);
    expect(links(items).map((item) => item.kind === 'link' && [item.state, item.reason])).toEqual([
      ['connected', undefined],
      ['lost', 'the sensor went out of reach (supervision time-out)'],
      ['connected', undefined],
      ['lost', 'the sensor went out of reach (supervision time-out)'],
      ['connected', undefined],
    ]);
    expect(faultsOf(items)).toEqual([
      expect.stringMatching(/faults\.btsnoop at byte \d+: the last record is torn/),
    ]);

    const frames = framesOf(items);
    const indices = (session: number) =>
      frames.filter((frame) => frame.session === session).map((f) => f.firstIndex);
    const missing = (first: number) =>
      (first >= 2500 && first < 2750) || first === 5000 || (first >= 10_000 && first < 11_500);
    const sent = Array.from({ length: 300 }, (_, n) => 50 * n).filter((first) => !missing(first));
    expect(indices(1)).toEqual([...sent.slice(0, 71), 3750, ...sent.slice(71)]);
    expect(indices(2)).toEqual(Array.from({ length: 119 }, (_, n) => 50 * n)); // the last one is torn
    expect(frames.filter(({ flags }) => flags.leadOffPositive).map(({ firstIndex }) => firstIndex)).toEqual(
      Array.from({ length: 15 }, (_, n) => 6250 + 50 * n),
    );
    expect(notificationsOf(items, STREAM_CHARACTERISTIC).length).toBe(frames.length + 1); // one is corrupted
  });

  it('gives the same items at any speed', async () => {
    const atOnce = await play(FAULTS);
    expect(await play(FAULTS, 400)).toEqual(atOnce);
  });

  it('keeps the pace of the recording', async () => {
    const began = performance.now();
    await play(FAULTS, 100);
    const seconds = (performance.now() - began) / 1000;
    expect(seconds).toBeGreaterThan(0.85);
    expect(seconds).toBeLessThan(5);
  });

  it('gives way to others while it plays without pause', async () => {
    let turns = 0;
    let playing = true;
    const others = (async () => {
      for (; playing; turns++) await nextTurn();
    })();
    const busy = new Promise<void>((resolve) =>
      captureSource(CLEAN, { speed: 'max' }).items.subscribe({
        next() {
          const until = performance.now() + 0.2; // a subscriber that has work to do
          while (performance.now() < until);
        },
        complete: resolve,
      }),
    );
    await busy;
    playing = false;
    await others;
    expect(turns).toBeGreaterThan(15);
  });

  it('stops reading when nobody listens any more', async () => {
    const items: SourceItem[] = [];
    await new Promise<void>((complete) =>
      captureSource(CLEAN, { speed: 1 })
        .items.pipe(take(3))
        .subscribe({ next: (item) => items.push(item), complete }),
    );
    expect(items.length).toBe(3);
  });

  it('reads captures of other writers: HCI without type, and the Linux monitor', async () => {
    const expected = await play(CLEAN);
    const records = recordsOf(CLEAN);
    const bare = records.map(({ data, flags, atMs }) => ({ data: data.subarray(1), flags, atMs }));
    expect(await play(rewrapped('h1.btsnoop', bare, 1001))).toEqual(expected);

    const opcodes: Record<string, number> = { '1,0': 2, '4,1': 3, '2,0': 4, '2,1': 5 };
    const monitored = records.map(({ data, flags, atMs }) => ({
      data: data.subarray(1),
      flags: opcodes[`${data[0]},${flags & 1}`],
      atMs,
    }));
    const note = { data: Buffer.from('a note'), flags: 0xffff_000c, atMs: records[0].atMs };
    expect(await play(rewrapped('monitor.btsnoop', [note, ...monitored], 2001))).toEqual(expected);
  });

  it('reads captures of controllers with small buffers, which send packets in fragments', async () => {
    const fragments = recordsOf(CLEAN).flatMap(({ data, flags, atMs }) => {
      if (data[0] !== 2 || data.length <= 5 + 27) return [{ data, flags, atMs }];
      const payload = data.subarray(5);
      return Array.from({ length: Math.ceil(payload.length / 27) }, (_, n) => {
        const part = payload.subarray(27 * n, 27 * (n + 1));
        const head = [2, data[1], n === 0 ? data[2] : 0x10, part.length, 0];
        return { data: Uint8Array.from([...head, ...part]), flags, atMs };
      });
    });
    expect(await play(rewrapped('fragments.btsnoop', fragments))).toEqual(await play(CLEAN));
  });

  it('says what to do with a capture that began after discovery', async () => {
    const stream = recordsOf(CLEAN).slice(38, 100);
    const path = rewrapped('late.btsnoop', stream);
    await expect(play(path)).rejects.toThrow(InputError);
    await expect(play(path)).rejects.toThrow(
      /holds 62 notifications, but not the discovery .*: capture again/,
    );
  });

  it('says so where nothing was captured', async () => {
    await expect(play(rewrapped('empty.btsnoop', []))).rejects.toThrow(/holds no value of a sensor/);
    await expect(play('recordings/none.btsnoop')).rejects.toThrow(/none\.btsnoop does not exist/);
    await expect(play('recordings')).rejects.toThrow(/is a folder/);
  });

  it('forgets what it knew of a sensor when another has its connection handle', async () => {
    // The second connection, which skips discovery, is given another address: its handles mean nothing.
    const records = recordsOf(FAULTS).map((record) => ({ ...record, data: record.data.slice() }));
    const connections = records.filter(({ data }) => data[0] === 4 && data[1] === 0x3e && data[3] === 1);
    connections[1].data[9] ^= 0xff;
    const items = await play(rewrapped('stranger.btsnoop', records));
    expect(links(items).length).toBe(3);
    expect(faultsOf(items).at(-1)).toMatch(/also holds \d+ notifications, but not the discovery/);
    const indices = framesOf(items)
      .filter(({ session }) => session === 1)
      .map(({ firstIndex }) => firstIndex);
    expect(Math.max(...indices)).toBe(9950);
  });

  it('tells of a lost link where the capture leaves out why, and where the adapter was reset', async () => {
    const isDisconnection = ({ data }: BtsnoopRecord) => data[0] === 4 && data[1] === 5;
    const sameHandle = recordsOf(FAULTS)
      .filter((record) => !isDisconnection(record))
      .map((record) => {
        const data = record.data.slice();
        if (data[0] === 2) data[1] = 0x40;
        if (data[0] === 4 && data[1] === 0x3e) data[5] = 0x40;
        return { ...record, data };
      });
    const reasons = (items: SourceItem[]) =>
      items.flatMap((item) => (item.kind === 'link' && item.state === 'lost' ? [item.reason] : []));
    const silent = await play(rewrapped('silent.btsnoop', sameHandle));
    expect(reasons(silent)).toEqual(['the capture does not tell', 'the capture does not tell']);
    expect(framesOf(silent)).toEqual(framesOf(await play(FAULTS)));

    const reset = recordsOf(FAULTS).map((record) =>
      isDisconnection(record) ? { ...record, data: Uint8Array.of(1, 3, 0x0c, 0), flags: 2 } : record,
    );
    expect(reasons(await play(rewrapped('reset.btsnoop', reset)))).toEqual([
      'the adapter was reset',
      'the adapter was reset',
    ]);
  });

  it('makes nobody wait for a clock that was set', async () => {
    const later = recordsOf(FAULTS).map((record, n) => ({
      ...record,
      atMs: record.atMs + (n > 200 ? 3_600_000 : 0),
    }));
    const began = performance.now();
    await play(rewrapped('clock.btsnoop', later), 600);
    expect(performance.now() - began).toBeLessThan(4_000);
  });

  it('never mixes two sensors: it follows the first, or the one that is named', async () => {
    const other = recordsOf(CLEAN).map(({ data, flags, atMs }) => {
      const changed = data.slice();
      if (data[0] === 2) changed[1] = 0x77; // another connection handle …
      if (data[0] === 4 && data[1] === 0x3e) changed[5] = 0x77;
      if (data[0] === 4 && data[1] === 0x3e && data[3] === 1) changed[9] = 0xee; // … and another address
      return { data: changed, flags, atMs: atMs + 0.001 };
    });
    const both = [...recordsOf(CLEAN), ...other].sort((a, b) => a.atMs - b.atMs);
    const path = rewrapped('two.btsnoop', both);
    const items = await play(path);
    expect(framesOf(items).length).toBe(1500);
    expect(faultsOf(items)).toEqual([
      expect.stringMatching(/skipped what f6:3a:2c:51:0b:ee sends: only f6:3a:2c:51:0b:e7/),
    ]);

    const named = await collect(captureSource(path, { speed: 'max', address: 'F6:3A:2C:51:0B:EE' }));
    expect(named.find(({ kind }) => kind === 'link')).toMatchObject({ address: 'f6:3a:2c:51:0b:ee' });
    expect(framesOf(named).length).toBe(1500);
    await expect(
      collect(captureSource(CLEAN, { speed: 'max', address: '00:11:22:33:44:55' })),
    ).rejects.toThrow(/holds nothing of 00:11:22:33:44:55, but of f6:3a:2c:51:0b:e7/);
  });

  it('skips damaged packets, says where, and goes on', async () => {
    const records = recordsOf(CLEAN).map(({ data, ...rest }) => ({ ...rest, data: data.slice() }));
    records[60].data[3] ^= 1; // the length of a data packet
    records[61].data[5] ^= 1; // the length of an L2CAP packet, which now seems to go on
    const items = await play(rewrapped('damaged.btsnoop', records));
    expect(faultsOf(items)).toEqual([
      expect.stringMatching(/damaged\.btsnoop at byte \d+: skipped a data packet of the wrong length/),
      expect.stringMatching(/at byte \d+: skipped a/),
    ]);
    expect(
      notificationsOf(items, STREAM_CHARACTERISTIC).length +
        notificationsOf(items, STATUS_CHARACTERISTIC).length,
    ).toBe(1799);
  });

  it('ends in items or an InputError, whatever is flipped, cut or put in', async () => {
    const bytes = readFileSync(FAULTS).subarray(0, 12_000);
    const damage = fc.record({
      flips: fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(7)), { maxLength: 12 }),
      cut: fc.nat(bytes.length),
      noise: fc.uint8Array({ maxLength: 60 }),
      noiseAt: fc.nat(bytes.length),
    });
    await fc.assert(
      fc.asyncProperty(damage, async ({ flips, cut, noise, noiseAt }) => {
        const damaged = Buffer.from(bytes);
        for (const [at, bit] of flips) damaged[at] ^= 1 << bit;
        const path = write(
          'fuzz.btsnoop',
          Buffer.concat([damaged.subarray(0, noiseAt), noise, damaged.subarray(noiseAt, cut)]),
        );
        try {
          const items = await play(path);
          expect(items.length).toBeLessThan(500);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('loses no more than some seconds to a flipped bit', async () => {
    const bytes = readFileSync(CLEAN);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 8000, max: bytes.length - 1 }), fc.nat(7), async (at, bit) => {
        const flipped = Buffer.from(bytes);
        flipped[at] ^= 1 << bit;
        const frames = framesOf(await play(write('flip.btsnoop', flipped)));
        // One length may swallow 4,096 bytes, which is 28 frames.
        expect(frames.length).toBeGreaterThan(1500 - 30);
      }),
      { numRuns: 60 },
    );
  });
});
