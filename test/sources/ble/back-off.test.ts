import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BackOff, RECONNECTION } from '../../../src/sources/ble/back-off.ts';

describe('BackOff', () => {
  it('doubles up to its limit, and begins anew', () => {
    const backOff = new BackOff({ least: 100, most: 500 }, () => 1);
    expect([1, 2, 3, 4, 5].map(() => backOff.next())).toEqual([100, 200, 400, 500, 500]);
    backOff.reset();
    expect(backOff.next()).toBe(100);
  });

  it('never waits less than half of its least, nor more than its most', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1 }), (draws) => {
        const left = [...draws];
        const backOff = new BackOff(RECONNECTION, () => left.shift() as number);
        for (const _ of draws) {
          const wait = backOff.next();
          expect(wait).toBeGreaterThanOrEqual(RECONNECTION.least / 2);
          expect(wait).toBeLessThanOrEqual(RECONNECTION.most);
        }
      }),
    );
  });
});
