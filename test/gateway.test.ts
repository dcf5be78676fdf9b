import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { lastValueFrom, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { loadBeatModel } from '../src/classify/beat-model.ts';
import { gateway } from '../src/gateway.ts';
import type { OutputItem } from '../src/outputs/output-item.ts';
import { openSource } from '../src/sources/open.ts';
import { StageClock } from '../src/stage.ts';

const recordings = new URL('../recordings/', import.meta.url);

async function replay(name: string, speed: 'max' | number = 'max'): Promise<OutputItem[]> {
  const source = await openSource(fileURLToPath(new URL(name, recordings)), { speed });
  return lastValueFrom(gateway(source, await loadBeatModel(), new StageClock()).pipe(toArray()));
}

function only<K extends OutputItem['kind']>(items: readonly OutputItem[], kind: K) {
  return items.filter((item): item is Extract<OutputItem, { kind: K }> => item.kind === kind);
}

describe('the gateway, on the recording that ships', async () => {
  const items = await replay('mitdb-208.btsnoop');
  const beats = only(items, 'explained');

  it('hears all of it', () => {
    const samples = only(items, 'signal').reduce((sum, { ecg }) => sum + ecg.length, 0);
    expect(samples).toBe(300 * 250);
    expect(only(items, 'gap')).toEqual([]);
    expect(only(items, 'bad-frame')).toEqual([]);
    expect(only(items, 'source-fault')).toEqual([]);
  });

  it('explains flagged beats and no others, and alerts to each of them once', () => {
    const flagged = beats.filter(({ verdict }) => verdict.flagged);
    expect(flagged.length).toBeGreaterThan(100);
    expect(beats.filter(({ explanation }) => explanation !== undefined)).toEqual(flagged);
    expect(only(items, 'alert').map(({ verdict }) => verdict)).toEqual(flagged.map(({ verdict }) => verdict));
    for (const { verdict } of beats) expect(verdict.featureMaps !== undefined).toBe(verdict.flagged);
  });

  it('gives explanations that add up to the class score', () => {
    for (const { verdict, explanation } of beats) {
      if (explanation === undefined) continue;
      const { score, waveform, rhythm, beatsBefore, intercept, waves } = explanation;
      const total =
        waveform + beatsBefore + intercept + rhythm.reduce((sum, { contribution }) => sum + contribution, 0);
      expect(total).toBeCloseTo(score, 9);
      expect(verdict.scores).toContain(score);
      const somewhere = explanation.relevance.some((value) => value > 0);
      expect(Object.values(waves).reduce((sum, share) => sum + share, 0)).toBeCloseTo(somewhere ? 1 : 0, 6);
    }
  });

  it('keeps beats in order, each once, with its verdict soon after', () => {
    for (let i = 1; i < beats.length; i++) {
      expect(beats[i].verdict.beat.index).toBeGreaterThan(beats[i - 1].verdict.beat.index);
    }
    const settled = beats.slice(5, -1).map(({ verdict: { beat } }) => beat);
    for (const { decidedAt, index, rrAfter } of settled) {
      expect((decidedAt - index) / 250).toBeLessThanOrEqual(Math.max(1.5, (rrAfter ?? 1.5) + 0.35));
    }
  });

  it('gives the same items at any speed', async () => {
    const source = await openSource(fileURLToPath(new URL('mitdb-208.btsnoop', recordings)), { speed: 50 });
    const slow = await lastValueFrom(
      gateway(source, await loadBeatModel(), new StageClock()).pipe(toArray()),
    );
    expect(slow).toEqual(items);
  });
});

describe('the gateway, on a recording with faults', async () => {
  const items = await replay('mitdb-208-faults.btsnoop');

  it('goes on through a lost link, lost and damaged frames and a torn end', () => {
    expect(only(items, 'link').map(({ state }) => state)).toEqual(
      expect.arrayContaining(['connected', 'lost']),
    );
    expect(only(items, 'gap').length).toBeGreaterThan(1);
    expect(only(items, 'bad-frame').length).toBeGreaterThan(0);
    expect(only(items, 'source-fault').length).toBeGreaterThan(0);
    expect(only(items, 'explained').length).toBeGreaterThan(50);
  });

  it('tiles the grid with signal and gaps, without overlap', () => {
    let next = 0;
    for (const item of items) {
      if (item.kind !== 'signal' && item.kind !== 'gap') continue;
      expect(item.start).toBe(next);
      next += item.kind === 'signal' ? item.ecg.length : item.length;
    }
    expect(next).toBeGreaterThan(0);
  });

  it('gives no verdict where a lead was off or samples are missing', () => {
    const unjudged = only(items, 'explained').filter(({ verdict }) => verdict.class === 'Q');
    expect(unjudged.length).toBeGreaterThan(0);
    for (const { verdict } of unjudged) expect(verdict.reason).toMatch(/gap|lead-off|flat|noisy|saturated/);
  });
});

it('reads as one pipe: a stage a line', async () => {
  const text = await readFile(new URL('../src/gateway.ts', import.meta.url), 'utf8');
  expect(text.match(/^ +through\(/gm)?.length).toBe(8);
});
