import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { EvaluationReport } from '../../../src/evaluate/report/evaluation-report.ts';
import { beatlens, type Ended } from '../../cli/beatlens.ts';
import { describeWithData } from '../../shared-data.ts';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
);
if (CHROMIUM === undefined)
  process.stderr.write('\n*** SKIPPED: the report of an evaluation in a browser needs Chromium ***\n');

describeWithData('the report of an evaluation', (data) => {
  const folder = mkdtempSync(join(tmpdir(), 'beatlens-'));
  const file = join(folder, 'report.html');
  let run: Ended;
  let page: string;
  let report: EvaluationReport;
  beforeAll(async () => {
    run = await beatlens([
      'evaluate',
      join(data, 'mitdb'),
      '--records',
      '105,202',
      '--report',
      file,
      '--json',
    ]);
    page = readFileSync(file, 'utf8');
    report = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'));
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  it('says what it wrote, for its owner only', () => {
    expect(run.exitCode).toBe(0);
    expect(run.stderr).toContain('4 of 4 runs of a record');
    expect(run.stderr).toMatch(/wrote .*report\.html and .*report\.json/);
    for (const name of ['report.html', 'report.json']) {
      expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    }
  });

  it('has the figures of --json', () => {
    const lines = run.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const [first, second, summary] = lines.map(
      ({ type: _type, peaks: _peaks, records: _records, without202: _without, ...figures }) => figures,
    );
    expect(report.own.records).toEqual([first, second]);
    expect(report.own.groups[0]).toMatchObject(summary);
    expect(report.own.groups[1]).toMatchObject({ name: 'all records without 202', ...lines[2].without202 });
    expect(report.reference.records[0].qrs).toMatchObject({ fn: 0, fp: 0 });
    const { V } = report.own.confusion;
    expect([V.v, V.n + V.s + V.f + V.q + V.o]).toEqual([summary.veb.tp, summary.veb.fn]);
  });

  it('shows them, and each record at its worst', () => {
    for (const { qrs, veb } of report.own.records) {
      expect(page).toContain(`>${qrs.f1?.toFixed(2)}<`);
      expect(page).toContain(`>${veb?.f1?.toFixed(2)}<`);
    }
    expect(report.worst.map(({ record }) => record)).toEqual(['105', '202']);
    // Six pieces of five seconds a record, the ROC, two reliabilities, and the offsets.
    expect(page.match(/<svg/g)).toHaveLength(2 * 6 + 4);
    expect(page).toMatch(/class="relevant q\d/);
    for (const { errors, errorsInRecord } of report.worst) {
      expect(page).toContain(`${errors} of the record’s ${errorsInRecord} errors`);
    }
  });

  it('needs nothing but itself', () => {
    expect(page).not.toMatch(/https?:|src=|<script|<link|@import|url\(/i);
  });

  it.skipIf(CHROMIUM === undefined)('fits a desk and a phone', async () => {
    const browser = await chromium.launch({ executablePath: CHROMIUM as string, args: ['--no-sandbox'] });
    for (const width of [1100, 360]) {
      const view = await browser.newPage({ viewport: { width, height: 800 } });
      const wrong: string[] = [];
      view.on('console', (message) => wrong.push(message.text()));
      view.on('request', (request) => {
        if (request.url() !== pathToFileURL(file).href) wrong.push(request.url());
      });
      await view.goto(pathToFileURL(file).href);
      expect(await view.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
      expect(wrong).toEqual([]);
    }
    await browser.close();
  });
});

it('is a page: another name is refused', async () => {
  const { exitCode, stderr } = await beatlens(['evaluate', 'nowhere', '--report', 'report.pdf']);
  expect(exitCode).toBe(2);
  expect(stderr).toContain('does not end in .html');
});
