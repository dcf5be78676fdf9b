import { btsnoopHeader, btsnoopRecord } from '../formats/btsnoop.ts';
import { PatchLink } from './patch-link.ts';
import { SimulatedPatch, simulatedInfo } from './simulated-patch.ts';
import { RECORD_BEGINS_MS } from './wfdb.ts';

const SESSION = 1;

/** A signal to be sent, and what to call it. */
export interface Broadcast {
  /** Millivolts, NaN where samples are missing. */
  readonly samples: AsyncIterable<Float32Array> | Iterable<Float32Array>;
  /** Of the samples, hertz. */
  readonly rate: number;
  readonly serial: string;
  /** Chooses the radio's jitter and retransmissions. */
  readonly seed: number;
}

/**
 * A btsnoop capture of a patch that sends a signal: connection, discovery, subscription, the stream, and an
 * orderly end. Yields the bytes of the file, in order.
 */
export async function* airCapture({ samples, rate, serial, seed }: Broadcast): AsyncGenerator<Uint8Array> {
  let records: Uint8Array[] = [btsnoopHeader()];
  const link = new PatchLink(simulatedInfo(serial), RECORD_BEGINS_MS, seed, ({ bytes, flags }, atMs) => {
    records.push(btsnoopRecord(bytes, flags, atMs));
  });
  const written = () => {
    const bytes = Buffer.concat(records);
    records = [];
    return bytes;
  };

  link.connect();
  link.discover();
  link.subscribe();
  link.start(SESSION);
  const patch = new SimulatedPatch(rate, SESSION);
  const beganMs = link.timeMs;
  for await (const block of samples) {
    for (const message of patch.push(block)) link.notify(message, beganMs);
    yield written();
  }
  for (const message of patch.flush()) link.notify(message, beganMs);
  link.stop();
  link.disconnect();
  yield written();
}
