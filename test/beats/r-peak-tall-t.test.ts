import { join } from 'node:path';
import { expect, it } from 'vitest';
import { rPeaks } from '../../models/detector/r-peaks.ts';
import { textured } from '../../models/quality/textured.ts';
import { wfdbSource } from '../../src/sources/wfdb.ts';
import { describeWithData } from '../shared-data.ts';

describeWithData('the R-peak detector on handheld recordings with T waves as high as the QRS', (data) => {
  // As kalidas2017 of neurokit2 counts, and the eye in the first twelve seconds of each
  it.each([
    ['A04595', 78],
    ['A04608', 84],
    ['A04737', 66],
  ])('counts each beat of %s once: %i', async (name, beats) => {
    const { signals } = await textured(wfdbSource(join(data, 'cinc2017', name), { speed: 'max' }));
    expect(Math.abs(rPeaks(signals).length - beats)).toBeLessThanOrEqual(3);
  });
});
