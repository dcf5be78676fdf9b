import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { aamiClass, isPaced, scoredReference } from '../../src/evaluate/aami.ts';
import { scoreRecord } from '../../src/evaluate/record.ts';
import { RECORD_LISTS } from '../../src/evaluate/record-lists.ts';
import { qrsScore, svebScore, vebScore } from '../../src/evaluate/score.ts';
import type { Annotation } from '../../src/formats/wfdb/annotation.ts';
import { readAnnotations } from '../../src/formats/wfdb/annotations.ts';
import { describeWithData } from '../shared-data.ts';

/** "100N 400V": beats by sample and symbol. */
function annotations(text: string): Annotation[] {
  return text.split(' ').map((word) => ({
    sample: Number.parseInt(word, 10),
    symbol: word.replace(/^\d+/, ''),
    subtype: 0,
    channel: 0,
    number: 0,
    aux: '',
  }));
}

const cells = (reference: string, detected: string) =>
  Object.fromEntries(
    scoreRecord(annotations(reference), annotations(detected), 360, 10, 0.15).confusion.cells,
  );

describe('AAMI classes', () => {
  test('group the labels of WFDB', () => {
    const grouped = [...'NLRBejaAJSnVErF/fQ?'].map((symbol) => `${symbol}${aamiClass(symbol)}`).join(' ');
    expect(grouped).toBe('NN LN RN BN eN jN aS AS JS SS nS VV EV rV FF /Q fQ QQ ?Q');
  });
});

describe('a record', () => {
  test('is compared beat by beat', () => {
    expect(cells('10+ 100N 400A 700V 1000F 1300/ 1600N', '110N 390V 700Q 1010V 1300N 1800S')).toEqual({
      Nn: 1,
      Sv: 1,
      Vq: 1,
      Fv: 1,
      Qn: 1,
      No: 1,
      Os: 1,
    });
  });

  test('has a window of 150 ms: 54 samples at 360 Hz', () => {
    expect(cells('1000N', '1054N')).toEqual({ Nn: 1 });
    expect(cells('1000N', '1055N')).toEqual({ No: 1, On: 1 });
  });

  test('is not scored during ventricular fibrillation', () => {
    expect(cells('100N 300[ 500N 900] 1200N', '100N 400V 600N 800V 1200N 1500V')).toEqual({ Nn: 2, Ov: 1 });
    expect(cells('100N 300[ 500N', '100N 400V 9000N')).toEqual({ Nn: 1 });
  });

  test('is paced when one of its beats is', () => {
    expect(isPaced(annotations('100N 200/'))).toBe(true);
    expect(isPaced(annotations('100N 200f'))).toBe(false);
  });
});

describe('record lists', () => {
  test('are 22 records each, none in both and none paced', () => {
    const { ds1, ds2 } = RECORD_LISTS;
    expect([ds1.length, ds2.length, new Set([...ds1, ...ds2]).size]).toEqual([22, 22, 44]);
    for (const paced of ['102', '104', '107', '217']) expect([...ds1, ...ds2]).not.toContain(paced);
  });
});

describeWithData('the reference annotations of the MIT-BIH Arrhythmia Database', (data) => {
  const records = readdirSync(join(data, 'mitdb')).filter((file) => file.endsWith('.atr'));
  const reference = (file: string) => readAnnotations(readFileSync(join(data, 'mitdb', file)), 360, file);

  test('hold the published number of beats of each class', () => {
    const counts: Record<string, number> = {};
    for (const file of records) {
      for (const { symbol } of scoredReference(reference(file)).beats) {
        counts[aamiClass(symbol)] = (counts[aamiClass(symbol)] ?? 0) + 1;
      }
    }
    expect(counts).toEqual({ N: 90631, S: 2781, V: 7236, F: 803, Q: 8043 });
  });

  test('are paced in the four records that are known to be', () => {
    expect(records.filter((file) => isPaced(reference(file)))).toEqual([
      '102.atr',
      '104.atr',
      '107.atr',
      '217.atr',
    ]);
  });

  test('score 100 % against themselves', () => {
    for (const file of records) {
      const annotated = reference(file);
      const itself = scoredReference(annotated).beats.map((beat) => ({
        ...beat,
        symbol: aamiClass(beat.symbol),
      }));
      const { confusion } = scoreRecord(annotated, itself, 360, 1805.6, 0.15);
      for (const score of [qrsScore, vebScore, svebScore]) {
        expect(score(confusion)).toMatchObject({ fn: 0, fp: 0 });
      }
    }
  });
});
