import { describe, expect, it } from 'vitest';
import { rhythmLabels } from '../../src/evaluate/rhythm-label.ts';
import type { Annotation } from '../../src/formats/wfdb/annotation.ts';

/** Annotations a second apart: a beat's code, or a rhythm such as `(AFIB`. */
function annotations(...marks: string[]): Annotation[] {
  return marks.map((mark, i) => ({
    sample: 360 * i,
    symbol: mark.startsWith('(') ? '+' : mark,
    subtype: 0,
    channel: 0,
    number: 0,
    aux: mark.startsWith('(') ? mark : '',
  }));
}

const classes = (...marks: string[]) => rhythmLabels(annotations(...marks)).map((label) => label.class);

describe('the eight classes', () => {
  it('follow the code where no rhythm decides', () => {
    expect(classes('(N', 'N', 'V', 'A', 'a', 'L', 'R')).toEqual(['N', 'PVC', 'PAC', 'PAC', 'LBBB', 'RBBB']);
  });

  it('follow the rhythm over every supraventricular code, but not over V', () => {
    expect(classes('(AFIB', 'N', 'a', 'j', 'R', 'V', 'F')).toEqual([
      'AF',
      'AF',
      'AF',
      'AF',
      'PVC',
      undefined,
    ]);
    expect(classes('(SVTA', 'A', 'J', 'N')).toEqual(['SVTA', 'SVTA', 'SVTA']);
    expect(classes('(SBR', 'R', 'A')).toEqual(['SBR', 'SBR']);
  });

  it('end with their rhythm, and do not begin before it', () => {
    expect(classes('N', '(AFIB', 'N', '(N', 'N', 'A')).toEqual(['N', 'AF', 'N', 'PAC']);
  });

  it('have no room for fusion, escape, paced and unknown beats, nor for flutter', () => {
    expect(classes('(N', 'F', 'E', 'e', 'j', 'J', '/', 'f', 'Q')).toEqual(new Array(8).fill(undefined));
    expect(classes('(AFL', 'N', 'V')).toEqual([undefined, 'PVC']);
  });

  it('leave all other rhythms to the code', () => {
    expect(classes('(B', 'N', 'V', '(PREX', 'N', '(BII', 'R')).toEqual(['N', 'PVC', 'N', 'RBBB']);
  });

  it('do not count what is no heartbeat, nor beats within fibrillation of the ventricles', () => {
    expect(rhythmLabels(annotations('(N', 'N', '~', '|', '[', 'V', ']', 'N'))).toHaveLength(2);
  });
});
