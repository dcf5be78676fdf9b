import { describe, expect, test } from 'vitest';
import { patientIntervals } from '../../src/evaluate/bootstrap.ts';
import { Confusion } from '../../src/evaluate/confusion.ts';
import type { Counted } from '../../src/evaluate/figures.ts';
import { byPatient } from '../../src/evaluate/record-lists.ts';

/** A record with some VEBs found and some called normal. */
function record(found: number, missed: number): Counted {
  const confusion = new Confusion();
  confusion.count('V', 'v', found);
  confusion.count('V', 'n', missed);
  confusion.count('N', 'n', 100);
  return { confusion, near: confusion, paced: false, duration: 60 };
}

describe('intervals over patients', () => {
  test('patients who are all alike leave no doubt', () => {
    const patients = Array.from({ length: 8 }, () => [record(3, 1)]);
    expect(patientIntervals(patients)['veb.se']).toEqual([75, 75]);
  });

  test('of two patients, both or either may be drawn', () => {
    // Drawn are 1 and 1, 1 and 2, 2 and 2, in 1/4, 1/2 and 1/4 of the tries: the ends are the patients themselves.
    const intervals = patientIntervals([[record(9, 1)], [record(5, 5)]]);
    expect(intervals['veb.se']).toEqual([50, 90]);
    expect(intervals['sveb.f1']).toBeUndefined();
  });

  test('are the same every time', () => {
    const patients = [9, 7, 5, 3, 8].map((found) => [record(found, 10 - found)]);
    expect(patientIntervals(patients)).toEqual(patientIntervals(patients));
  });

  test('a spread as theory has it: the standard error of a mean', () => {
    // 40 patients with ten VEBs each, of whom half have all found and half none: 50 ± 1.96 × 50 / √40.
    const patients = Array.from({ length: 40 }, (_, n) => [n % 2 === 0 ? record(10, 0) : record(0, 10)]);
    const [low, high] = patientIntervals(patients)['veb.se'] as readonly [number, number];
    expect(low).toBeGreaterThan(32);
    expect(low).toBeLessThan(37.5);
    expect(high).toBeGreaterThan(62.5);
    expect(high).toBeLessThan(68);
  });

  test('201 and 202 are one patient', () => {
    expect(byPatient(['200', '201', '202', '203'])).toEqual([[0], [1, 2], [3]]);
    expect(byPatient(['202', '100'])).toEqual([[0], [1]]);
  });
});
