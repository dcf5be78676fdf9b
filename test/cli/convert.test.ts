import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { convertCommand } from '../../src/cli/convert.ts';
import { UsageError } from '../../src/cli/usage-error.ts';
import { InputError } from '../../src/formats/input-error.ts';
import { AnySensor, SENSORS } from '../../src/sensors/any-sensor.ts';
import { captureSource } from '../../src/sources/capture.ts';
import { describeWithData } from '../shared-data.ts';
import { collect, faultsOf, framesOf, samplesOf } from '../sources/collect.ts';
import { temporaryFolder } from '../sources/temporary-folder.ts';
import { complaints, describeWithTshark, tshark } from '../tshark.ts';

const write = temporaryFolder();
const RATE = 250;
const signal = Int16Array.from({ length: 10 * RATE }, (_, n) => Math.round(500 * Math.sin(n / 20)));
write('r.dat', new Uint8Array(signal.buffer));
const record = write('r.hea', `r 1 ${RATE} ${signal.length}\nr.dat 16 1000 16 0 0 0 0 II\n`).replace(
  '.hea',
  '',
);
const out = join(dirname(record), 'out.btsnoop');

const convert = (...args: string[]) => convertCommand().parseAsync(args, { from: 'user' });
let printed = '';

beforeEach(() => {
  printed = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += text;
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe('beatlens convert', () => {
  it('writes a capture that plays the same samples, and that its owner alone may read', async () => {
    await convert(record, out);
    const frames = framesOf(await collect(captureSource(out, { speed: 'max' })));
    expect(samplesOf(frames)).toEqual([...signal]);
    expect(statSync(out).mode & 0o777).toBe(0o600);
    expect(printed).toBe(`${out}: 10.0 s of record r, lead II, ${statSync(out).size} bytes\n`);
    expect(existsSync(`${out}.part`)).toBe(false);
  });

  it('gives the same bytes for the same seed, and other times for another', async () => {
    const bytesOf = async (...args: string[]) => {
      await convert(record, out, ...args);
      return readFileSync(out);
    };
    const first = await bytesOf();
    expect(await bytesOf('--seed', '1')).toEqual(first);
    const other = await bytesOf('--seed', '2');
    expect(other).not.toEqual(first);
    const frames = framesOf(await collect(captureSource(out, { speed: 'max' })));
    expect(samplesOf(frames)).toEqual([...signal]);
  });

  it('has frames arrive at connection events, in order, some of them late', async () => {
    write('long.dat', new Uint8Array(new Int16Array(300 * RATE).buffer));
    const long = write('long.hea', `long 1 ${RATE} ${300 * RATE}\nlong.dat 16\n`);
    await convert(long, out);
    const frames = (await collect(captureSource(out, { speed: 'max' }))).filter(
      (item) => item.kind === 'notification' && item.value.length === 116,
    );
    const delays = frames.map(({ receivedAtMs }, n) => receivedAtMs - frames[0].receivedAtMs - 200 * n);
    expect(Math.max(...delays) - Math.min(...delays)).toBeLessThan(150);
    const spread = delays.map((delay) => delay - Math.min(...delays));
    const retransmitted = spread.filter((delay) => delay > 32).length;
    expect(retransmitted).toBeGreaterThan(10);
    expect(retransmitted).toBeLessThan(90);
    expect(spread.every((delay, n) => n === 0 || 200 + delay - spread[n - 1] > 0)).toBe(true);
  });

  it('converts a stretch', async () => {
    await convert(record, out, '--from', '2', '--to', '3.5');
    const frames = framesOf(await collect(captureSource(out, { speed: 'max' })));
    expect(samplesOf(frames)).toEqual([...signal.subarray(2 * RATE, 3.5 * RATE)]);
  });

  it('prints one JSON object with --json', async () => {
    await convert(record, out, '--json');
    expect(JSON.parse(printed)).toEqual({
      type: 'summary',
      time: 10,
      file: out,
      record: 'r',
      lead: 'II',
      sensor: 'patch',
      bytes: statSync(out).size,
    });
  });

  it('refuses wrong usage', async () => {
    await expect(convert(record, out, '--from', '5', '--to', '5')).rejects.toThrow(UsageError);
    await expect(convert(record, out, '--from', 'soon')).rejects.toThrow(/--from soon is no time/);
    await expect(convert(record, out, '--seed', '1.5')).rejects.toThrow(/not a whole number/);
    await expect(convert(record, join(out, 'in', 'a', 'file'))).rejects.toThrow(
      /folder of .* does not exist/,
    );
    await expect(convert(record, `${record}.dat`)).rejects.toThrow(/exists and is no capture/);
    expect(statSync(`${record}.dat`).size).toBe(2 * signal.length);
  });

  it('leaves nothing behind where the record cannot be read, and keeps what was there', async () => {
    await convert(record, out);
    const before = readFileSync(out);
    writeFileSync(`${record}-damaged.hea`, `d 1 ${RATE} ${signal.length}\nr.dat 16 1000 16 0 0 77 0 II\n`);
    await expect(convert(`${record}-damaged`, out)).rejects.toThrow(/checksum/);
    await expect(convert(record, out, '--from', '11')).rejects.toThrow(InputError);
    await expect(convert(record, out, '--lead', 'V1')).rejects.toThrow(/no lead V1: choose one of II/);
    expect(readFileSync(out)).toEqual(before);
    expect(existsSync(`${out}.part`)).toBe(false);
  });
});

describe.each(SENSORS)('convert --sensor $name', (profile) => {
  it('writes a capture that the gateway hears as that sensor: the same signal, without a gap', async () => {
    await convert(record, out, '--sensor', profile.name);
    const items = await collect(captureSource(out, { speed: 'max' }));
    expect(faultsOf(items)).toEqual([]);
    const decoder = new AnySensor();
    const heard = items.flatMap((item) => (item.kind === 'notification' ? decoder.push(item) : []));
    expect(heard.filter(({ kind }) => kind === 'bad-frame')).toEqual([]);
    const blocks = heard.filter((item) => item.kind === 'block');
    const { rate, millivoltsPerUnit } = blocks[0];
    let next = blocks[0].firstIndex;
    for (const { firstIndex, samples } of blocks) {
      expect(firstIndex).toBe(next);
      next += samples.length;
      samples.forEach((sample, n) => {
        const seconds = (firstIndex - blocks[0].firstIndex + n) / rate;
        if (seconds < 0.5 || seconds > 9) return;
        const millivolts = 0.5 * Math.sin((seconds * RATE) / 20);
        // An H10 is a third of a thousandth fast: a little off at the end, and off by a unit anywhere.
        if (Math.abs(sample * millivoltsPerUnit - millivolts) > 0.03)
          throw new Error(`wrong at ${seconds} s`);
      });
    }
    expect((next - blocks[0].firstIndex) / rate).toBeGreaterThan(9.4);
  });

  it('holds the dialogue that the profile of the sensor asks for', async () => {
    await convert(record, out, '--sensor', profile.name);
    const bytes = readFileSync(out);
    for (const { value } of [...profile.start(1), ...profile.stop(1)])
      expect(bytes.includes(Buffer.from(value))).toBe(true);
    const items = await collect(captureSource(out, { speed: 'max' }));
    const read = items.filter((item) => item.kind === 'notification' && item.via === 'read');
    expect(read.map((item) => item.kind === 'notification' && item.characteristic)).toEqual(profile.reads);
  });

  describeWithTshark('what Wireshark says', () => {
    it('finds no fault', async () => {
      await convert(record, out, '--sensor', profile.name);
      expect(complaints(out)).toEqual([]);
      expect(tshark(out).join('\n')).toMatch(/Client Characteristic Configuration/);
    });
  });
});

it('convert refuses a sensor that it does not know', async () => {
  const quiet = convertCommand()
    .exitOverride()
    .configureOutput({ outputError: () => {} });
  await expect(quiet.parseAsync([record, out, '--sensor', 'fitbit'], { from: 'user' })).rejects.toThrow(
    /Allowed choices are patch, polar-h10, movesense, healthypi-move/,
  );
});

describeWithTshark('what Wireshark says of a converted record', () => {
  it('finds no fault, and names what it should', async () => {
    await convert(record, out);
    expect(complaints(out)).toEqual([]);
    const opcodes = tshark(out, '-T', 'fields', '-e', 'btatt.opcode').filter((opcode) => opcode === '0x1b');
    expect(opcodes.length).toBe(50 + 11);
    const stream = tshark(out, '-Y', 'btatt.opcode == 0x1b && btatt.handle == 8', '-V');
    expect(stream.filter((line) => line.includes('UUID: 694b000215334fba92de87c916dd8c9d')).length).toBe(50);
    const summary = tshark(out).join('\n');
    expect(summary).toMatch(/LE Connection Complete/);
    expect(summary).toMatch(/Exchange MTU Response, Server Rx MTU: 247/);
    expect(summary).toMatch(/Client Characteristic Configuration/);
    expect(summary).toMatch(/Disconnect Complete/);
  });
});

describeWithData('a stretch of the database', (data) => {
  it('gives the recording that ships, byte for byte', async () => {
    await convert(join(data, 'mitdb/208'), out, '--from', '1174.5', '--to', '1474.5');
    expect(readFileSync(out).equals(readFileSync('recordings/mitdb-208.btsnoop'))).toBe(true);
  });
});
