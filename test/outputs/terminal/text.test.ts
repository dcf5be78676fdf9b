import fc from 'fast-check';
import { expect, test } from 'vitest';
import { flow, row, wrap } from '../../../src/outputs/terminal/text.ts';

test('a row is clipped before it is coloured', () => {
  const red = (text: string) => `<${text}>`;
  expect(row([['abc', red], ['def'], ['ghi', red]], 5)).toBe('<abc>de');
});

test('what may take more or less than one column is replaced', () => {
  expect(row([['心電図 e\u0301 \x1b[2J 😀 ⣿♥·—']], 40)).toBe('??? e? ?[2J ? ⣿♥·—');
});

test('fields flow into rows', () => {
  expect(flow([['one'], ['two'], ['three'], ['four']], 10)).toEqual(['one  two', 'three', 'four']);
  expect(flow([['too long a field']], 8)).toEqual(['too long']);
});

test('text wraps at spaces and ends in an ellipsis', () => {
  expect(wrap('early and wide QRS', 10, 3)).toEqual(['early and', 'wide QRS']);
  expect(wrap('early and wide QRS', 10, 1)).toEqual(['early and…']);
  expect(wrap('unbreakable', 5, 2)).toEqual(['unbre', 'akab…']);
});

test('no line is ever too wide or one too many', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme' }),
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 1, max: 5 }),
      (text, width, most) => {
        const lines = wrap(text, width, most);
        expect(lines.length).toBeLessThanOrEqual(most);
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
      },
    ),
  );
});
