import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import type { Alert } from '../../../src/alerts/alert.ts';
import { relevanceAt } from '../../../src/explain/explanation.ts';
import { alertBlock, contributions } from '../../../src/outputs/terminal/alert-block.ts';
import { palette } from '../../../src/outputs/terminal/palette.ts';
import { beat, explanation } from '../stream.ts';

const alert = beat({ time: 83, class: 'V', rrBefore: 0.5 })[1] as Alert;

test('the contributions are written as the sum that they are', () => {
  expect(contributions(explanation())).toBe('waveform +3.1, rhythm +1.2, intercept -0.4 = 3.9');
  expect(contributions({ ...explanation(), beatsBefore: 0.7, score: 4.6 })).toBe(
    'waveform +3.1, rhythm +1.2, beats before +0.7, intercept -0.4 = 4.6',
  );
  // What would be written as nothing is not written.
  expect(contributions({ ...explanation(), beatsBefore: -0.04 })).not.toContain('beats before');
});

test('relevance lies on the line between its steps', () => {
  const why = {
    ...explanation(),
    relevance: Float32Array.of(0, 1, 0.5),
    relevanceStart: -0.1,
    relevanceStep: 0.1,
  };
  const near = (time: number) => Number(relevanceAt(why, time).toFixed(6));
  expect([-0.2, -0.1, -0.05, 0, 0.05, 0.1, 0.2].map(near)).toEqual([0, 0, 0.5, 1, 0.75, 0.5, 0]);
});

test('without colour, shades under the beat show where the evidence lies', () => {
  expect(alertBlock(alert, 80, palette(1))).toEqual([
    '         ⡼⢳              0:01:23  V  VEB 0.97: early (0.58 of usual RR), wide',
    '        ⣸⠁⠈⡇             QRS (148 ms); evidence 72 % waveform, 28 % rhythm',
    '⠉⠉⠉⠉⠉⠉⠉⠉⠁  ⠹⣄⡴⠒⠒⠦⣤⠤⠖⠋⠉⠁  waveform +3.1, rhythm +1.2, intercept -0.4 = 3.9',
    '       ░▒▓█▓▒░         ',
  ]);
});

test('with colour, the beat itself does', () => {
  const [top] = alertBlock(alert, 80, palette(24));
  // The R wave, in nearly the brightest colour of the ramp.
  expect(top).toContain('\x1b[38;2;242;236;111m');
  expect(stripVTControlCharacters(top)).toMatch(/^ {9}\S\S/);
});

test('on a narrow screen the words stand above the beat', () => {
  expect(alertBlock(alert, 40, palette(1))).toEqual([
    '0:01:23  V  VEB 0.97: early (0.58 of',
    'usual RR), wide QRS (148 ms); evidence',
    '72 % waveform, 28 % rhythm',
    'waveform +3.1, rhythm +1.2, intercept',
    '-0.4 = 3.9',
    '         ⡼⢳            ',
    '        ⣸⠁⠈⡇           ',
    '⠉⠉⠉⠉⠉⠉⠉⠉⠁  ⠹⣄⡴⠒⠒⠦⣤⠤⠖⠋⠉⠁',
    '       ░▒▓█▓▒░         ',
  ]);
});

test('a beat cut by an edge is drawn as far as it goes', () => {
  const { verdict } = alert;
  const cut = { ...alert, verdict: { ...verdict, beat: { ...verdict.beat, ecg: new Float32Array(0) } } };
  expect(alertBlock(cut, 80, palette(1))[0]).toMatch(/^ {25}0:01:23/);
});
