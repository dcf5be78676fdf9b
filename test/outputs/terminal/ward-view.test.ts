import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { OutputItem } from '../../../src/outputs/output-item.ts';
import { Tally } from '../../../src/outputs/tally.ts';
import { LiveState } from '../../../src/outputs/terminal/live-state.ts';
import { palette } from '../../../src/outputs/terminal/palette.ts';
import { WardState, wardView } from '../../../src/outputs/terminal/ward-view.ts';
import { shortStream } from '../stream.ts';

function wardOf(streams: Readonly<Record<string, readonly OutputItem[]>>): WardState {
  const sensors = Object.keys(streams).map((title) => new LiveState(title, new Tally()));
  const ward = new WardState(sensors);
  for (const state of sensors) {
    for (const item of streams[state.title]) {
      state.tally.take(item);
      state.take(item);
      if (item.kind === 'alert') ward.alerted(item, state);
    }
  }
  return ward;
}

describe('the live view of several sensors', () => {
  test('has a row for each, and the latest alerts of all with whose they are', () => {
    const lost = { kind: 'link', state: 'lost', receivedAtMs: 0, reason: 'the sensor ended it' } as const;
    const ward = wardOf({ 'f6:3a:2c:51:0b:e7': shortStream(), H10: [...shortStream().slice(0, 75), lost] });
    expect(wardView(ward, 100, 11, palette(1))).toEqual([
      'beatlens 2 sensors',
      'f6:3a:2c:51:0b:e7  0:00:20  ♥  71 bpm  ● connected  18 beats  V 3  1 gap',
      'H10                0:00:06  ♥  -- bpm  ○ link lost (the sensor ended it)  7 beats  V 1',
      '── alerts ─────────────────────────────────────────────────────────────────────── relevance  ░▒▓█ ──',
      '         ⡼⢳              0:00:03  H10  V  VEB 0.97: early (0.58 of usual RR), wide QRS (148 ms);',
      '        ⣸⠁⠈⡇             evidence 72 % waveform, 28 % rhythm',
      '⠉⠉⠉⠉⠉⠉⠉⠉⠁  ⠹⣄⡴⠒⠒⠦⣤⠤⠖⠋⠉⠁  waveform +3.1, rhythm +1.2, intercept -0.4 = 3.9',
      '       ░▒▓█▓▒░         ',
      '',
    ]);
  });

  test('never leaves the screen, however many there are', () => {
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`Patch ${n}`, shortStream()]));
    for (const [width, height] of [
      [200, 60],
      [80, 24],
      [40, 9],
      [1, 1],
    ]) {
      const rows = wardView(wardOf(many), width, height, palette(24)).map(stripVTControlCharacters);
      expect(rows.length).toBeLessThanOrEqual(height);
      for (const line of rows) expect(line.length).toBeLessThanOrEqual(width);
    }
    expect(wardView(wardOf(many), 80, 24, palette(1)).join('\n')).toContain('and 14 sensors more');
  });

  test('keeps no more alerts than it can show', () => {
    const ward = wardOf({ a: [] });
    const [alert] = shortStream().filter((item) => item.kind === 'alert');
    for (let n = 0; n < 100; n++) ward.alerted(alert, ward.sensors[0]);
    expect(ward.alerts.length).toBe(24);
  });
});
