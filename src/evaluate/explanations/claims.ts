import type { RhythmClass } from '../../classify/rhythm-verdict.ts';
import { RHYTHM_RATE } from '../../classify/rhythm-window.ts';
import type { Wave } from '../../explain/explanation.ts';
import type { WindowBeat, WindowWaves } from '../../explain/window-waves.ts';

/** One window's relevance, with what is known of its beats. */
export interface MappedWindow {
  readonly relevance: ArrayLike<number>;
  readonly waves: WindowWaves;
  /** The beat at the centre, and the last one whose QRS is whole. */
  readonly centre: WindowBeat;
  readonly last: WindowBeat;
}

/** A part of a window: whether a sample, at its time in seconds and in its wave, belongs to it. */
type Part = (time: number, wave: Wave) => boolean;

/** What the paper's figure shows for a class, as a statement that each window of the class fulfils or not. */
export interface Claim {
  readonly class: RhythmClass;
  readonly model: 'cnn' | 'lstm';
  /** What the figure shows. */
  readonly figure: string;
  /** What is tested. */
  readonly statement: string;
  /** Undefined where the window has no such part. */
  readonly holds: (window: MappedWindow) => boolean | undefined;
}

/** Relevance of a part against what it would be were relevance spread evenly: its share over its share of time. */
export function density({ relevance, waves }: MappedWindow, part: Part): number | undefined {
  let inside = 0;
  let total = 0;
  let samples = 0;
  for (let i = 0; i < relevance.length; i++) {
    total += relevance[i];
    if (!part(i / RHYTHM_RATE, waves.waves[i])) continue;
    inside += relevance[i];
    samples++;
  }
  if (samples === 0 || total === 0) return undefined;
  return inside / total / (samples / relevance.length);
}

function brighter(window: MappedWindow, part: Part, than: Part): boolean | undefined {
  const a = density(window, part);
  const b = density(window, than);
  return a === undefined || b === undefined ? undefined : a > b;
}

const inWaves =
  (...wanted: Wave[]): Part =>
  (_, wave) =>
    wanted.includes(wave);
const not =
  (part: Part): Part =>
  (time, wave) =>
    !part(time, wave);
const from =
  (start: number): Part =>
  (time) =>
    time >= start;
const between =
  (start: number, end: number): Part =>
  (time) =>
    time >= start && time < end;

const QRS = inWaves('QRS');
const againstTheRest = (part: (window: MappedWindow) => Part) => (window: MappedWindow) =>
  brighter(window, part(window), not(part(window)));

/** The first sample of the greatest relevance, seconds. */
export function brightest({ relevance }: MappedWindow): number {
  let most = 0;
  for (let i = 1; i < relevance.length; i++) if (relevance[i] > relevance[most]) most = i;
  return most / RHYTHM_RATE;
}

/** How far into the ST segment its start reaches, seconds. */
const START_OF_ST = 0.12;

/** Every row of the paper's figure. */
export const CLAIMS: readonly Claim[] = [
  {
    class: 'N',
    model: 'cnn',
    figure: 'all QRS bright, T and baseline dark',
    statement: 'QRS brighter than T and than baseline',
    holds: (w) => {
      const overT = brighter(w, QRS, inWaves('ST-T'));
      const overBaseline = brighter(w, QRS, inWaves('baseline'));
      return overT === undefined || overBaseline === undefined ? undefined : overT && overBaseline;
    },
  },
  {
    class: 'N',
    model: 'lstm',
    figure: 'last QRS and T',
    statement: 'last QRS and T brighter than the rest',
    holds: againstTheRest(({ last }) => between(last.qrsOnset, last.tOffset)),
  },
  {
    class: 'PVC',
    model: 'cnn',
    figure: 'the wide ectopic QRS and the start of its ST brightest',
    statement: 'the brightest sample lies in the ectopic QRS or the 120 ms after it',
    holds: (w) => {
      const time = brightest(w);
      return time >= w.centre.qrsOnset && time < w.centre.qrsOffset + START_OF_ST;
    },
  },
  {
    class: 'PVC',
    model: 'lstm',
    figure: 'the ectopic beat and what follows',
    statement: 'from the ectopic QRS on brighter than before it',
    holds: againstTheRest(({ centre }) => from(centre.qrsOnset)),
  },
  {
    class: 'PAC',
    model: 'cnn',
    figure: 'QRS and PR, the premature beat among them; T dark',
    statement: 'P and QRS brighter than T, and those of the premature beat brighter than the mean',
    holds: (w) => {
      const { pOnset, qrsOffset } = w.centre;
      const overT = brighter(w, inWaves('P', 'QRS'), inWaves('ST-T'));
      const premature = density(w, between(pOnset, qrsOffset));
      return overT === undefined || premature === undefined ? undefined : overT && premature > 1;
    },
  },
  {
    class: 'PAC',
    model: 'lstm',
    figure: 'the premature beat and what follows',
    statement: 'from the premature P on brighter than before it',
    holds: againstTheRest(({ centre }) => from(centre.pOnset)),
  },
  {
    class: 'AF',
    model: 'cnn',
    figure: 'the baseline and T between beats; QRS dark',
    statement: 'between the QRS brighter than in them',
    holds: (w) => brighter(w, not(QRS), QRS),
  },
  {
    class: 'AF',
    model: 'lstm',
    figure: 'last QRS and the end',
    statement: 'from the last QRS on brighter than before it',
    holds: againstTheRest(({ last }) => from(last.qrsOnset)),
  },
  {
    class: 'SVTA',
    model: 'cnn',
    figure: 'the QRS peaks',
    statement: 'QRS brighter than the rest',
    holds: againstTheRest(() => QRS),
  },
  {
    class: 'SVTA',
    model: 'lstm',
    figure: 'last QRS and tail',
    statement: 'from the last QRS on brighter than before it',
    holds: againstTheRest(({ last }) => from(last.qrsOnset)),
  },
  {
    class: 'SBR',
    model: 'cnn',
    figure: 'the QRS',
    statement: 'QRS brighter than the rest',
    holds: againstTheRest(() => QRS),
  },
  {
    class: 'SBR',
    model: 'lstm',
    figure: 'QRS and the long pause after it',
    statement: 'from the QRS to the next one brighter than the rest',
    holds: againstTheRest(({ centre, waves }) => {
      const next = waves.beats.find(({ peak }) => peak > centre.peak);
      return between(centre.qrsOnset, next?.qrsOnset ?? Number.POSITIVE_INFINITY);
    }),
  },
  {
    class: 'LBBB',
    model: 'cnn',
    figure: 'ST-T after the QRS',
    statement: 'ST-T brighter than the rest',
    holds: againstTheRest(() => inWaves('ST-T')),
  },
  {
    class: 'LBBB',
    model: 'lstm',
    figure: 'QRS upstroke, T',
    statement: 'from QRS onsets to R peaks, and in ST-T, brighter than the rest',
    holds: againstTheRest(({ waves: { beats } }) => {
      const upstroke: Part = (time) => beats.some(({ qrsOnset, peak }) => time >= qrsOnset && time <= peak);
      return (time, wave) => wave === 'ST-T' || upstroke(time, wave);
    }),
  },
  {
    class: 'RBBB',
    model: 'cnn',
    figure: 'upstroke R/R′',
    statement: 'QRS brighter than the rest',
    holds: againstTheRest(() => QRS),
  },
  {
    class: 'RBBB',
    model: 'lstm',
    figure: 'last QRS',
    statement: 'last QRS brighter than the rest',
    holds: againstTheRest(({ last }) => between(last.qrsOnset, last.qrsOffset)),
  },
];
