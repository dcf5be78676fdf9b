import { RECORD_LISTS, SUBJECT_OF_DS1 } from './record-lists.ts';

/** Records whose figures are given together. */
export interface RecordGroup {
  readonly name: string;
  readonly records: readonly string[];
}

const TITLES = { ds1: 'DS1', ds2: 'DS2', normal: 'normal rhythm' } as const;

/**
 * The groups that some records fall into: all of them; DS1, DS2 and those of normal rhythm, as far as they are
 * there; and those with 202, whose subject is in DS1 too, without it. No group comes twice.
 */
export function recordGroups(names: readonly string[]): readonly RecordGroup[] {
  const groups: RecordGroup[] = [];
  const add = (name: string, records: readonly string[]) => {
    const known = groups.some((group) => group.records.join() === records.join());
    if (records.length > 0 && !known) groups.push({ name, records });
  };
  const addBoth = (name: string, records: readonly string[]) => {
    add(name, records);
    if (records.includes(SUBJECT_OF_DS1))
      add(
        `${name} without ${SUBJECT_OF_DS1}`,
        records.filter((record) => record !== SUBJECT_OF_DS1),
      );
  };
  addBoth(isList(names, 'ds2') ? TITLES.ds2 : isList(names, 'ds1') ? TITLES.ds1 : 'all records', names);
  for (const list of ['ds2', 'ds1', 'normal'] as const) {
    const present = names.filter((name) => RECORD_LISTS[list].includes(name));
    const complete = present.length === RECORD_LISTS[list].length;
    if (complete) addBoth(TITLES[list], present);
    else if (list === 'normal')
      add(`${TITLES.normal}, ${present.length} of ${RECORD_LISTS.normal.length}`, present);
  }
  return groups;
}

function isList(names: readonly string[], list: keyof typeof RECORD_LISTS): boolean {
  return [...names].sort().join() === RECORD_LISTS[list].join();
}
