import { describe, expect, test } from 'vitest';
import { Confusion, type ReferenceLetter, type TestLetter } from '../../src/evaluate/confusion.ts';
import { accuracy, qrsScore, svebScore, vebScore } from '../../src/evaluate/score.ts';

const references = ['N', 'S', 'V', 'F', 'Q', 'O'] as const;
const tests = ['n', 's', 'v', 'f', 'q', 'o'] as const;

function one(reference: ReferenceLetter, test: TestLetter): Confusion {
  const confusion = new Confusion();
  confusion.count(reference, test);
  return confusion;
}

/** Where EC57 puts each cell, written out from the rules: rows are the reference, columns n s v f q o. */
const table = (rows: string) =>
  rows
    .trim()
    .split('\n')
    .map((row) => row.trim().split(/\s+/));
const expected = {
  qrs: table(`
    tp tp tp tp tp fn
    tp tp tp tp tp fn
    tp tp tp tp tp fn
    tp tp tp tp tp fn
    tp tp tp tp tp fn
    fp fp fp fp fp -`),
  veb: table(`
    -  -  fp -  -  -
    -  -  fp -  -  -
    fn fn tp fn fn fn
    -  -  -  -  -  -
    -  -  -  -  -  -
    -  -  fp -  -  -`),
  sveb: table(`
    -  fp -  -  -  -
    fn tp fn fn fn fn
    -  fp -  -  -  -
    -  fp -  -  -  -
    -  -  -  -  -  -
    -  fp -  -  -  -`),
};
const scores = { qrs: qrsScore, veb: vebScore, sveb: svebScore };

describe('where each cell counts', () => {
  for (const [task, score] of Object.entries(scores) as [keyof typeof scores, typeof qrsScore][]) {
    test.each(
      references.flatMap((r, row) =>
        tests.map((t, column) => [`${r}${t}`, r, t, expected[task][row][column]] as const),
      ),
    )(`${task}: %s`, (_, reference, answer, where) => {
      if (reference === 'O' && answer === 'o') return; // neither side has a beat
      const { tp, fn, fp } = score(one(reference, answer));
      expect({ tp, fn, fp }).toEqual({ tp: 0, fn: 0, fp: 0, ...(where === '-' ? {} : { [where]: 1 }) });
    });
  }
});

describe('figures, as worked by hand', () => {
  const confusion = new Confusion();
  const cells: [ReferenceLetter, TestLetter, number][] = [
    ['N', 'n', 900],
    ['N', 's', 10],
    ['N', 'v', 5],
    ['N', 'o', 15],
    ['S', 's', 30],
    ['S', 'n', 9],
    ['S', 'q', 1],
    ['V', 'v', 40],
    ['V', 'f', 4],
    ['V', 'o', 6],
    ['F', 'v', 7],
    ['F', 'f', 3],
    ['Q', 'v', 2],
    ['Q', 'n', 1],
    ['O', 'n', 12],
    ['O', 'v', 3],
  ];
  for (const [reference, answer, times] of cells) confusion.count(reference, answer, times);

  test('QRS', () => {
    // Found: 900 + 10 + 5 + 30 + 9 + 1 + 40 + 4 + 7 + 3 + 2 + 1 = 1012; missed 21; extra 15.
    const { tp, fn, fp, se, ppv, f1 } = qrsScore(confusion);
    expect([tp, fn, fp]).toEqual([1012, 21, 15]);
    expect(se).toBeCloseTo((100 * 1012) / 1033, 9);
    expect(ppv).toBeCloseTo((100 * 1012) / 1027, 9);
    expect(f1).toBeCloseTo((100 * 2024) / 2060, 9);
  });

  test('VEB: fusion and Q beats called v are no false positives', () => {
    const { tp, fn, fp, se, ppv } = vebScore(confusion);
    expect([tp, fn, fp]).toEqual([40, 10, 8]);
    expect(se).toBeCloseTo(80, 9);
    expect(ppv).toBeCloseTo(100 * (40 / 48), 9);
  });

  test('SVEB', () => {
    const { tp, fn, fp, f1 } = svebScore(confusion);
    expect([tp, fn, fp]).toEqual([30, 10, 10]);
    expect(f1).toBeCloseTo(75, 9);
  });

  test('accuracy is over the detected N, S, V and F beats, unjudged ones included', () => {
    expect(accuracy(confusion)).toBeCloseTo((100 * (900 + 30 + 40 + 3)) / 1009, 9);
  });

  test('gross figures are those of the summed counts', () => {
    const gross = new Confusion();
    gross.add(confusion);
    gross.add(Confusion.of(confusion.cells));
    expect(vebScore(gross)).toEqual({ ...vebScore(confusion), tp: 80, fn: 20, fp: 16 });
  });

  test('what was never there has no percentage', () => {
    expect(svebScore(one('N', 'n'))).toEqual({
      tp: 0,
      fn: 0,
      fp: 0,
      se: undefined,
      ppv: undefined,
      f1: undefined,
    });
    expect(svebScore(one('S', 'n'))).toMatchObject({ se: 0, ppv: undefined, f1: 0 });
    expect(accuracy(new Confusion())).toBeUndefined();
  });
});
