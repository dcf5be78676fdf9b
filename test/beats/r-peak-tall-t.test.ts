import { join } from 'node:path';
import { expect, it } from 'vitest';
import { textured } from '../../models/quality/textured.ts';
import { RPeakDetector } from '../../src/beats/r-peak-detector.ts';
import { wfdbSource } from '../../src/sources/wfdb.ts';
import { describeWithData } from '../shared-data.ts';

describeWithData('the R-peak detector on handheld recordings with T waves as high as the QRS', (data) => {
  // Counted by eye: QRS complexes, and not T waves
  it.each([
    ['A04595', 78],
    ['A04608', 84],
    ['A04737', 66],
  ])('counts each beat of %s once: %i', async (name, beats) => {
    const { signals } = await textured(wfdbSource(join(data, 'cinc2017', name), { speed: 'max' }));
    const detector = new RPeakDetector();
    const items = signals.flatMap((signal) => detector.push({ ...signal, flaw: undefined }));
    const found = [...items, ...detector.flush()].filter((item) => item.kind === 'r-peak').length;
    expect(Math.abs(found - beats)).toBeLessThanOrEqual(3);
  });
});
