import { lastValueFrom, toArray } from 'rxjs';
import { decodeStreamFrame, STREAM_CHARACTERISTIC, type StreamFrame } from '../../firmware-protocol/index.ts';
import type { Notification, Source, SourceItem } from '../../src/sources/source.ts';

/** All that a source gives. */
export function collect(source: Source): Promise<SourceItem[]> {
  return lastValueFrom(source.items.pipe(toArray()));
}

/** The notifications of one characteristic. */
export function notificationsOf(items: readonly SourceItem[], characteristic: string): Notification[] {
  return items.filter(
    (item): item is Notification => item.kind === 'notification' && item.characteristic === characteristic,
  );
}

/** The stream frames among some items; damaged ones are left out. */
export function framesOf(items: readonly SourceItem[]): StreamFrame[] {
  return notificationsOf(items, STREAM_CHARACTERISTIC).flatMap(({ value }) => {
    const frame = decodeStreamFrame(value);
    return frame.ok ? [frame.value] : [];
  });
}

/** The samples of some frames, one after another. */
export function samplesOf(frames: readonly StreamFrame[]): number[] {
  return frames.flatMap(({ samples }) => [...samples]);
}

/** What a fault says. */
export function faultsOf(items: readonly SourceItem[]): string[] {
  return items.flatMap((item) => (item.kind === 'source-fault' ? [item.message] : []));
}
