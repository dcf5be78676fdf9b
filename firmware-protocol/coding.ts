/** How samples are written. 3 is reserved for signed 24-bit. */
const SAMPLE_FORMATS = {
  /** Signed 16-bit, little-endian. */
  int16: 1,
  /** First differences, as wide as they need to be. */
  'delta-packed': 2,
} as const;

export type SampleFormat = keyof typeof SAMPLE_FORMATS;

/** As many rates can info list. */
export const MAX_RATES = 8;

/** How a stream's samples are written and how often they are taken: one byte in frames and in start. */
export interface Coding {
  readonly format: SampleFormat;
  /** Which of the rates that info lists, 0 the usual one. */
  readonly rateNumber: number;
}

/** @throws RangeError when there is no such rate number */
export function codingByte({ format, rateNumber }: Coding): number {
  if (!(rateNumber >= 0 && rateNumber < MAX_RATES)) {
    throw new RangeError(`a rate has a number from 0 to ${MAX_RATES - 1}, not ${rateNumber}`);
  }
  return SAMPLE_FORMATS[format] | (rateNumber << 4);
}

/** What the low four bits say; undefined: a format that this version does not know. */
export function formatOf(coding: number): SampleFormat | undefined {
  return FORMATS[coding & 0x0f];
}

/** What the high four bits say; undefined: more than any patch has. */
export function rateNumberOf(coding: number): number | undefined {
  return coding >> 4 < MAX_RATES ? coding >> 4 : undefined;
}

const FORMATS: readonly (SampleFormat | undefined)[] = [undefined, 'int16', 'delta-packed'];
