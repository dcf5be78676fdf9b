import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  CONTROL_CHARACTERISTIC,
  INFO_CHARACTERISTIC,
  PATCH_SERVICE,
  STATUS_CHARACTERISTIC,
  STREAM_CHARACTERISTIC,
} from '../../firmware-protocol/index.ts';
import { CharacteristicProperty } from '../../src/formats/att-build.ts';
import { InputError } from '../../src/formats/input-error.ts';
import { CaptureRecorder } from '../../src/outputs/capture-recorder.ts';
import { captureSource } from '../../src/sources/capture.ts';
import { SimulatedPatch, simulatedInfo } from '../../src/sources/simulated/patch.ts';
import type { SourceItem } from '../../src/sources/source.ts';
import { collect } from '../sources/collect.ts';

const { READ, WRITE, NOTIFY, INDICATE } = CharacteristicProperty;
const ADDRESS = 'f6:3a:2c:51:0b:e7';
const HOUR_SECONDS = 3_600;
const BEGINS_MS = Date.UTC(2026, 0, 5, 12);
const SERVICES = [
  {
    uuid: PATCH_SERVICE,
    characteristics: [
      { uuid: STREAM_CHARACTERISTIC, properties: NOTIFY },
      { uuid: INFO_CHARACTERISTIC, properties: READ },
      { uuid: STATUS_CHARACTERISTIC, properties: READ | NOTIFY },
      { uuid: CONTROL_CHARACTERISTIC, properties: WRITE | INDICATE },
    ],
  },
];

const folders: string[] = [];
const folder = () => {
  const made = mkdtempSync(join(tmpdir(), 'beatlens-'));
  folders.push(made);
  return made;
};
afterAll(() => {
  for (const made of folders) rmSync(made, { recursive: true });
});
const never = (message: string) => expect.unreachable(message);
const filesIn = (path: string) => readdirSync(path).map((name) => join(path, name));

/** What a live patch gives, from its connection on. */
function live(seconds: number, beginsMs = BEGINS_MS): SourceItem[] {
  const patch = new SimulatedPatch(250);
  const value = Uint8Array.from(simulatedInfo('live'));
  return [
    { kind: 'link', state: 'connected', receivedAtMs: beginsMs, address: ADDRESS },
    {
      kind: 'notification',
      characteristic: INFO_CHARACTERISTIC,
      via: 'read',
      value,
      receivedAtMs: beginsMs + 50,
    },
    ...patch.push(new Float32Array(seconds * 250)).map(
      ({ characteristic, value, readyAt }): SourceItem => ({
        kind: 'notification',
        characteristic,
        via: 'notification',
        value: Uint8Array.from(value),
        receivedAtMs: beginsMs + 100 + readyAt * 1000,
      }),
    ),
  ];
}

function record(recorder: CaptureRecorder, items: readonly SourceItem[]): void {
  for (const item of items) {
    recorder.take(item);
    if (item.kind === 'link' && item.state === 'connected') recorder.discovered(SERVICES);
  }
}

/** All that some captures give, one after another; their bytes are compared as plain arrays. */
async function replayed(files: readonly string[]): Promise<SourceItem[]> {
  const items: SourceItem[] = [];
  for (const file of files) items.push(...(await collect(captureSource(file, { speed: 'max' }))));
  return items.map((item) =>
    item.kind === 'notification' ? { ...item, value: Uint8Array.from(item.value) } : item,
  );
}

/** Values and their times, short enough to compare many. */
function digest(items: readonly SourceItem[]): string[] {
  return items.flatMap((item) =>
    item.kind === 'notification'
      ? [`${item.receivedAtMs.toFixed(1)} ${Buffer.from(item.value).toString('base64')}`]
      : [],
  );
}

describe('CaptureRecorder', () => {
  it('writes what replays as the same items at the same times, lost links included', async () => {
    const path = folder();
    const recorder = await CaptureRecorder.open(path, never);
    const reason = 'the sensor went out of reach (supervision time-out)';
    const items: SourceItem[] = [
      ...live(10),
      { kind: 'link', state: 'lost', receivedAtMs: BEGINS_MS + 12_000, address: ADDRESS, reason },
      ...live(5, BEGINS_MS + 15_000),
    ];
    record(recorder, items);
    await recorder.close();
    expect(await replayed(filesIn(path))).toEqual(items);
  });

  it('keeps the files from everyone else', async () => {
    const path = join(folder(), 'captures');
    const recorder = await CaptureRecorder.open(path, never);
    record(recorder, live(1));
    await recorder.close();
    expect(statSync(path).mode & 0o777).toBe(0o700);
    expect(filesIn(path).map((file) => statSync(file).mode & 0o777)).toEqual([0o600]);
  });

  it('begins a new file each hour, which can be replayed by itself', async () => {
    const path = folder();
    const recorder = await CaptureRecorder.open(path, never);
    const items = live(HOUR_SECONDS + 60);
    record(recorder, items);
    await recorder.close();
    const files = filesIn(path).sort();
    expect(files.length).toBe(2);
    const [first, second] = [await replayed([files[0]]), await replayed([files[1]])];
    expect(digest(second).length).toBeGreaterThan(60);
    expect(digest([...first, ...second])).toEqual(digest(items));
  });

  it('has on the disk what came a second ago', async () => {
    const path = folder();
    const recorder = await CaptureRecorder.open(path, never);
    const items = live(3);
    record(recorder, items);
    await expect
      .poll(async () => (filesIn(path).length ? (await replayed(filesIn(path)).catch(() => [])).length : 0), {
        timeout: 3_000,
      })
      .toBe(items.length);
    await recorder.close();
  });

  it('never writes over a file', async () => {
    const path = folder();
    writeFileSync(join(path, '2026-01-05T12-00-00-000Z.btsnoop'), 'kept');
    const recorder = await CaptureRecorder.open(path, never);
    record(recorder, live(1));
    await recorder.close();
    expect(filesIn(path).length).toBe(2);
    expect(readFileSync(join(path, '2026-01-05T12-00-00-000Z.btsnoop'), 'utf8')).toBe('kept');
  });

  it('tells once of a disk that fails, and goes on', async () => {
    const path = folder();
    const complaints: string[] = [];
    const recorder = await CaptureRecorder.open(path, (message) => complaints.push(message));
    rmSync(path, { recursive: true });
    folders.splice(folders.indexOf(path), 1);
    record(recorder, live(30));
    await recorder.close();
    expect(complaints).toEqual([expect.stringContaining(`${path} takes no recording (ENOENT)`)]);
  });

  it('refuses a folder that it cannot make', async () => {
    const file = join(folder(), 'file');
    writeFileSync(file, '');
    await expect(CaptureRecorder.open(join(file, 'below'), never)).rejects.toThrow(InputError);
  });
});
