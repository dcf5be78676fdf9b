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
/** Records of that database that are nearly free of ectopy: what is flagged in them is mostly a false alert. */
const NORMAL = '100 101 103 112 113 115 117 121 122 123'.split(' ');

/** Lists of records that have a name. */
export const RECORD_LISTS: Readonly<Record<'ds1' | 'ds2' | 'normal', readonly string[]>> = {
  ds1: DS1,
  ds2: DS2,
  normal: NORMAL,
};

/** Of the same person as record 201, which is in DS1: figures on DS2 are given without it as well. */
export const SUBJECT_OF_DS1 = '202';

/** Positions of records by patient: each record is one, but for 201 and 202. */
export function byPatient(names: readonly string[]): readonly (readonly number[])[] {
  const patients = new Map<string, number[]>();
  names.forEach((name, position) => {
    const patient = name === SUBJECT_OF_DS1 ? '201' : name;
    const records = patients.get(patient);
    if (records === undefined) patients.set(patient, [position]);
    else records.push(position);
  });
  return [...patients.values()];
}
