import { EventEmitter } from 'node:events';
import type { WriteStream } from 'node:tty';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Tally } from '../../../src/outputs/tally.ts';
import { LiveOutput } from '../../../src/outputs/terminal/live-output.ts';
import { palette } from '../../../src/outputs/terminal/palette.ts';
import { Screen } from '../../../src/outputs/terminal/screen.ts';
import { StageClock } from '../../../src/stage.ts';
import { shortStream } from '../stream.ts';

/** A terminal that keeps what is written to it; a real one cannot be had in a test. */
class FakeTerminal extends EventEmitter {
  columns = 80;
  rows = 24;
  readonly writes: string[] = [];
  write(text: string): boolean {
    this.writes.push(text);
    return true;
  }
  get stream(): WriteStream {
    return this as unknown as WriteStream;
  }
}

const RESTORED = '\x1b[0m\x1b[?25h\x1b[?1049l';
let terminal: FakeTerminal;
beforeEach(() => {
  terminal = new FakeTerminal();
});
afterEach(() => {
  vi.useRealTimers();
});

test('draws only the rows that changed, each frame in one write', () => {
  const screen = new Screen(terminal.stream);
  screen.draw(['one', 'two', 'three']);
  screen.draw(['one', '2', 'three']);
  screen.draw(['one', '2', 'three']);
  screen.draw(['one']);
  screen.close();
  expect(terminal.writes).toEqual([
    '\x1b[?1049h\x1b[?25l',
    '\x1b[?2026h\x1b[1;1H\x1b[2Kone\x1b[2;1H\x1b[2Ktwo\x1b[3;1H\x1b[2Kthree\x1b[?2026l',
    '\x1b[?2026h\x1b[2;1H\x1b[2K2\x1b[?2026l',
    '\x1b[?2026h\x1b[2;1H\x1b[2K\x1b[3;1H\x1b[2K\x1b[?2026l',
    RESTORED,
  ]);
});

test('draws everything anew after a resize', () => {
  const screen = new Screen(terminal.stream);
  screen.draw(['one', 'two']);
  terminal.emit('resize');
  screen.draw(['one', 'two']);
  screen.close();
  expect(terminal.writes.filter((text) => text.includes('two'))).toHaveLength(2);
  expect(terminal.listenerCount('resize')).toBe(0);
});

test('gives the screen back when the process ends without closing it', () => {
  const before = process.listeners('exit');
  const screen = new Screen(terminal.stream);
  const [atExit] = process.listeners('exit').filter((listener) => !before.includes(listener));
  atExit(1);
  expect(terminal.writes.at(-1)).toBe(RESTORED);
  screen.close();
  expect(process.listeners('exit')).toEqual(before);
});

test('frames are at least 66 ms apart, and the last item is drawn too', () => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
  vi.advanceTimersByTime(1000);
  const tally = new Tally();
  const provenance = { source: 's', model: 'm' };
  const output = new LiveOutput(terminal.stream, palette(1), provenance, tally, new StageClock());
  const frames = () => terminal.writes.filter((text) => text.startsWith('\x1b[?2026h')).length;
  for (const item of shortStream()) {
    tally.take(item);
    output.take(item);
  }
  expect(frames()).toBe(1);
  vi.advanceTimersByTime(65);
  expect(frames()).toBe(1);
  vi.advanceTimersByTime(1);
  expect(frames()).toBe(2);
  expect(terminal.writes.at(-1)).toContain('0:00:20');
  vi.advanceTimersByTime(10_000);
  expect(frames()).toBe(2);
  output.close();
});

test('the last frame stays, with the summary under it', () => {
  const tally = new Tally();
  const provenance = { source: 's', model: 'm' };
  const output = new LiveOutput(terminal.stream, palette(1), provenance, tally, new StageClock());
  for (const item of shortStream()) {
    tally.take(item);
    output.take(item);
  }
  output.close();
  expect(terminal.writes.at(-1)).toBe(RESTORED);
  output.summarise();
  expect(terminal.writes.at(-1)).toMatch(/^beatlens s[\s\S]*── alerts [\s\S]*\nSummary of s\n/);
  expect(terminal.listenerCount('resize')).toBe(0);
});
