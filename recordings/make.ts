import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { inflateRawSync } from 'node:zlib';
import { STREAM_CHARACTERISTIC } from '../firmware-protocol/index.ts';
import { btsnoopHeader, btsnoopRecord } from '../src/formats/btsnoop.ts';
import { PATCH } from '../src/sensors/patch.ts';
import { airCapture } from '../src/sources/air-capture.ts';
import { SensorLink } from '../src/sources/sensor-link.ts';
import { SimulatedPatch } from '../src/sources/simulated/patch.ts';
import type { SensorMessage } from '../src/sources/simulated/simulated-sensor.ts';
import { RECORD_BEGINS_MS } from '../src/sources/wfdb.ts';

// Makes the captures of this folder from SciPy's ecg.dat; README.md says how to get it.

const ECG_SHA256 = 'f20ad3365fb9b7f845d0e5c48b6fe67081377ee466c3a220b7f69f35c8958baf';
const RATE = 360;
const ADC_ZERO = 1024;
const UNITS_PER_MILLIVOLT = 200;
const SERIAL = '208';
const SEED = 1;

const [ecgFile] = process.argv.slice(2);
if (ecgFile === undefined) throw new Error('usage: npm run recordings -- PATH/TO/ecg.dat');
const ecg = readEcg(readFileSync(ecgFile));

const clean: Uint8Array[] = [];
const sensor = new SimulatedPatch(RATE, { serial: SERIAL });
for await (const bytes of airCapture({ samples: [ecg], sensor, profile: PATCH, seed: SEED }))
  clean.push(bytes);
const captures = {
  'mitdb-208.btsnoop': Buffer.concat(clean),
  'mitdb-208-faults.btsnoop': faultyCapture(),
};
for (const [name, bytes] of Object.entries(captures)) writeFileSync(`recordings/${name}`, bytes);
const sums = Object.entries(captures).map(([name, bytes]) => `${sha256(bytes)}  ${name}\n`);
writeFileSync('recordings/SHA256SUMS', sums.join(''));

/** The ECG in millivolts. The file is a NumPy archive: a zip file with one array of uint16, as the ADC gave them. */
function readEcg(file: Buffer): Float32Array {
  if (sha256(file) !== ECG_SHA256) throw new Error('this is not the ecg.dat that README.md describes');
  const nameLength = file.readUInt16LE(26);
  const extraLength = file.readUInt16LE(28);
  const array = inflateRawSync(file.subarray(30 + nameLength + extraLength));
  const samples = array.subarray(10 + array.readUInt16LE(8));
  return Float32Array.from(
    { length: samples.length / 2 },
    (_, index) => (samples.readUInt16LE(2 * index) - ADC_ZERO) / UNITS_PER_MILLIVOLT,
  );
}

/** What can go wrong, in 90 s; README.md lists it with the samples that are missing. */
function faultyCapture(): Buffer {
  const records: Uint8Array[] = [btsnoopHeader()];
  const patch = new SimulatedPatch(RATE, { session: 1, serial: SERIAL });
  const link = new SensorLink(patch, PATCH, RECORD_BEGINS_MS, SEED, ({ bytes, flags }, atMs) =>
    records.push(btsnoopRecord(bytes, flags, atMs)),
  );
  const withLeadOff = ecg.slice(0, 60 * RATE).fill(Number.NaN, 25 * RATE, 28 * RATE);

  link.connect();
  link.discover();
  link.subscribe();
  link.start();
  const began = link.timeMs;
  let frame = 0;
  for (const message of sentBy(patch, withLeadOff)) {
    const isFrame = message.characteristic === STREAM_CHARACTERISTIC;
    if (message.readyAt > 40 && message.readyAt <= 46) {
      if (isFrame && frame === 200) {
        // Out of reach. The patch keeps sampling; the gateway still knows its handles when it is back.
        link.lose();
        link.waitUntil(began + 45_000);
        link.connect();
        link.subscribe();
        if (link.timeMs > began + 46_000)
          throw new Error('the link came back too late for what README.md says');
      }
    } else if (isFrame && frame >= 50 && frame < 55) {
      // Lost on the way, with the link standing.
    } else if (isFrame && frame === 75) {
      link.notify(message, began);
      link.notify(message, began);
    } else if (isFrame && frame === 100) {
      const value = message.value.slice();
      value[30] ^= 0x40;
      link.notify({ ...message, value }, began);
    } else {
      link.notify(message, began);
    }
    if (isFrame) frame++;
  }

  // The patch restarts: what it measures next belongs to a new session, and its clock begins anew.
  link.lose();
  link.waitUntil(began + 65_000);
  const restarted = new SimulatedPatch(RATE, { session: 2, serial: SERIAL });
  link.connect(restarted);
  link.discover();
  link.subscribe();
  link.start();
  const beganAgain = link.timeMs;
  for (const message of sentBy(restarted, ecg.slice(66 * RATE, 90 * RATE))) link.notify(message, beganAgain);

  records.pop(); // a status: the last frame is to be the torn record
  const whole = Buffer.concat(records);
  return whole.subarray(0, whole.length - 40);
}

function sentBy(patch: SimulatedPatch, millivolts: Float32Array): SensorMessage[] {
  return [...patch.push(millivolts), ...patch.flush()];
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
