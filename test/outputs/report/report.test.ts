import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { Incidents, KEPT_INCIDENTS } from '../../../src/outputs/report/incidents.ts';
import { KeptAlerts, NEWEST, SURESTS } from '../../../src/outputs/report/kept-alerts.ts';
import { ReportOutput } from '../../../src/outputs/report/report-output.ts';
import { Trend } from '../../../src/outputs/report/trend.ts';
import { Tally } from '../../../src/outputs/tally.ts';
import { BEGAN_AT_MS, beat, gap, shortStream, signal } from '../stream.ts';

const folder = mkdtempSync(join(tmpdir(), 'beatlens-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function reportOf(name: string, { source = 'short', live = false } = {}): Promise<string> {
  const path = join(folder, name);
  const tally = new Tally();
  const complain = (message: string) => {
    throw new Error(message);
  };
  const output = new ReportOutput({ source, model: 'm' }, tally, { path, live, complain });
  for (const item of shortStream()) {
    tally.take(item);
    output.take(item);
  }
  await output.finish();
  return readFileSync(path, 'utf8');
}

describe('the page', () => {
  test('shows every alert with its trace, sentence and parts, and what was missing', async () => {
    const page = await reportOf('whole.html');
    expect(page.match(/<article>/g)).toHaveLength(3);
    expect(page).toContain('VEB 0.97: early (0.58 of usual RR), wide QRS (148 ms)');
    expect(page).toContain('model’s intercept');
    expect(page).toContain('gap: link-lost');
    expect(page).toContain('not judged: lead-off');
    // The brightest part of the bump that the relevance of these alerts is.
    expect(page.match(/class="relevant q8"/g)?.length).toBeGreaterThanOrEqual(3);
  });

  test('names nothing that would be loaded', async () => {
    const page = await reportOf('local.html');
    expect(page).not.toMatch(/https?:|url\(|@import|<script|<link|src=/);
    expect(page).toContain("default-src 'none'");
  });

  test('a name from the air stays text', async () => {
    const page = await reportOf('name.html', { source: '<img src=x onerror=alert(1)>\u202e' });
    expect(page).not.toContain('<img');
    expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;');
  });

  test('tells the time of day of a live stream only', async () => {
    // The stream begins with its last introduction, one second after its first item.
    const year = String(new Date(BEGAN_AT_MS).getFullYear());
    expect(await reportOf('live.html', { live: true })).toContain(`/${year}, `);
    expect(await reportOf('replayed.html')).not.toContain(year);
  });

  test('is readable by its owner only, and leaves no half-written file', async () => {
    await reportOf('mode.html');
    expect(statSync(join(folder, 'mode.html')).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  });
});

describe('the course over time', () => {
  test('counts each beat, gap and flaw once, however often bins were joined', () => {
    const trend = new Trend();
    const minutes = 200;
    for (let minute = 0; minute < minutes; minute++) {
      trend.take(signal(60 * minute, 50));
      for (const item of beat({ time: 60 * minute + 30, class: minute % 4 === 0 ? 'V' : 'N' }))
        trend.take(item);
      trend.take(gap(60 * minute + 50, 10));
    }
    expect(trend.bins.length).toBeLessThanOrEqual(360);
    expect(trend.width * trend.bins.length).toBeGreaterThanOrEqual(60 * minutes);
    const sum = (of: (bin: (typeof trend.bins)[number]) => number) =>
      trend.bins.reduce((total, bin) => total + of(bin), 0);
    expect(sum(({ beats }) => beats.V)).toBe(minutes / 4);
    expect(sum(({ beats }) => beats.N)).toBe((3 * minutes) / 4);
    expect(sum((bin) => bin.gap)).toBeCloseTo(10 * minutes, 6);
  });
});

describe('of many alerts', () => {
  const many = new KeptAlerts();
  const count = 400;
  for (let n = 0; n < count; n++) {
    many.take(signal(n, 1));
    for (const item of beat({ time: n + 0.5, class: n < 200 ? 'S' : 'V' })) many.take(item);
  }

  test('the newest and the surest of each class are kept, with what surrounds them', () => {
    const kept = many.kept();
    const ofClass = (name: string) => kept.filter(({ alert }) => alert.verdict.class === name);
    expect(ofClass('S')).toHaveLength(SURESTS);
    expect(kept.length).toBeLessThanOrEqual(NEWEST + 2 * SURESTS + 5);
    const { ecg, beats } = kept[kept.length - 10];
    expect(ecg.some(Number.isNaN)).toBe(false);
    expect(beats.map(({ index }) => index).length).toBe(4);
  });

  test('the newest come in the order of time, those without an end yet included', () => {
    const times = many.kept().map(({ alert }) => alert.verdict.beat.time);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times.at(-1)).toBe(count - 0.5);
  });
});

test('incidents are bounded, and one that lasts is listed', () => {
  const incidents = new Incidents();
  for (let n = 0; n < 500; n++) incidents.take(gap(10 * n, 1));
  incidents.take({ kind: 'quality', start: 0, time: 6000, flaw: 'noisy' });
  const listed = incidents.listed();
  expect(listed).toHaveLength(KEPT_INCIDENTS + 1);
  expect(listed.at(-1)).toEqual({ time: 6000, what: 'not judged: noisy', duration: undefined });
});
