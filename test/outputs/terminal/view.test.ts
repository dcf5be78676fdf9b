import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { OutputItem } from '../../../src/outputs/output-item.ts';
import { Tally } from '../../../src/outputs/tally.ts';
import { LiveState } from '../../../src/outputs/terminal/live-state.ts';
import { type ColourDepth, palette } from '../../../src/outputs/terminal/palette.ts';
import { view } from '../../../src/outputs/terminal/view.ts';
import { beat, gap, opening, rhythm, shortStream, signal } from '../stream.ts';

function stateOf(items: readonly OutputItem[]): LiveState {
  const state = new LiveState('short.btsnoop', new Tally());
  for (const item of items) {
    state.tally.take(item);
    state.take(item);
  }
  return state;
}

const until = (seconds: number) => {
  const items = shortStream();
  return items.slice(
    0,
    items.findIndex((item) => item.kind === 'signal' && item.time >= seconds),
  );
};

describe('the live view', () => {
  test('shows header, strip with marks, and alerts', () => {
    expect(view(stateOf(until(8.5)), 72, 20, palette(1))).toEqual([
      'beatlens short.btsnoop                                           0:00:08',
      '● connected  Patch  battery 87 %  ♥ 80 bpm  signal good  10 beats  N 8',
      'V 2',
      '── ECG ────────────────────────────────── -0.5 to 1.5 mV, 40 ms a dot ──',
      '        ⢠                                                 ⢠             ',
      '  ⣠     ⡞⡇            ⣠         ⣠         ⣠         ⣠     ⡞⡇            ',
      '  ⣿     ⡇⡇            ⣿         ⣿         ⣿         ⣿     ⡇⡇            ',
      '  ⣿  ⣠⡀⢠⠇⡇            ⣿  ⣠⡀     ⣿  ⣠⡀     ⣿  ⣠⡀     ⣿  ⣠⡀⢠⠇⡇            ',
      '⠛⠒⢻⡖⠚⠁⠙⠚ ⢹⢀⣀ ⣠⠖⠒⠒⠒⠒⠒⠛⠒⢻⡖⠚⠁⠙⠒⠒⠒⠛⠒⢻⡖⠚⠁⠙⠒⠒⠒⠛⠒⢻⡖⠚⠁⠙⠒⠒⠒⠛⠒⢻⡖⠚⠁⠙⠚ ⢹⢀⣀ ⣠⠖⠒⠒⠒⠒⠒⠛⠂',
      '  ⠈      ⢸⡞⠘⠶⠃        ⠈         ⠈         ⠈         ⠈      ⢸⡞⠘⠶⠃        ',
      '  ·     V             ·         ·         ·         ·     V             ',
      '── alerts ─────────────────────────────────────────── relevance  ░▒▓█ ──',
      '0:00:07  V  VEB 0.97: early (0.58 of usual RR), wide QRS (148 ms);',
      'evidence 72 % waveform, 28 % rhythm',
      'waveform +3.1, rhythm +1.2, intercept -0.4 = 3.9',
      '         ⡼⢳            ',
      '        ⣸⠁⠈⡇           ',
      '⠉⠉⠉⠉⠉⠉⠉⠉⠁  ⠹⣄⡴⠒⠒⠦⣤⠤⠖⠋⠉⠁',
      '       ░▒▓█▓▒░         ',
      '',
    ]);
  });

  test('shows the newest second opinion where one is asked for', () => {
    const header = (items: readonly OutputItem[]) => view(stateOf(items), 120, 20, palette(1))[1];
    expect(header(until(2))).not.toContain('opinion');
    expect(header([...until(2), rhythm(0.6, 'N'), rhythm(1.4, 'AF')])).toContain('2nd opinion AF   0.93');
    expect(header([...until(2), rhythm(0.6, 'Q')])).toContain('2nd opinion none');
  });

  test('says so while there is no alert, no link and no signal', () => {
    expect(view(new LiveState('x', new Tally()), 40, 9, palette(1))).toEqual([
      'beatlens x                       0:00:00',
      '○ no link  ♥ -- bpm  0 beats',
      '── ECG ── -0.5 to 1.0 mV, 40 ms a dot ──',
      ...Array(2).fill(' '.repeat(40)),
      ' '.repeat(40),
      '── alerts ─────────── relevance  ░▒▓█ ──',
      'no alert yet',
    ]);
  });

  test('marks beats under their R peaks, hatches a gap, and names what keeps it from judging', () => {
    const sketch = { time: 1, class: 'V', rrBefore: 0.5 } as const;
    const items = [signal(0, 2, [sketch]), ...beat(sketch), gap(2, 0.8), signal(2.8, 0.8, [], 'lead-off')];
    const rows = view(stateOf([...opening, ...items]), 45, 12, palette(1));
    const marks = rows[rows.findIndex((line) => line.startsWith('── alerts')) - 1];
    const lastOfStrip = rows[rows.findIndex((line) => line.startsWith('── alerts')) - 2];
    //           one column is 80 ms: the R peak lies in the 13th, the gap from the 26th to the 35th
    expect(marks).toBe('            V               gap     lead-off ');
    expect(lastOfStrip.slice(25, 35)).toBe('╱'.repeat(10));
    expect(lastOfStrip.replaceAll('╱', '')).toHaveLength(35);
    expect(rows.join()).toContain('LEAD OFF');
  });

  test('forgets quality and heart rate when the link is lost', () => {
    const lost = { kind: 'link', state: 'lost', receivedAtMs: 0, reason: 'supervision timeout' } as const;
    const [, header] = view(stateOf([...until(9.9), lost]), 100, 20, palette(1));
    expect(header).toMatch(/^○ link lost \(supervision timeout\).* ♥ \S+ bpm {2}\d+ beats/);
  });

  test('has no escape sequence without colour', () => {
    expect(view(stateOf(shortStream()), 100, 40, palette(1)).join('')).not.toContain('\x1b');
  });

  test('is the same in every colour', () => {
    const state = stateOf(until(15));
    const plain = (depth: ColourDepth) => view(state, 90, 30, palette(depth)).map(stripVTControlCharacters);
    expect(plain(24)).toEqual(plain(8));
    expect(view(state, 90, 30, palette(24))).not.toEqual(view(state, 90, 30, palette(8)));
  });

  test('never leaves the screen, whatever its size and whatever comes', () => {
    const text = fc.string({ unit: 'binary', maxLength: 60 });
    const strange = fc.oneof(
      fc.record({
        kind: fc.constant('link' as const),
        state: fc.constant('lost' as const),
        receivedAtMs: fc.double(),
        reason: text,
      }),
      fc.record({
        kind: fc.constant('sensor-info' as const),
        receivedAtMs: fc.double(),
        model: text,
        serial: text,
        protocol: text,
        rate: fc.double(),
      }),
      fc.record({
        kind: fc.constant('sensor-status' as const),
        receivedAtMs: fc.double(),
        batteryPercent: fc.double(),
      }),
      fc.integer({ min: 0, max: 1e9 }).map((length) => gap(20, length)),
      fc.float32Array({ maxLength: 300 }).map((ecg) => ({ ...signal(20, 0), ecg })),
    );
    const usual = shortStream();
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 260 }),
        fc.integer({ min: 1, max: 80 }),
        fc.integer({ min: 0, max: usual.length }),
        fc.array(strange, { maxLength: 5 }),
        fc.constantFrom<ColourDepth>(1, 4, 8, 24),
        (width, height, length, extra, depth) => {
          const rows = view(stateOf([...usual.slice(0, length), ...extra]), width, height, palette(depth));
          expect(rows.length).toBeLessThanOrEqual(height);
          for (const line of rows) expect(stripVTControlCharacters(line).length).toBeLessThanOrEqual(width);
        },
      ),
      { numRuns: 100 },
    );
  });

  test('keeps no more than it can show', () => {
    const state = new LiveState('long', new Tally());
    for (let n = 0; n < 2000; n++) {
      const sketch = { time: n, class: 'V', rrBefore: 1 } as const;
      for (const item of [signal(n, 1, [sketch]), ...beat(sketch)]) state.take(item);
    }
    expect(state.beats.length).toBeLessThan(50);
    expect(state.alerts.length).toBe(24);
  });
});
