/** A record of booleans for the bits that a table names. */
export type Flags<Table extends Record<string, number>> = { readonly [Name in keyof Table]: boolean };

/** The bits of a record of booleans. */
export function bitsOf<Table extends Record<string, number>>(flags: Flags<Table>, table: Table): number {
  let bits = 0;
  for (const name in table) if (flags[name]) bits |= 1 << table[name];
  return bits >>> 0;
}

/** The record of booleans that some bits stand for; bits without a name are ignored. */
export function flagsOf<Table extends Record<string, number>>(bits: number, table: Table): Flags<Table> {
  const flags = {} as { [Name in keyof Table]: boolean };
  for (const name in table) flags[name] = ((bits >>> table[name]) & 1) === 1;
  return flags;
}
