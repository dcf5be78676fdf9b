import { type BeatClass, CLASSES, type Verdict } from '../classify/verdict.ts';
import { type Explanation, rhythmContribution, type Wave } from './explanation.ts';

/** Beats this far from the usual RR interval (as a ratio) are called early or late. */
const EARLY = 0.85;
const LATE = 1.15;
/** A rhythm from here on is called irregular: of cinc2017, nine in ten beats of normal rhythm are below, most of atrial fibrillation above. */
const IRREGULAR = 0.5;
/** From this share of S beats on, they are said to be what the patient has. */
const MANY = 0.1;
/** From this contribution on, the other beats of its morphology are said to have spoken for V. */
const TELLING = 0.5;
/** A QRS from here on is called wide, milliseconds. */
const WIDE_QRS = 120;

const CLASS_NAMES: Record<BeatClass, string> = { N: 'normal', S: 'SVEB', V: 'VEB', F: 'fusion' };
const WAVE_NAMES: Record<Wave, string> = { P: 'P zone', QRS: 'QRS', 'ST-T': 'ST-T', baseline: 'baseline' };

/** What the sentence is made of, all of it measured on this beat. */
export interface Findings extends Pick<Explanation, 'waveform' | 'rhythm' | 'beatsBefore' | 'waves'> {
  readonly verdict: Verdict;
  /** Width of the QRS, seconds. */
  readonly qrsWidth: number;
}

/** Says in one sentence what was found and where the evidence lies, such as "VEB 0.97: early (0.58 of usual RR),
 * wide QRS (148 ms); evidence 86 % waveform (81 % of it in the QRS), 14 % rhythm". */
export function inWords(findings: Findings): string {
  const said = [...timing(findings.verdict), qrs(findings.qrsWidth), ...morphology(findings)];
  return `${what(findings.verdict)}: ${said.join(', ')}${evidence(findings)}`;
}

function what({ class: verdict, probabilities }: Verdict): string {
  if (verdict === 'Q') throw new Error('A beat without a verdict has no evidence to put in words');
  return `${CLASS_NAMES[verdict]} ${probabilities[CLASSES.indexOf(verdict)].toFixed(2)}`;
}

function timing({ class: verdict, beat, ownShare = 0 }: Verdict): string[] {
  const { rrBefore, rrAfter, usualRr, irregularity } = beat;
  const said: string[] = [];
  if (usualRr === undefined) return said;
  if (rrBefore !== undefined) {
    const ratio = rrBefore / usualRr;
    const name = ratio < EARLY ? 'early' : ratio > LATE ? 'late' : 'on time';
    said.push(`${name} (${ratio.toFixed(2)} of usual RR)`);
  }
  if (rrAfter !== undefined && rrAfter / usualRr > LATE) {
    said.push(`pause after (${(rrAfter / usualRr).toFixed(2)})`);
  }
  if (irregularity >= IRREGULAR) said.push('irregular rhythm');
  if (verdict === 'S' && ownShare >= MANY) said.push(`${percent(ownShare)} S beats of late`);
  return said;
}

function qrs(width: number): string {
  const milliseconds = Math.round(1000 * width);
  return `${milliseconds >= WIDE_QRS ? 'wide' : 'narrow'} QRS (${milliseconds} ms)`;
}

function morphology({ verdict, beatsBefore }: Findings): string[] {
  return verdict.class === 'V' && beatsBefore >= TELLING ? ['as others of its morphology'] : [];
}

/** How what speaks *for* the class divides between waveform and rhythm, each taken as a whole. Where the one speaks against it, it has no share. */
function evidence({ waveform, rhythm, waves }: Findings): string {
  const fromWaveform = Math.max(0, waveform);
  const fromRhythm = Math.max(0, rhythmContribution({ rhythm }));
  const whole = fromWaveform + fromRhythm;
  if (whole === 0) return '';
  const share = fromWaveform / whole;
  // Where next to nothing lies needs no saying.
  const where = share < 0.05 ? '' : brightest(waves);
  const parts = [`${percent(share)} waveform${where}`, `${percent(fromRhythm / whole)} rhythm`];
  return `; evidence ${(fromWaveform >= fromRhythm ? parts : parts.reverse()).join(', ')}`;
}

function brightest(waves: Explanation['waves']): string {
  const [wave, share] = (Object.entries(waves) as [Wave, number][]).reduce((a, b) => (b[1] > a[1] ? b : a));
  return share > 0 ? ` (${percent(share)} of it in the ${WAVE_NAMES[wave]})` : '';
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
