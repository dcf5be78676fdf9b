import type { RhythmClass } from '../classify/rhythm-verdict.ts';
import type { Annotation } from '../formats/wfdb/annotation.ts';
import { scoredReference } from './aami.ts';

/** Classes that the beat's own code decides, where no rhythm does. */
const BY_CODE: Readonly<Record<string, RhythmClass>> = {
  N: 'N',
  A: 'PAC',
  a: 'PAC',
  L: 'LBBB',
  R: 'RBBB',
};
/** Rhythms that decide the class of every supraventricular beat in them, whatever its code. */
const BY_RHYTHM: Readonly<Record<string, RhythmClass>> = { '(AFIB': 'AF', '(SVTA': 'SVTA', '(SBR': 'SBR' };
const SUPRAVENTRICULAR = new Set('NLRBAaJSejn');
/** A beat in atrial flutter is no normal one, and the eight classes have no other for it. */
const FLUTTER = '(AFL';

/** A reference beat with what the rhythm models are to make of it. */
export interface LabelledBeat {
  readonly beat: Annotation;
  /** The rhythm that stands at the beat, such as `(AFIB`; empty before the first note. */
  readonly rhythm: string;
  /** Undefined where the beat belongs to none of the eight classes. */
  readonly class: RhythmClass | undefined;
}

/**
 * Labels the beats of a record for the eight classes. The code V decides first; then the rhythms AFIB, SVTA and SBR,
 * over every supraventricular code; then the codes N, A and a, L, R. What remains, and N in flutter, has no class.
 * @param annotations of a record, in time order
 */
export function rhythmLabels(annotations: readonly Annotation[]): LabelledBeat[] {
  const notes = annotations.filter(({ symbol }) => symbol === '+');
  let next = 0;
  let rhythm = '';
  return scoredReference(annotations).beats.map((beat) => {
    while (next < notes.length && notes[next].sample <= beat.sample) rhythm = notes[next++].aux.trim();
    return { beat, rhythm, class: classOf(beat.symbol, rhythm) };
  });
}

function classOf(code: string, rhythm: string): RhythmClass | undefined {
  if (code === 'V') return 'PVC';
  if (SUPRAVENTRICULAR.has(code) && rhythm in BY_RHYTHM) return BY_RHYTHM[rhythm];
  return rhythm === FLUTTER ? undefined : BY_CODE[code];
}
