import { expect, test } from 'vitest';
import { recordGroups } from '../../src/evaluate/record-groups.ts';
import { RECORD_LISTS } from '../../src/evaluate/record-lists.ts';

const shown = (names: readonly string[]) =>
  recordGroups(names).map(({ name, records }) => `${name}: ${records.length}`);

test('records are told of together, as DS1 and DS2, and without 202', () => {
  const { ds1, ds2, normal } = RECORD_LISTS;
  expect(shown([...ds1, ...ds2, '102'])).toEqual([
    'all records: 45',
    'all records without 202: 44',
    'DS2: 22',
    'DS2 without 202: 21',
    'DS1: 22',
    'normal rhythm: 10',
  ]);
  expect(shown([...ds2].reverse())).toEqual(['DS2: 22', 'DS2 without 202: 21', 'normal rhythm, 6 of 10: 6']);
  expect(shown(normal)).toEqual(['all records: 10']);
  expect(shown(['800', '801'])).toEqual(['all records: 2']);
});
