import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { INFO_CHARACTERISTIC } from '../../firmware-protocol/index.ts';
import { InputError } from '../../src/formats/input-error.ts';
import { captureSource } from '../../src/sources/capture.ts';
import { RECORD_BEGINS_MS, wfdbSource } from '../../src/sources/wfdb.ts';
import { chooseLead, openRecord, recordAnnotations } from '../../src/sources/wfdb-record.ts';
import { describeWithData } from '../shared-data.ts';
import { collect, framesOf, samplesOf } from './collect.ts';
import { temporaryFolder } from './temporary-folder.ts';

const write = temporaryFolder();

/** A record of two leads at 250 Hz in format 16, of which the second is ten times the first; gain 1000. */
function record(name: string, first: number[], { leads = ['V5', 'MLII'], fields = '1000' } = {}): string {
  const interleaved = Int16Array.from(
    first.flatMap((value) => [value, value === -32_768 ? value : 10 * value]),
  );
  write(`${name}.dat`, new Uint8Array(interleaved.buffer));
  const lines = leads.map(
    (lead) => `${name}.dat 16 ${fields} 16 0 ${interleaved[leads.indexOf(lead)]} 0 0 ${lead}`,
  );
  return write(`${name}.hea`, `${name} 2 250 ${first.length}\n${lines.join('\n')}\n`);
}

const ramp = Array.from({ length: 120 }, (_, n) => n);
const play = (path: string, lead?: string) =>
  collect(wfdbSource(path, { speed: 'max', ...(lead === undefined ? {} : { lead }) }));

describe('wfdbSource', () => {
  it('begins with the link and what the patch is, then sends frames with a constant delay', async () => {
    const items = await play(record('plain', ramp));
    expect(items[0]).toEqual({ kind: 'link', state: 'connected', receivedAtMs: RECORD_BEGINS_MS });
    expect(items[1]).toMatchObject({ characteristic: INFO_CHARACTERISTIC, via: 'read' });
    expect(items[2].receivedAtMs - RECORD_BEGINS_MS).toBeCloseTo(220, 3);
    expect(framesOf(items).map(({ firstIndex }) => firstIndex)).toEqual([0, 50, 100]);
  });

  it('takes MLII, the first lead where there is none, or the one that is named', async () => {
    const path = record('leads', ramp);
    expect(samplesOf(framesOf(await play(path)))).toEqual(ramp.map((value) => 10 * value));
    expect(samplesOf(framesOf(await play(path, 'v5')))).toEqual(ramp);
    const without = record('without', ramp, { leads: ['V5', 'V2'] });
    expect(samplesOf(framesOf(await play(without)))).toEqual(ramp);
    await expect(play(without, 'MLII')).rejects.toThrow(InputError);
    await expect(play(without, 'MLII')).rejects.toThrow(/no lead MLII: choose one of V5, V2/);
  });

  it('takes a record by its name, its header or its signal file', async () => {
    const header = record('named', ramp);
    const bare = header.replace(/\.hea$/, '');
    const items = await play(header);
    expect(await play(bare)).toEqual(items);
    expect(await play(`${bare}.dat`)).toEqual(items);
    expect(wfdbSource(header, { speed: 'max' }).title).toBe('named');
  });

  it('ends where it is told to', async () => {
    const source = wfdbSource(record('until', ramp), { speed: 'max', until: 0.3 });
    expect(samplesOf(framesOf(await collect(source))).length).toBe(75);
  });

  it('flags missing samples as lead off', async () => {
    const frames = framesOf(await play(record('missing', ramp.with(60, -32_768))));
    expect(frames.map(({ flags }) => flags.leadOffPositive)).toEqual([false, true, false]);
  });

  it('makes up for skew, whose last samples are missing', async () => {
    const path = record('skew', ramp);
    write('skew.hea', 'skew 2 250 120\nskew.dat 16:20 1000 16 0 0 0 0 V5\nskew.dat 16 1000 16 0 0 0 0 V2\n');
    const frames = framesOf(await play(path));
    expect(samplesOf(frames).slice(0, 100)).toEqual(ramp.slice(20));
    expect(frames.map(({ flags }) => flags.leadOffPositive)).toEqual([false, false, true]);
    expect(samplesOf(frames).length).toBe(120);
  });

  it('refuses what is no voltage, not there, or damaged', async () => {
    await expect(play(record('pressure', ramp, { fields: '10/mmHg' }))).rejects.toThrow(
      /mmHg, which is no voltage/,
    );
    const short = record('short', ramp);
    write('short.dat', new Uint8Array(100));
    await expect(play(short)).rejects.toThrow(/short\.dat ends at byte 100, after 25 of 120 samples/);
    const alone = write('alone.hea', 'alone 1 250 10\ngone.dat 16\n');
    await expect(play(alone)).rejects.toThrow(/gone\.dat does not exist/);
    await expect(play('nowhere')).rejects.toThrow(/nowhere\.hea does not exist/);
  });
});

describe('wfdbSource, of damaged records', () => {
  it('ends in items or an InputError, whatever is flipped or cut', async () => {
    const header = Buffer.from(
      'f 2 360 60\nf.dat 212 200 12 0 0 0 0 I\nf.dat 212 200(12)/mV 12 0 0 0 0 II\n',
    );
    const samples = Buffer.alloc(180, 3);
    const flips = (length: number) => fc.array(fc.tuple(fc.nat(length - 1), fc.nat(7)), { maxLength: 3 });
    const damage = fc.record({
      inHeader: flips(header.length),
      inSamples: flips(samples.length),
      cut: fc.integer({ min: 100, max: 180 }),
    });
    const flipped = (bytes: Buffer, at: readonly (readonly [number, number])[]) => {
      const copy = Buffer.from(bytes);
      for (const [byte, bit] of at) copy[byte] ^= 1 << bit;
      return copy;
    };
    let played = 0;
    await fc.assert(
      fc.asyncProperty(damage, async ({ inHeader, inSamples, cut }) => {
        const path = write('f.hea', flipped(header, inHeader));
        write('f.dat', flipped(samples, inSamples).subarray(0, cut));
        try {
          expect((await play(path)).length).toBeLessThan(500);
          played++;
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
      { numRuns: 400 },
    );
    expect(played).toBeGreaterThan(0);
  });
});

describeWithData('records of the databases', (data) => {
  it('chooses leads by name: 102 has no MLII, 114 has it second', async () => {
    expect(chooseLead(await openRecord(`${data}/mitdb/102`)).description).toBe('V5');
    const record114 = await openRecord(`${data}/mitdb/114`);
    expect(record114.header.signals.indexOf(chooseLead(record114))).toBe(1);
  });

  it('gives the samples of a capture that was made from the same stretch', async () => {
    const path = 'recordings/mitdb-208.btsnoop';
    const captured = samplesOf(framesOf(await collect(captureSource(path, { speed: 'max' }))));
    const until = 1474;
    const played = samplesOf(
      framesOf(await collect(wfdbSource(`${data}/mitdb/208`, { speed: 'max', until }))),
    );
    // 1174.5 s in, where the capture begins. Its own beginning and end are left out: the filter sees less there.
    const from = 1174.5 * 250;
    const shared = played.length - from - 100;
    expect(played.slice(from + 100, from + shared).every((value, n) => value === captured[100 + n])).toBe(
      true,
    );
    expect(shared).toBeGreaterThan(70_000);
  });

  it('finds the annotations beside the record', async () => {
    const annotations = await recordAnnotations(await openRecord(`${data}/mitdb/100.dat`), 'atr');
    expect(annotations.length).toBe(2274);
    expect(annotations[0]).toMatchObject({ sample: 18, symbol: '+', aux: '(N' });
  });

  it('plays a whole record, and its checksum holds', async () => {
    const source = wfdbSource(`${data}/mitdb/102`, { speed: 'max' });
    const frames = framesOf(await collect(source));
    expect(samplesOf(frames).length).toBe(Math.ceil((650_000 * 250) / 360));
  });
});
