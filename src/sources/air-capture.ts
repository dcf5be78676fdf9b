import { btsnoopHeader, btsnoopRecord } from '../formats/btsnoop.ts';
import { SensorLink } from './sensor-link.ts';
import type { SensorProfile } from './sensor-profile.ts';
import type { SimulatedSensor } from './simulated/simulated-sensor.ts';
import { RECORD_BEGINS_MS } from './wfdb.ts';

/** A signal, the sensor that measures it, and how a gateway deals with such a sensor. */
export interface Broadcast {
  /** Millivolts, NaN where samples are missing. */
  readonly samples: AsyncIterable<Float32Array> | Iterable<Float32Array>;
  readonly sensor: SimulatedSensor;
  readonly profile: SensorProfile;
  /** Chooses the radio's jitter and retransmissions. */
  readonly seed: number;
}

/**
 * A btsnoop capture of a sensor that sends a signal: connection, discovery, subscription, the stream, and an
 * orderly end. Yields the bytes of the file, in order.
 */
export async function* airCapture({ samples, sensor, profile, seed }: Broadcast): AsyncGenerator<Uint8Array> {
  let records: Uint8Array[] = [btsnoopHeader()];
  const link = new SensorLink(sensor, profile, RECORD_BEGINS_MS, seed, ({ bytes, flags }, atMs) => {
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
  link.start();
  const beganMs = link.timeMs;
  for await (const block of samples) {
    for (const message of sensor.push(block)) link.notify(message, beganMs);
    yield written();
  }
  for (const message of sensor.flush()) link.notify(message, beganMs);
  link.stop();
  link.disconnect();
  yield written();
}
