import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../../src/formats/input-error.ts';
import { type Annotation, codeOf, isBeat, symbolOf } from '../../../src/formats/wfdb/annotation.ts';
import { readAnnotations, writeAnnotations } from '../../../src/formats/wfdb/annotations.ts';
import { describeWithData } from '../../shared-data.ts';

const plain = { subtype: 0, channel: 0, number: 0, aux: '' };
const read = (...bytes: number[]) => readAnnotations(Uint8Array.from(bytes), 360, 'r.atr');

// Worked by hand: "+" (28) at 18 with the text "(N" and a zero, N (1) at 77, then V (5) 100,000 later,
// behind a skip whose words come high word first.
const BYTES = [
  0x12,
  0x70,
  0x03,
  0xfc,
  0x28,
  0x4e,
  0x00,
  0x00, // + at 18, text of 3 bytes and a pad
  0x3b,
  0x04, // N, 59 later
  0x00,
  0xec,
  0x01,
  0x00,
  0xa0,
  0x86,
  0x00,
  0x14, // skip 0x000186a0, V
  0x00,
  0x00,
];
const ANNOTATIONS: Annotation[] = [
  { ...plain, sample: 18, symbol: '+', aux: '(N' },
  { ...plain, sample: 77, symbol: 'N' },
  { ...plain, sample: 100_077, symbol: 'V' },
];

describe('readAnnotations', () => {
  it('reads distances, skips and padded text', () => {
    expect(read(...BYTES)).toEqual(ANNOTATIONS);
  });

  it('keeps channel and number until they change, a subtype for one annotation only', () => {
    const bytes = [0x01, 0x04, 0xff, 0xf7, 0x02, 0xf8, 0x03, 0xf0, 0x01, 0x04, 0x00, 0x00];
    expect(read(...bytes)).toEqual([
      { sample: 1, symbol: 'N', subtype: -1, channel: 2, number: 3, aux: '' },
      { sample: 2, symbol: 'N', subtype: 0, channel: 2, number: 3, aux: '' },
    ]);
  });

  it('converts a file that counts in another time resolution', () => {
    const note = { ...plain, sample: 0, symbol: '"', aux: '## time resolution: 720' };
    const bytes = writeAnnotations([note, { ...plain, sample: 1440, symbol: 'N' }]);
    expect(readAnnotations(bytes, 360, 'r.atr')).toEqual([{ ...plain, sample: 720, symbol: 'N' }]);
  });

  it.each([
    ['no end mark', [0x12, 0x04], /r\.atr at byte 2: .*without their end mark/],
    ['half a word', [0x12, 0x04, 0x00], /at byte 2/],
    ['a skip without distance', [0x00, 0xec, 0x01], /at byte 0/],
    ['a text longer than the file', [0x12, 0x04, 0x09, 0xfc, 0x28], /at byte 2/],
    ['a remark on nothing', [0x01, 0xf4, 0x00, 0x00], /at byte 0: .*before any annotation/],
    ['an unknown code', [0x12, 0x04, 0x00, 0xd8, 0x00, 0x00], /at byte 2: 54 is no annotation code/],
    ['a time before the record', [0x00, 0xec, 0xff, 0xff, 0xf0, 0xff, 0x00, 0x04], /at byte 6: .*-16/],
  ])('refuses %s, naming file and byte', (_, bytes, message) => {
    expect(() => read(...bytes)).toThrow(InputError);
    expect(() => read(...bytes)).toThrow(message);
  });

  it('ends in annotations or an InputError, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          for (const { sample } of readAnnotations(bytes, 360, 'r.atr'))
            expect(sample).toBeGreaterThanOrEqual(0);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('writeAnnotations', () => {
  it('writes the bytes that WFDB writes', () => {
    // WFDB counts a text's ending zero only where it is given one.
    const written = [...BYTES];
    written[2] = 0x02;
    written.splice(6, 2);
    expect([...writeAnnotations(ANNOTATIONS)]).toEqual(written);
  });

  it('writes what the reader reads back', () => {
    const annotation = fc.record({
      sample: fc.integer({ min: 0, max: 10_000_000 }),
      symbol: fc.constantFrom('N', 'V', 'A', '+', '~', '/', '"', '[42]'),
      subtype: fc.integer({ min: -128, max: 127 }),
      channel: fc.integer({ min: -1, max: 11 }),
      number: fc.integer({ min: -128, max: 127 }),
      aux: fc.string({ maxLength: 60, unit: fc.constantFrom('(', 'A', 'F', 'ö', ' ') }),
    });
    fc.assert(
      fc.property(fc.array(annotation, { maxLength: 30 }), (annotations) => {
        expect(readAnnotations(writeAnnotations(annotations), 360, 'r.bl')).toEqual(annotations);
      }),
    );
  });

  it('refuses what the format cannot hold', () => {
    expect(() => writeAnnotations([{ ...plain, sample: 1, symbol: 'Z' }])).toThrow(RangeError);
    expect(() => writeAnnotations([{ ...plain, sample: 1.5, symbol: 'N' }])).toThrow(RangeError);
    expect(() => writeAnnotations([{ ...plain, sample: 1, symbol: '+', aux: 'x'.repeat(256) }])).toThrow(
      RangeError,
    );
  });
});

describe('symbols', () => {
  it('stand for one code each', () => {
    for (let code = 1; code <= 49; code++) expect(codeOf(symbolOf(code))).toBe(code);
    expect([symbolOf(1), symbolOf(5), symbolOf(28), symbolOf(41)]).toEqual(['N', 'V', '+', 'r']);
    expect(codeOf(' ')).toBeUndefined();
    expect(codeOf('[50]')).toBeUndefined();
  });
});

describeWithData('annotations of the databases', (data) => {
  const annotationsOf = (name: string, rate = 360) =>
    readAnnotations(readFileSync(join(data, name)), rate, name);
  const mitdb = readdirSync(data === '' ? '.' : join(data, 'mitdb')).filter((name) => name.endsWith('.atr'));

  it('mitdb holds 109,494 beats, of which 7,236 are V or E', () => {
    const all = mitdb.flatMap((name) => annotationsOf(`mitdb/${name}`));
    expect(all.length).toBe(112_647);
    expect(all.filter(({ symbol }) => isBeat(symbol)).length).toBe(109_494);
    expect(all.filter(({ symbol }) => symbol === 'V' || symbol === 'E').length).toBe(7_236);
  });

  it('mitdb/201 holds its rhythm notes', () => {
    const rhythms = annotationsOf('mitdb/201.atr').filter(({ symbol }) => symbol === '+');
    expect(new Set(rhythms.map(({ aux }) => aux))).toEqual(new Set(['(AFIB', '(N', '(NOD', '(SVTA', '(T']));
    expect(rhythms[0]).toMatchObject({ aux: '(AFIB' });
  });

  it('svdb/801 begins with a note of its time resolution, which is no annotation', () => {
    expect(annotationsOf('svdb/801.atr', 128)[0]).toEqual({ ...plain, sample: 46, symbol: 'N' });
  });

  it('what is written again reads the same', () => {
    const annotations = annotationsOf('mitdb/207.atr');
    expect(readAnnotations(writeAnnotations(annotations), 360, '207.bl')).toEqual(annotations);
  });
});
