import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { EvaluationReport, GroupFigures } from '../src/evaluate/report/evaluation-report.ts';
import { beatlens } from './cli/beatlens.ts';
import { describeWithData } from './shared-data.ts';

/** Cells of a page's table rows, without emphasis. */
function tableRows(page: string): string[][] {
  return readFileSync(new URL(`../${page}`, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => line.split('|').slice(1, -1))
    .map((cells) => cells.map((cell) => cell.trim().replaceAll('*', '')));
}

/** Computed figures may differ in the last digit between processors. */
const TOLERANCE = 0.1;

type Peaks = 'own' | 'reference';
type Task = 'qrs' | 'veb' | 'sveb';

describeWithData('figures in writing', (data) => {
  const folder = mkdtempSync(join(tmpdir(), 'beatlens-'));
  let report: EvaluationReport;
  beforeAll(async () => {
    const page = join(folder, 'mitdb.html');
    const run = await beatlens(['evaluate', join(data, 'mitdb'), '--report', page, '--json']);
    expect(run.exitCode).toBe(0);
    report = JSON.parse(readFileSync(page.replace('.html', '.json'), 'utf8'));
  }, 1_200_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  const groupOf = (peaks: Peaks, name: string) =>
    report[peaks].groups.find((group) => group.name === name) as GroupFigures;

  function expectAsPrinted(what: string, printed: readonly number[], group: GroupFigures, task: Task): void {
    const score = group[task];
    for (const [i, figure] of [score?.se, score?.ppv, score?.f1].entries()) {
      expect(Math.abs((figure as number) - printed[i]), `${what}: ${figure}`).toBeLessThanOrEqual(TOLERANCE);
    }
  }

  it.each([
    ['QRS, all 48 records', 'own', 'all records', 'qrs'],
    ['VEB, DS2, own R peaks', 'own', 'DS2', 'veb'],
    ['SVEB, DS2, own R peaks', 'own', 'DS2', 'sveb'],
    ['VEB, DS2, reference R peaks', 'reference', 'DS2', 'veb'],
    ['SVEB, DS2, reference R peaks', 'reference', 'DS2', 'sveb'],
  ] as const)('the README on %s', (what, peaks, group, task) => {
    const row = tableRows('README.md').find(([name]) => name === what);
    expect(row, `README has no row "${what}"`).toBeDefined();
    expectAsPrinted(what, (row as string[]).slice(1, 4).map(Number), groupOf(peaks, group), task);
  });

  it.each(['own', 'reference'] as const)(
    "docs/evaluation.md, gross, %s peaks: as 'npm run figures' writes it",
    (peaks) => {
      const rows = tableRows('docs/evaluation.md');
      const head = rows.findIndex(([name]) => name === `${peaks} peaks`);
      expect(head).toBeGreaterThanOrEqual(0);
      for (const [n, group] of report[peaks].groups.entries()) {
        const [name, , ...cells] = rows[head + 2 + n];
        expect(name).toBe(group.name);
        for (const [i, task] of (['qrs', 'veb', 'sveb'] as const).entries()) {
          const printed = /([\d.]+) \/ ([\d.]+) \(([\d.]+)/.exec(cells[i])?.slice(1).map(Number) ?? [];
          expect(printed).toHaveLength(3);
          expectAsPrinted(`${name}, ${task}`, printed, group, task);
        }
      }
    },
  );

  it('are not those of a model or a detector gone wrong', () => {
    const { qrs } = groupOf('own', 'all records');
    expect(qrs.se).toBeGreaterThanOrEqual(99.5);
    expect(qrs.ppv).toBeGreaterThanOrEqual(99.5);
    expect(groupOf('own', 'DS2').veb?.f1).toBeGreaterThanOrEqual(95);
    expect(groupOf('own', 'DS2').sveb?.f1).toBeGreaterThanOrEqual(60);
    expect(groupOf('own', 'normal rhythm').falseAlerts?.perHour).toBeLessThanOrEqual(5);
  });
});
