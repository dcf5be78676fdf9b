import { join } from 'node:path';
import { expect, it } from 'vitest';
import { rhythmTable } from '../../src/cli/rhythm-table.ts';
import { describeWithData } from '../shared-data.ts';

/**
 * The most normal beats that may be called S, percent, where it is more than one: fibrillation is a known weakness, and
 * where conduction returns after minutes, three beats are needed to know it (docs/evaluation.md).
 */
const MOST_FALSE = { 'atrial fibrillation': 10, 'for two minutes': 3 };

describeWithData('rhythms of the textbook, made of the normal beats of record 115', (data) => {
  it('are heard for what they are', async () => {
    const table = await rhythmTable([join(data, 'mitdb', '115')]);
    const rows = table.slice(2).map((line) => line.split('|').slice(1, -1));
    const shares = (cells: readonly string[]) => cells.map((cell) => Number.parseFloat(cell) || 0);
    expect(rows).toHaveLength(12);
    for (const [name, ...cells] of rows) {
      const [normal, falseS, falseV, unjudged, premature, s] = shares(
        cells.map((cell) => cell.replace(',', '')),
      );
      const [missed, extra] = shares(cells.slice(-2));
      expect(normal, name).toBeGreaterThan(200);
      const [, most] = Object.entries(MOST_FALSE).find(([weak]) => name.includes(weak)) ?? [name, 1];
      expect(falseS, name).toBeLessThan(most);
      expect(falseV + unjudged, name).toBeLessThan(3);
      expect(missed + extra, name).toBeLessThan(5);
      if (premature > 0) expect(s, name).toBeGreaterThan(95);
    }
    expect(rows.filter((cells) => Number.parseFloat(cells[5]) > 0)).toHaveLength(4);
  });
});
