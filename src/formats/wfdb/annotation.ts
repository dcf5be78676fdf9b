/** A label at one sample of a record. */
export interface Annotation {
  /** Index of the sample, at the record's own rate. */
  readonly sample: number;
  /** What it marks: a letter of WFDB's annotation code table, such as `N`, `V` or `+`. */
  readonly symbol: string;
  readonly subtype: number;
  readonly channel: number;
  readonly number: number;
  /** Text, such as the rhythm `(AFIB`; empty where there is none. */
  readonly aux: string;
}

// The position is the code; a space stands for codes with no meaning of their own.
// https://physionet.org/physiotools/wpg/wpg_36.htm
const SYMBOLS = ' NLRaVFJASEj/Q~ | sT*D"=pB^t+u?![]en@xf()r';

/** Codes above these annotate another annotation: see annotations.ts. */
export const LAST_CODE = 49;

/** Letter of a code; the code in brackets where it has no letter. */
export function symbolOf(code: number): string {
  const symbol = SYMBOLS[code];
  return symbol === undefined || symbol === ' ' ? `[${code}]` : symbol;
}

/** Code of a letter, or of a code in brackets; undefined where there is none. */
export function codeOf(symbol: string): number | undefined {
  const code =
    symbol.length === 1 && symbol !== ' '
      ? SYMBOLS.indexOf(symbol)
      : Number(/^\[(\d+)\]$/.exec(symbol)?.[1] ?? -1);
  return code > 0 && code <= LAST_CODE ? code : undefined;
}

/** The symbols that mark a heartbeat. */
const BEATS: ReadonlySet<string> = new Set('NLRBAaJSVrFejnE/fQ?');

/** Whether a symbol marks a heartbeat, and not a rhythm, a wave or a remark. */
export function isBeat(symbol: string): boolean {
  return BEATS.has(symbol);
}
