import { expect, test } from 'vitest';
import { BrailleCanvas } from '../../../src/outputs/terminal/braille.ts';
import { drawTrace } from '../../../src/outputs/terminal/trace.ts';

test('each dot has its bit', () => {
  const dot = (x: number, y: number) => {
    const canvas = new BrailleCanvas(1, 1);
    canvas.column(x, y, y);
    return canvas.lines()[0];
  };
  const all = [0, 1, 2, 3].flatMap((y) => [dot(0, y), dot(1, y)]);
  expect(all.join('')).toBe('⠁⠈⠂⠐⠄⠠⡀⢀');
});

test('a column runs through cells, and empty cells are spaces', () => {
  const canvas = new BrailleCanvas(3, 2);
  canvas.column(2, 1, 6);
  expect(canvas.lines()).toEqual([' ⡆ ', ' ⠇ ']);
});

test('neighbours of one colour share one sequence, and nothing is coloured but what is seen', () => {
  const canvas = new BrailleCanvas(5, 1);
  for (const x of [0, 2, 4, 8]) canvas.column(x, 0, 0);
  for (const column of [1, 2, 3]) canvas.paint(column, '<red>');
  canvas.paint(4, '<blue>');
  expect(canvas.lines()).toEqual(['⠁<red>⠁⠁\x1b[0m <blue>⠁\x1b[0m']);
});

test('characters stand instead of dots', () => {
  const canvas = new BrailleCanvas(2, 2);
  canvas.column(0, 0, 7);
  canvas.fill(0, '╱');
  expect(canvas.lines()).toEqual(['╱ ', '╱ ']);
});

test('a ramp is drawn unbroken from corner to corner', () => {
  const canvas = new BrailleCanvas(4, 2);
  drawTrace(canvas, (index) => (index < 0 ? Number.NaN : index), 0, 1, { low: 0, high: 7 });
  expect(canvas.lines()).toEqual(['  ⣠⠞', '⣠⠞⠁ ']);
});

test('a spike of one sample between dots is seen, and what is out of range stays at the edge', () => {
  const canvas = new BrailleCanvas(2, 1);
  drawTrace(canvas, (index) => (index === 5 ? 99 : 0), 0, 4, { low: 0, high: 1 });
  expect(canvas.lines()).toEqual(['⣸⣀']);
});

test('missing samples draw nothing', () => {
  const canvas = new BrailleCanvas(3, 1);
  drawTrace(canvas, (index) => (index >= 2 && index < 4 ? Number.NaN : 0), 0, 1, { low: 0, high: 1 });
  expect(canvas.lines()).toEqual(['⣀ ⣀']);
});
