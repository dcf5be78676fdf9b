import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ended, start } from './cli/beatlens.ts';
import { describeWithData } from './shared-data.ts';

/** Rows of the README's table of figures: what was measured, then Se, +P and F1 as printed. */
const rows = new Map(
  readFileSync(new URL('../README.md', import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => /^\| (QRS|VEB|SVEB), /.test(line))
    .map((line) => line.split('|').map((cell) => cell.trim().replaceAll('*', '')))
    .map(([, what, ...figures]) => [what, figures.slice(0, 3).map(Number)] as const),
);

/** Computed figures may differ in the last digit between processors. */
const TOLERANCE = 0.1;

type Score = Readonly<Record<'se' | 'ppv' | 'f1', number>>;
type Summary = Readonly<Record<'qrs' | 'veb' | 'sveb', Score>>;

describeWithData('the figures of the README', (data) => {
  async function summary(...options: string[]): Promise<Summary> {
    const run = await ended(start(['evaluate', join(data, 'mitdb'), '--json', ...options]));
    expect(run.exitCode).toBe(0);
    return JSON.parse(run.stdout.trim().split('\n').at(-1) ?? '') as Summary;
  }

  function expectAsPrinted(what: string, { se, ppv, f1 }: Score): void {
    const printed = rows.get(what);
    expect(printed, `README has no row "${what}"`).toBeDefined();
    for (const [i, figure] of [se, ppv, f1].entries()) {
      expect(Math.abs(figure - (printed as number[])[i]), `${what}: ${figure}`).toBeLessThanOrEqual(
        TOLERANCE,
      );
    }
  }

  it('QRS detection, all records', { timeout: 600_000 }, async () => {
    const { qrs } = await summary();
    expectAsPrinted('QRS, all 48 records', qrs);
    expect(qrs.se).toBeGreaterThanOrEqual(99.5);
    expect(qrs.ppv).toBeGreaterThanOrEqual(99.5);
  });

  it('classification, DS2, own R peaks', { timeout: 600_000 }, async () => {
    const { veb, sveb } = await summary('--records', 'ds2');
    expectAsPrinted('VEB, DS2, own R peaks', veb);
    expectAsPrinted('SVEB, DS2, own R peaks', sveb);
    expect(veb.f1).toBeGreaterThanOrEqual(90);
    expect(sveb.f1).toBeGreaterThanOrEqual(65);
  });

  it('classification, DS2, reference R peaks', { timeout: 600_000 }, async () => {
    const { veb, sveb } = await summary('--records', 'ds2', '--peaks', 'reference');
    expectAsPrinted('VEB, DS2, reference R peaks', veb);
    expectAsPrinted('SVEB, DS2, reference R peaks', sveb);
  });
});
