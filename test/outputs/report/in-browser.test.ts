import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { beatlens, faultyCapture } from '../../cli/beatlens.ts';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
);
if (CHROMIUM === undefined)
  process.stderr.write('\n*** SKIPPED: the report in a browser needs Chromium ***\n');

describe.skipIf(CHROMIUM === undefined)('the report in a browser', () => {
  const folder = mkdtempSync(join(tmpdir(), 'beatlens-'));
  const file = join(folder, 'report.html');
  let browser: Browser;
  let flagged: number;
  beforeAll(async () => {
    const run = await beatlens(['replay', faultyCapture, '--speed', 'max', '--json', '--report', file]);
    expect(run.exitCode).toBe(0);
    flagged = run.stdout.split('\n').filter((line) => line.includes('"flagged":true')).length;
    expect(flagged).toBeGreaterThan(5);
    browser = await chromium.launch({ executablePath: CHROMIUM as string, args: ['--no-sandbox'] });
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
  });

  it.each([
    ['a desk, light', 1100, 'light'],
    ['a desk, dark', 1100, 'dark'],
    ['a phone, light', 360, 'light'],
    ['a phone, dark', 360, 'dark'],
  ] as const)(
    'on %s: nothing sticks out, complains or is fetched, and text can be read',
    async (_, width, colorScheme) => {
      const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
      const wrong: string[] = [];
      page.on('console', (message) => wrong.push(message.text()));
      page.on('pageerror', (error) => wrong.push(error.message));
      page.on('request', (request) => {
        if (request.url() !== pathToFileURL(file).href) wrong.push(request.url());
      });
      await page.goto(pathToFileURL(file).href);
      const seen = await page.evaluate(measure);
      expect(wrong).toEqual([]);
      expect(seen.overflow).toBeLessThanOrEqual(0);
      expect(seen.alerts).toBe(flagged);
      // WCAG AA for text; 3 is what it asks of graphics.
      expect(seen.leastTextContrast).toBeGreaterThanOrEqual(4.5);
      expect(seen.leastMiddleContrast).toBeGreaterThanOrEqual(3);
      await page.close();
    },
  );
});

/** Runs inside the page. */
function measure() {
  // biome-ignore lint/suspicious/noExplicitAny: the browser's globals, which Node's types do not know
  const { document, getComputedStyle, innerWidth } = globalThis as any;
  const numbers = (colour: string) => (colour.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number);
  const luminance = (colour: string) => {
    const [r, g, b] = numbers(colour).map((part) => {
      const c = part / 255;
      return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a: string, b: string) => {
    const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (high + 0.05) / (low + 0.05);
  };
  const card = getComputedStyle(document.querySelector('article')).backgroundColor;
  const texts = ['article p', 'article .time', 'article .sureness', 'dt', 'dd', 'footer', '.badge'];
  const shown = (selector: string) => [...document.querySelectorAll(selector)];
  const behind = (selector: string, style: { backgroundColor: string }) =>
    selector === '.badge' ? style.backgroundColor : card;
  return {
    overflow: document.documentElement.scrollWidth - innerWidth,
    alerts: shown('article').length,
    leastTextContrast: Math.min(
      ...texts.flatMap((selector) =>
        shown(selector).map((element) => {
          const style = getComputedStyle(element);
          return contrast(style.color, behind(selector, style));
        }),
      ),
    ),
    leastMiddleContrast: Math.min(
      ...shown('.relevant.q4').map((element) => contrast(getComputedStyle(element).stroke, card)),
    ),
  };
}
