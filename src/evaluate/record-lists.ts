/**
 * The division of the MIT-BIH Arrhythmia Database between patients by de Chazal et al. (2004), its four paced
 * records left out: DS1 to train on, DS2 to test on.
 */
const DS1 = '101 106 108 109 112 114 115 116 118 119 122 124 201 203 205 207 208 209 215 220 223 230'.split(
  ' ',
);
const DS2 = '100 103 105 111 113 117 121 123 200 202 210 212 213 214 219 221 222 228 231 232 233 234'.split(
  ' ',
);

/** Lists of records that have a name. */
export const RECORD_LISTS: Readonly<Record<string, readonly string[]>> = { ds1: DS1, ds2: DS2 };

/** Of the same person as record 201, which is in DS1: figures on DS2 are given without it as well. */
export const SUBJECT_OF_DS1 = '202';
