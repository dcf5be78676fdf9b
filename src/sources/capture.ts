import { basename } from 'node:path';
import { BtsnoopReader } from '../formats/btsnoop.ts';
import { CaptureFollower } from './capture-follower.ts';
import { fileChunks } from './files.ts';
import { paced, type Speed } from './pace.ts';
import type { Source, SourceItem } from './source.ts';

export interface CaptureOptions {
  readonly speed: Speed;
  /** Follow the sensor with this address; without it, the first one. */
  readonly address?: string;
}

/**
 * A recorded BLE stream: a btsnoop capture, written by beatlens, `btmon -w`, Android or Wireshark. It is read
 * as it is played, and never held as a whole. Ends with an InputError where the file is no such capture, or
 * holds no value that a captured discovery names; smaller damage becomes `source-fault` items.
 */
export function captureSource(path: string, options: CaptureOptions): Source {
  return { title: basename(path), items: paced(() => captureItems(path, options.address), options.speed) };
}

async function* captureItems(path: string, address: string | undefined): AsyncGenerator<SourceItem[]> {
  const reader = new BtsnoopReader(path);
  const follower = new CaptureFollower(path, address);
  for await (const chunk of fileChunks(path)) {
    yield reader.push(chunk).flatMap((record) => follower.push(record, reader.dataLink));
  }
  yield reader.finish().flatMap((damage) => follower.push(damage, reader.dataLink));
  yield follower.finish();
}
