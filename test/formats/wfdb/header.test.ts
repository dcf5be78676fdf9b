import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../../src/formats/input-error.ts';
import { parseHeader } from '../../../src/formats/wfdb/header.ts';

describe('parseHeader', () => {
  it('reads a header of the MIT-BIH Arrhythmia Database, CR LF and comments included', () => {
    const header = parseHeader(
      '100 2 360 650000\r\n100.dat 212 200 11 1024 995 -22131 0 MLII\r\n100.dat 212 200 11 1024 1011 20052 0 V5\r\n# 69 M\r\n',
      '100.hea',
    );
    expect(header).toMatchObject({ record: '100', rate: 360, length: 650_000, comments: ['69 M'] });
    expect(header.signals[0]).toEqual({
      file: '100.dat',
      format: 212,
      skew: 0,
      byteOffset: 0,
      gain: 200,
      baseline: 1024,
      units: 'mV',
      initialValue: 995,
      checksum: -22_131,
      description: 'MLII',
    });
    expect(header.signals[1].description).toBe('V5');
  });

  it.each([
    ['360', { rate: 360, counterFrequency: 360, baseCounter: 0 }],
    ['250/360', { rate: 250, counterFrequency: 360, baseCounter: 0 }],
    ['128.5/8(-12.5)', { rate: 128.5, counterFrequency: 8, baseCounter: -12.5 }],
  ])('reads the rate %s', (rate, expected) => {
    expect(parseHeader(`r 1 ${rate} 10\nr.dat 16`, 'r.hea')).toMatchObject(expected);
  });

  it('takes 250 Hz and an open length where the record line ends early', () => {
    expect(parseHeader('r 1\nr.dat 16', 'r.hea')).toMatchObject({ rate: 250, length: undefined });
  });

  it.each([
    ['', { gain: 200, baseline: 0, units: 'mV' }],
    ['0 12 0', { gain: 200, baseline: 0 }],
    ['0 12 512', { gain: 200, baseline: 512 }],
    ['200(1024)/mV 11 0', { gain: 200, baseline: 1024, units: 'mV' }],
    ['1716(-6)/mV', { gain: 1716, baseline: -6 }],
    ['1000/uV', { gain: 1000, units: 'uV' }],
    ['1e3', { gain: 1000 }],
  ])('reads the gain "%s"', (fields, expected) => {
    expect(parseHeader(`r 1 250 10\nr.dat 16 ${fields}`, 'r.hea').signals[0]).toMatchObject(expected);
  });

  it('reads skew and byte offset, and names of several words', () => {
    const { signals } = parseHeader('r 1 300 10\nr.mat 16x1:4+24 1000/mV 16 0 128 0 0 left  arm', 'r.hea');
    expect(signals[0]).toMatchObject({ format: 16, skew: 4, byteOffset: 24, description: 'left arm' });
    expect(signals[0].checksum).toBeUndefined();
  });

  it.each([
    ['', /no record line/],
    ['# only a comment', /no record line/],
    ['r/3 2 360 1000', /r\.hea line 1: .*several segments/],
    ['r none 360', /line 1: the number of signals is "none"/],
    ['r 0 360', /line 1: 0 signals/],
    ['r 1 fast', /line 1: "fast" is no sampling rate/],
    ['r 1 0', /line 1: a rate of 0/],
    ['r 1 1e99', /line 1: a rate of 1e99/],
    ['r 1 360 many', /line 1: the number of samples/],
    ['r 2 360 10\nr.dat 212', /announces 2 signals but describes 1/],
    ['r 1 360 10\n\n# x\nr.dat 212x4', /line 4: 4 samples a frame/],
    ['r 1 360 10\nr.dat twelve', /line 2: "twelve" is no signal format/],
    ['r 1 360 10\nr.dat 16 loud', /line 2: "loud" is no gain/],
    ['r 1 360 10\nr.dat 16 -200', /line 2: a gain of -200/],
    ['r 1 360 10\n../../etc/passwd 16', /line 2: .*not a plain file name/],
    ['r 1 360 10\n- 16', /line 2: .*not a plain file name/],
    ['r 1 360 10\nr.dat 16 200 11 0 1.5', /line 2: the initial value is "1.5"/],
  ])('refuses %j, naming file and line', (text, message) => {
    const read = () => parseHeader(text, 'r.hea');
    expect(read).toThrow(InputError);
    expect(read).toThrow(message);
  });

  it('ends in a header or an InputError, whatever the text', () => {
    const word = fc.oneof(
      fc.string({ maxLength: 12 }),
      fc.constantFrom('212', '16+24', '200(1024)/mV', '360', '0', '-1', 'r.dat', '\n', '\r\n', '#', '1e400'),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 40 }), (words) => {
        const text = words.join(' ');
        for (const candidate of [text, `r 1 360 10\n${text}`]) {
          try {
            const header = parseHeader(candidate, 'r.hea');
            expect(Number.isFinite(header.rate)).toBe(true);
            for (const { gain, baseline } of header.signals) {
              expect(gain).toBeGreaterThan(0);
              expect(Number.isFinite(gain) && Number.isFinite(baseline)).toBe(true);
            }
          } catch (error) {
            expect(error).toBeInstanceOf(InputError);
          }
        }
      }),
      { numRuns: 2000 },
    );
  });
});
