import { describe, expect, test } from 'vitest';
import type { ReferenceLetter, TestLetter } from '../../src/evaluate/confusion.ts';
import { delaysOf } from '../../src/evaluate/delays.ts';
import { isError, worstStretch } from '../../src/evaluate/worst-stretch.ts';

/** "10Nn 12Vn": beats by time and letters. */
const beats = (text: string) =>
  text.split(' ').map((word) => ({
    time: Number.parseInt(word, 10),
    reference: word.at(-2) as ReferenceLetter,
    test: word.at(-1) as TestLetter,
  }));

describe('the worst thirty seconds', () => {
  test('hold the most errors, in their middle', () => {
    const found = worstStretch(beats('5Nn 20Vn 100Ns 110Nv 120No 125Vv 200Os'), false, 300);
    expect(found).toEqual({ from: 95, to: 125, errors: 3, errorsInRecord: 5 });
  });

  test('stay within the record', () => {
    expect(worstStretch(beats('2Vn'), false, 300)).toMatchObject({ from: 0, to: 30 });
    expect(worstStretch(beats('299Vn'), false, 300)).toMatchObject({ from: 270, to: 300 });
    expect(worstStretch(beats('3Vn'), false, 20)).toMatchObject({ from: 0, to: 20 });
  });

  test('are the first of several, and none where nothing is wrong', () => {
    expect(worstStretch(beats('50Vn 200Vn'), false, 300)?.from).toBe(35);
    expect(worstStretch(beats('50Nn 60Vv 70Qn'), false, 300)).toBeUndefined();
  });

  test('in a paced record count found beats only', () => {
    const [wrongClass, missed, extra] = beats('1Vn 2Qo 3On');
    expect([wrongClass, missed, extra].map((beat) => isError(beat, true))).toEqual([false, true, true]);
    expect([wrongClass, missed, extra].map((beat) => isError(beat, false))).toEqual([true, true, true]);
  });
});

test('delays as worked by hand, in grid samples of 4 ms', () => {
  const beat = (index: number, peakDecidedAt: number, decidedAt: number) =>
    ({ index, peakDecidedAt, decidedAt }) as Parameters<typeof delaysOf>[0][number];
  // The second verdict came 25 samples after the third R peak was known; the last one 1.5 s after its own.
  const delays = delaysOf([beat(100, 150, 340), beat(300, 340, 565), beat(500, 540, 875)]);
  expect(delays.rPeak).toEqual([0.2, 0.16, 0.16]);
  expect(delays.verdict).toEqual([0.96, 1.06, 1.5]);
  expect(delays.overdue).toEqual([0, 0.1, 0]);
});
