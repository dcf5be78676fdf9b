import { join } from 'node:path';
import { expect, it } from 'vitest';
import { rPeaks } from '../../models/detector/r-peaks.ts';
import { textured } from '../../models/quality/textured.ts';
import { scoredReference } from '../../src/evaluate/aami.ts';
import { MATCH_WINDOW, matchBeats } from '../../src/evaluate/match.ts';
import { noisyRecord } from '../../src/sources/noisy-record.ts';
import { openRecord, recordAnnotations } from '../../src/sources/wfdb-record.ts';
import { GRID_RATE } from '../../src/timeline/span.ts';
import { describeWithData } from '../shared-data.ts';

describeWithData('the R-peak detector on the noise stress test', (data) => {
  /** F1 (percent) on 118 and 119 with electrode motion added. */
  async function f1(decibels: number): Promise<number> {
    let [right, wrong] = [0, 0];
    for (const name of ['118', '119']) {
      const path = join(data, 'mitdb', name);
      const noise = { record: join(data, 'nstdb/em'), decibels, when: 'stress-test' } as const;
      const { signals } = await textured(noisyRecord(path, noise, { speed: 'max' }));
      const peaks = rPeaks(signals);
      const { beats } = scoredReference(await recordAnnotations(await openRecord(path), 'atr'));
      const pairs = matchBeats(
        beats.map(({ sample }) => sample / 360),
        peaks.map(({ index }) => index / GRID_RATE).sort((a, b) => a - b),
        MATCH_WINDOW,
      );
      for (const { reference, detected } of pairs) {
        if (reference !== undefined && detected !== undefined) right++;
        else wrong++;
      }
    }
    return (200 * right) / (2 * right + wrong);
  }

  it.each([
    [12, 99.5],
    [0, 89],
  ])('at %i dB, F1 of at least %f', async (decibels, least) => {
    expect(await f1(decibels)).toBeGreaterThanOrEqual(least);
  });
});
