import { concatenated } from '../../src/dsp/concatenated.ts';
import { scoredReference } from '../../src/evaluate/aami.ts';
import type { Alteration } from '../../src/sources/wfdb.ts';
import { recordAnnotations } from '../../src/sources/wfdb-record.ts';

/** A QRS lies so far before and after its annotation, seconds … */
const BEFORE = 0.07;
const AFTER = 0.09;
/** … and what is done to it fades in and out within this. */
const FADE = 0.025;

/**
 * Lowers every QRS complex to a share of its height, and leaves the T waves as they are: a heart whose T wave is as
 * high as its QRS, of which the annotated databases have too few. A QRS is what differs from the line between where
 * it begins and where it ends.
 *
 * @param share the same for every beat, 0 to 1
 */
export function withLowQrs(share: number): Alteration {
  return async function* (record, _lead, samples) {
    const blocks: Float32Array[] = [];
    for await (const block of samples) blocks.push(block);
    const ecg = concatenated(blocks);
    const { rate } = record.header;
    const { beats } = scoredReference(await recordAnnotations(record, 'atr'));
    const original = ecg.slice();
    for (const { sample } of beats) {
      const from = Math.max(0, Math.round(sample - BEFORE * rate));
      const to = Math.min(ecg.length - 1, Math.round(sample + AFTER * rate));
      for (let i = from; i <= to; i++) {
        const line = original[from] + ((original[to] - original[from]) * (i - from)) / (to - from);
        const inside = Math.min(1, Math.min(i - from, to - i) / (FADE * rate));
        ecg[i] = original[i] - inside * (1 - share) * (original[i] - line);
      }
    }
    yield ecg;
  };
}
