import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../../src/formats/input-error.ts';
import { parseHeader, type WfdbHeader } from '../../../src/formats/wfdb/header.ts';
import { SignalDecoder, toMillivolts } from '../../../src/formats/wfdb/signals.ts';
import { describeWithData } from '../../shared-data.ts';

/** Decodes a file in pieces of one size. */
function decode(header: WfdbHeader, bytes: Uint8Array, pieceLength = bytes.length): number[][] {
  const decoder = new SignalDecoder(header, header.signals[0].file, 'r.dat');
  const signals: number[][] = decoder.signals.map(() => []);
  const take = (blocks: Int16Array[]) => {
    for (const [signal, block] of blocks.entries()) signals[signal].push(...block);
  };
  for (let at = 0; at < bytes.length; at += pieceLength)
    take(decoder.push(bytes.subarray(at, at + pieceLength)));
  take(decoder.finish());
  return signals;
}

function header(signalCount: number, length: number | '', rest = '212'): WfdbHeader {
  return parseHeader(`r ${signalCount} 360 ${length}\n${`r.dat ${rest}\n`.repeat(signalCount)}`, 'r.hea');
}

/** Packs 12-bit samples as WFDB does: the reference that the decoder is held against. */
function pack212(samples: readonly number[]): Uint8Array {
  const bytes: number[] = [];
  for (let at = 0; at < samples.length; at += 2) {
    const first = samples[at] & 0xfff;
    const second = (samples[at + 1] ?? 0) & 0xfff;
    bytes.push(first & 0xff, (first >> 8) | ((second >> 8) << 4));
    if (at + 1 < samples.length) bytes.push(second & 0xff);
  }
  return Uint8Array.from(bytes);
}

describe('SignalDecoder', () => {
  it('decodes format 212, negative values included', () => {
    // 995 = 0x3e3 and 1011 = 0x3f3, the beginning of mitdb/100; then -1 and -2048.
    const bytes = Uint8Array.of(0xe3, 0x33, 0xf3, 0xff, 0x8f, 0x00);
    expect(decode(header(2, 2), bytes)).toEqual([
      [995, -1],
      [1011, -2048],
    ]);
  });

  it('decodes format 16 behind a byte offset', () => {
    const bytes = Uint8Array.of(9, 9, 9, 0x01, 0x00, 0xff, 0xff, 0x00, 0x80);
    expect(decode(header(1, 3, '16+3'), bytes)).toEqual([[1, -1, -32_768]]);
  });

  it('gives the same samples in pieces of any size, for any number of signals', () => {
    const shape = fc.record({
      samples: fc.array(fc.integer({ min: -2048, max: 2047 }), { minLength: 6, maxLength: 120 }),
      signalCount: fc.integer({ min: 1, max: 5 }),
      pieceLength: fc.integer({ min: 1, max: 40 }),
    });
    fc.assert(
      fc.property(shape, ({ samples, signalCount, pieceLength }) => {
        const length = Math.floor(samples.length / signalCount);
        const used = samples.slice(0, length * signalCount);
        const expected = Array.from({ length: signalCount }, (_, signal) =>
          used.filter((_, at) => at % signalCount === signal),
        );
        expect(decode(header(signalCount, length), pack212(used), pieceLength)).toEqual(expected);
        const bytes16 = new Uint8Array(Int16Array.from(used).buffer);
        expect(decode(header(signalCount, length, '16'), bytes16, pieceLength)).toEqual(expected);
      }),
    );
  });

  it('ignores what follows the samples that the header announces', () => {
    expect(decode(header(1, 2, '16'), Uint8Array.of(1, 0, 2, 0, 3, 0, 4))).toEqual([[1, 2]]);
  });

  it('refuses a file that is cut short, saying where it ends', () => {
    expect(() => decode(header(1, 3, '16'), Uint8Array.of(1, 0, 2, 0, 3))).toThrow(
      /r\.dat ends at byte 5, after 2 of 3/,
    );
    expect(() => decode(header(1, '', '16'), new Uint8Array(0))).toThrow(InputError);
  });

  it('refuses a wrong checksum and a wrong first sample, naming file and signal', () => {
    const bytes = Uint8Array.of(5, 0, 7, 0);
    expect(decode(header(1, 2, '16 200 11 0 5 12 0 II'), bytes)).toEqual([[5, 7]]);
    expect(() => decode(header(1, 2, '16 200 11 0 5 13 0 II'), bytes)).toThrow(
      /r\.dat, signal II: .*checksum/,
    );
    expect(() => decode(header(1, 2, '16 200 11 0 6 12 0 II'), bytes)).toThrow(
      /r\.dat at byte 0, signal II: .*first sample is 5/,
    );
  });

  it('keeps the checksum exact beyond 32 bits of sum', () => {
    const samples = new Int16Array(200_000).fill(-32_000);
    const checksum = (((200_000 * -32_000) % 65_536) << 16) >> 16;
    expect(() =>
      decode(header(1, 200_000, `16 200 16 0 -32000 ${checksum}`), new Uint8Array(samples.buffer), 65_536),
    ).not.toThrow();
  });

  it('refuses formats that it cannot read, and files of two formats', () => {
    expect(() => decode(header(1, 2, '80'), new Uint8Array(2))).toThrow(/signal format 80/);
    const mixed = parseHeader('r 2 360 2\nr.dat 16\nr.dat 212', 'r.hea');
    expect(() => decode(mixed, new Uint8Array(20))).toThrow(/more than one format/);
  });

  it('ends in samples or an InputError, whatever the bytes', () => {
    const headers = [header(2, 10), header(1, '', '16+5'), header(3, 7, '212 200 12 0 1 2')];
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.constantFrom(...headers), (bytes, any) => {
        try {
          decode(any, bytes, 5);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
    );
  });
});

describe('toMillivolts', () => {
  it('applies gain, baseline and unit, and marks missing samples', () => {
    const [spec] = header(1, 3, '212 200(1024)/mV').signals;
    expect([...toMillivolts(Int16Array.of(1224, 1024, -2048), spec)]).toEqual([1, 0, Number.NaN]);
    const [microvolts] = header(1, 3, '16 2/uV').signals;
    expect(toMillivolts(Int16Array.of(2000, -32_768, -2048), microvolts)[0]).toBeCloseTo(1, 6);
    expect(toMillivolts(Int16Array.of(-32_768, -2048), microvolts)[0]).toBeNaN();
    expect(toMillivolts(Int16Array.of(-32_768, -2048), microvolts)[1]).toBeCloseTo(-1.024, 6);
  });
});

describeWithData('the databases', (data) => {
  it.each([
    ['mitdb', '100', [995, 1011]],
    ['mitdb', '114', [1015, 1027]],
    ['svdb', '800', [-101, 123]],
    ['nstdb', 'bw', [-29, 25]],
    ['ludb', '1', [-120, 25]],
    ['cinc2017', 'A00002', [128]],
  ])('%s/%s: length and checksums hold', (database, name, first) => {
    const folder = join(data, database);
    const parsed = parseHeader(readFileSync(join(folder, `${name}.hea`), 'latin1'), `${name}.hea`);
    const decoder = new SignalDecoder(parsed, parsed.signals[0].file, name);
    const blocks = decoder.push(readFileSync(join(folder, parsed.signals[0].file)));
    decoder.finish();
    expect(blocks.slice(0, 2).map((block) => block[0])).toEqual(first);
    expect(blocks.every((block) => block.length === parsed.length)).toBe(true);
  });
});
