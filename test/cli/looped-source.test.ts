import { expect, test } from 'vitest';
import { loopedSource, samplesOf } from '../../src/cli/looped-source.ts';
import { openSource } from '../../src/sources/open.ts';
import { shippedCapture } from './beatlens.ts';

test('a recording becomes one stream that goes round and round', async () => {
  const once = await samplesOf(await openSource(shippedCapture, { speed: 'max' }));
  expect(once.length / 250).toBeCloseTo(300, 0);
  const looped = await samplesOf(loopedSource('loop', once, 700));
  expect(looped.length).toBeGreaterThanOrEqual(700 * 250);
  // The patch rounds to its units anew: at most half of one.
  for (let i = 0; i < looped.length; i += 97) {
    expect(Math.abs(looped[i] - once[i % once.length])).toBeLessThan(0.001);
  }
});
