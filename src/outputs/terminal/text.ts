/** A piece of a row: its text, and how to colour it. */
export type Piece = readonly [text: string, colour?: (text: string) => string];

/**
 * Characters that are sure to take one column each; others (wide, combining, control) would bring the rows out of
 * line and are replaced.
 */
const NOT_ONE_COLUMN =
  /[^\u0020-\u007e\u00a1-\u00ac\u00ae-\u02ff\u0370-\u0482\u048a-\u052f\u2010-\u2027\u2030-\u205e\u2190-\u21ff\u2500-\u25ff\u2665\u2800-\u28ff]/gu;

/** Joins pieces into a row that is at most `width` columns wide. */
export function row(pieces: readonly Piece[], width: number): string {
  let left = width;
  let text = '';
  for (const [piece, colour] of pieces) {
    const clipped = singleWidth(piece).slice(0, Math.max(0, left));
    left -= clipped.length;
    if (clipped !== '') text += colour ? colour(clipped) : clipped;
  }
  return text;
}

export function singleWidth(text: string): string {
  return text.replace(NOT_ONE_COLUMN, '?');
}

/** Sets fields side by side, two spaces apart, in as many rows as it takes. */
export function flow(fields: readonly Piece[], width: number): string[] {
  const rows: Piece[][] = [];
  let used = Number.POSITIVE_INFINITY;
  for (const field of fields) {
    if (used + 2 + field[0].length > width) {
      rows.push([field]);
      used = field[0].length;
    } else {
      rows.at(-1)?.push(['  '], field);
      used += 2 + field[0].length;
    }
  }
  return rows.map((pieces) => row(pieces, width));
}

/** Breaks text at spaces into at most `most` lines of `width` columns; what does not fit ends in an ellipsis. */
export function wrap(text: string, width: number, most: number): string[] {
  const lines: string[] = [];
  let rest = singleWidth(text);
  while (rest.length > width && lines.length < most - 1) {
    const space = rest.lastIndexOf(' ', width);
    const end = space > 0 ? space : width;
    lines.push(rest.slice(0, end));
    rest = rest.slice(end).trimStart();
  }
  lines.push(rest.length > width ? `${rest.slice(0, width - 1)}…` : rest);
  return lines;
}
