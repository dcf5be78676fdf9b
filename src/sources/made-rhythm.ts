import { clamp } from '../dsp/clamp.ts';
import { mean } from '../dsp/mean.ts';
import { InputError } from '../formats/input-error.ts';
import { isBeat } from '../formats/wfdb/annotation.ts';
import { gaussian, seededRandom } from './seeded-random.ts';
import type { Source } from './source.ts';
import { wfdbSource } from './wfdb.ts';
import { chooseLead, openRecord, recordAnnotations, wholeLead } from './wfdb-record.ts';

/** A beat of a made rhythm. */
interface Wanted {
  /** Seconds since the one before. */
  readonly after: number;
  readonly class: 'N' | 'S';
  /** What there is of it: all, or a P wave that is not conducted, or a beat without one. */
  readonly shows?: 'P' | 'QRS and T';
}

interface Rhythm {
  readonly name: string;
  /** Goes on for ever. */
  readonly beats: (random: () => number) => Generator<Wanted>;
  /** Height of the waves of the fibrillating atria, millivolts. */
  readonly fibrillation?: number;
}

/** Interval of a heart at rest, seconds, and how far it swings with a breath of 4 s. */
const USUAL = 0.85;
const SWING = 0.03;
const BREATH = 4;

/**
 * Rhythms of the textbook, of which databases hold few. Made of a heart's normal beats, they leave no doubt of what is
 * right: nothing is ventricular, and S is what is premature.
 */
export const RHYTHMS: readonly Rhythm[] = [
  { name: 'sinus rhythm', beats: () => sinus() },
  { name: 'sinus arrhythmia, intervals ± 15 %', beats: () => sinus(() => USUAL, 0.15) },
  { name: 'exercise, from 70 to 140 a minute in four minutes, and back', beats: () => sinus(exercise) },
  { name: 'sinus pauses of 2 s', beats: pauses },
  { name: 'second-degree block, every fourth beat dropped', beats: () => block((n) => n % 4 === 3) },
  {
    name: 'second-degree block, 2:1 and 1:1 in turn',
    beats: () => block((n) => n % 80 >= 40 && n % 2 === 1),
  },
  {
    name: 'second-degree block, 2:1 for two minutes and 1:1 for two',
    beats: () => block((n) => n % 280 < 140 && n % 2 === 1),
  },
  {
    name: 'premature atrial beats, one in ten',
    beats: (random) => premature((inARow) => inARow === 0 && random() < 0.1),
  },
  { name: 'atrial bigeminy', beats: () => premature((inARow) => inARow < 1) },
  {
    name: 'atrial triplets: three premature beats after each normal one',
    beats: () => premature((inARow) => inARow < 3),
  },
  { name: 'atrial tachycardia, 12 s at 150 a minute', beats: tachycardia },
  { name: 'atrial fibrillation', beats: fibrillation, fibrillation: 0.06 },
];

function* sinus(interval: (time: number) => number = () => USUAL, swing = SWING): Generator<Wanted> {
  for (let time = 0; ; ) {
    const after = interval(time) * (1 + swing * Math.sin((2 * Math.PI * time) / BREATH));
    time += after;
    yield { after, class: 'N' };
  }
}

/** The interval falls to a half in four minutes, and grows again. */
function exercise(time: number): number {
  return USUAL / 2 ** Math.abs(1 - ((time / 240 + 1) % 2));
}

function* pauses(random: () => number): Generator<Wanted> {
  for (const beat of sinus()) yield random() < 0.03 ? { ...beat, after: 2 } : beat;
}

/** @param isBlocked by the number of the P wave */
function* block(isBlocked: (n: number) => boolean): Generator<Wanted> {
  let n = 0;
  for (const beat of sinus()) yield isBlocked(n++) ? { ...beat, shows: 'P' } : beat;
}

/**
 * Beats at 0.65 of the interval, which reset the sinus node: the next one comes a bit later than usual.
 * @param comesNow by how many came just before
 */
function* premature(comesNow: (inARow: number) => boolean): Generator<Wanted> {
  let inARow = 0;
  for (const { after } of sinus()) {
    if (comesNow(inARow)) {
      inARow++;
      yield { after: 0.65 * after, class: 'S' };
    } else {
      yield { after: inARow > 0 ? 1.15 * after : after, class: 'N' };
      inARow = 0;
    }
  }
}

function* tachycardia(): Generator<Wanted> {
  let n = 0;
  for (const beat of sinus()) yield n++ % 90 < 60 ? beat : { after: 0.4, class: 'S' };
}

/** Intervals in no order, with logarithms of a normal distribution. */
function* fibrillation(random: () => number): Generator<Wanted> {
  while (true) {
    const after = clamp(0.7 * Math.exp(0.22 * gaussian(random)), 0.36, 1.6);
    yield { after, class: 'N', shows: 'QRS and T' };
  }
}

/** A beat that was laid down. */
export interface MadeBeat {
  /** Of its R peak, seconds. */
  readonly time: number;
  readonly class: Wanted['class'];
}

export interface MadeRhythm {
  readonly source: Source;
  readonly beats: readonly MadeBeat[];
}

/** A beat is cut out from here to there, seconds before and after its R peak; its P wave ends here. */
const BEFORE = 0.28;
const AFTER = 0.46;
const P_ENDS = 0.06;
/** Ends are faded over this time. */
const FADE = 0.03;
/** Beats that are cut out, at the most and the least. */
const MOST_CUT = 500;
const LEAST_CUT = 30;
/** Every rhythm begins at rest, seconds: what compares a beat with those before it is to know them. */
export const AT_REST = 120;
/** Noise of the electrodes, and the rate of the atria, in fibrillation. */
const NOISE_MILLIVOLTS = 0.005;
const ATRIAL_HZ = 6;
const SEED = 1;

/** Normal beats of a record, cut out of its usual lead: millivolts, less the line through their ends. */
export interface NormalBeats {
  readonly path: string;
  /** Samples a second. */
  readonly rate: number;
  readonly cuts: readonly Float32Array[];
}

/**
 * A rhythm made of the normal beats of a record, laid down one after the other where the rhythm wants them, on a line
 * without waves. Where they overlap they are added.
 */
export function madeRhythm(
  { path, rate, cuts }: NormalBeats,
  { beats, fibrillation }: Rhythm,
  seconds: number,
): MadeRhythm {
  const random = seededRandom(SEED);
  const ecg = Float32Array.from(
    { length: Math.round(seconds * rate) },
    () => NOISE_MILLIVOLTS * gaussian(random),
  );
  const made: MadeBeat[] = [];
  let time = BEFORE;
  let n = 0;
  for (const { after, class: of, shows } of atRest(beats(random))) {
    time += after;
    if (time + AFTER >= seconds) break;
    const cut = cuts[n++ % cuts.length];
    const first = Math.round((time - BEFORE) * rate);
    for (let k = 0; k < cut.length; k++) ecg[first + k] += shown(shows, BEFORE - k / rate) * cut[k];
    if (shows !== 'P') made.push({ time: (first + BEFORE * rate) / rate, class: of });
  }
  if (fibrillation !== undefined) {
    for (let k = Math.round(AT_REST * rate); k < ecg.length; k++) {
      // The rate itself swings by half a hertz.
      const turn = 2 * Math.PI * (ATRIAL_HZ * (k / rate) - 1.5 * Math.cos(k / rate / 3));
      ecg[k] += fibrillation * (Math.sin(turn) + 0.4 * Math.sin(2 * turn));
    }
  }
  const source = wfdbSource(path, { speed: 'max' }, async function* () {
    for (let k = 0; k < ecg.length; k += rate) yield ecg.subarray(k, k + rate);
  });
  return { source, beats: made };
}

function* atRest(then: Generator<Wanted>): Generator<Wanted> {
  let time = 0;
  for (const beat of sinus()) {
    if (time >= AT_REST) break;
    time += beat.after;
    yield beat;
  }
  yield* then;
}

/** How much there is of a cut-out so long before the R peak. */
function shown(what: Wanted['shows'], before: number): number {
  if (what === undefined) return 1;
  const ofP = clamp((before - P_ENDS) / FADE + 0.5, 0, 1);
  return what === 'P' ? ofP : 1 - ofP;
}

/**
 * The normal beats between normal beats of a WFDB record.
 *
 * @throws InputError where the record, or its reference annotations (`.atr`), cannot be read or has too few of them
 */
export async function normalBeats(path: string): Promise<NormalBeats> {
  const record = await openRecord(path);
  const { rate } = record.header;
  const ecg = await wholeLead(record, chooseLead(record));
  const beats = (await recordAnnotations(record, 'atr')).filter(({ symbol }) => isBeat(symbol));
  const cuts: Float32Array[] = [];
  for (let n = 1; n + 1 < beats.length && cuts.length < MOST_CUT; n++) {
    const [before, beat, next] = beats.slice(n - 1, n + 2);
    const isNormal = [before, beat, next].every(({ symbol }) => symbol === 'N');
    const isApart =
      Math.min(beat.sample - before.sample, next.sample - beat.sample) > (BEFORE + AFTER) * rate;
    if (isNormal && isApart) cuts.push(cutOut(ecg, beat.sample, rate));
  }
  if (cuts.length < LEAST_CUT)
    throw new InputError(
      `${path} has ${cuts.length} normal beats that lie apart: choose a record with ${LEAST_CUT}.`,
    );
  return { path, rate, cuts };
}

function cutOut(ecg: Float32Array, peak: number, rate: number): Float32Array {
  const cut = ecg.slice(peak - Math.round(BEFORE * rate), peak + Math.round(AFTER * rate));
  const edge = Math.round(FADE * rate);
  const [from, to] = [mean(cut.subarray(0, edge)), mean(cut.subarray(-edge))];
  return cut.map((value, k) => {
    const fade = Math.min(1, (k + 1) / edge, (cut.length - k) / edge);
    return fade * (value - from - ((to - from) * k) / cut.length);
  });
}
