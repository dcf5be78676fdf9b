import { loadBeatModel } from '../classify/beat-model.ts';
import type { Verdict } from '../classify/verdict.ts';
import { MATCH_WINDOW, matchBeats } from '../evaluate/match.ts';
import { AT_REST, type MadeBeat, madeRhythm, RHYTHMS } from '../sources/made-rhythm.ts';
import { judged } from './judged.ts';
import { Progress } from './progress.ts';

/** Of each rhythm and record, seconds. */
const LONG = 720;

/** What the beats of one class were called: how many of them there are, were found, called S, called V or F, and Q. */
interface Calls {
  beats: number;
  missed: number;
  s: number;
  v: number;
  q: number;
}

/**
 * What the gateway calls the beats of made rhythms, once they have begun, as a table of Markdown.
 * @param records paths of annotated WFDB records, whose normal beats they are made of
 */
export async function rhythmTable(records: readonly string[], model?: string): Promise<string[]> {
  const beatModel = await loadBeatModel(model);
  const progress = new Progress(RHYTHMS.length * records.length, 'rhythms');
  const rows: string[] = [];
  for (const rhythm of RHYTHMS) {
    const calls = { N: noCalls(), S: noCalls() };
    let extra = 0;
    for (const path of records) {
      const { source, beats } = await madeRhythm(path, rhythm, LONG);
      extra += count(calls, beats, (await judged(source, beatModel)).verdicts);
      progress.advance();
    }
    rows.push(row(rhythm.name, calls, extra));
  }
  progress.end();
  return [
    '| rhythm | normal beats | called S | called V | not judged | premature beats | called S | called V | not judged | missed | extra |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
  ];
}

function noCalls(): Calls {
  return { beats: 0, missed: 0, s: 0, v: 0, q: 0 };
}

/** Adds what became of each beat. @returns how many were found where there is none */
function count(
  calls: Record<MadeBeat['class'], Calls>,
  made: readonly MadeBeat[],
  found: readonly Verdict[],
): number {
  const truth = made.filter(({ time }) => time > AT_REST);
  const verdicts = found.filter(({ beat }) => beat.time > AT_REST);
  const pairs = matchBeats(
    truth.map(({ time }) => time),
    verdicts.map(({ beat }) => beat.time),
    MATCH_WINDOW,
  );
  let extra = 0;
  for (const { reference, detected } of pairs) {
    if (reference === undefined) {
      extra++;
      continue;
    }
    const of = calls[truth[reference].class];
    of.beats++;
    const called = detected === undefined ? undefined : verdicts[detected].class;
    if (called === undefined) of.missed++;
    else if (called === 'S') of.s++;
    else if (called === 'V' || called === 'F') of.v++;
    else if (called === 'Q') of.q++;
  }
  return extra;
}

function row(name: string, { N, S }: Record<MadeBeat['class'], Calls>, extra: number): string {
  const share = (count: number, { beats }: Calls) =>
    beats === 0 ? '' : `${((100 * count) / beats).toFixed(1)} %`;
  const cells = [N, S].flatMap((of) => [
    of.beats === 0 ? '' : of.beats.toLocaleString('en'),
    share(of.s, of),
    share(of.v, of),
    share(of.q, of),
  ]);
  return `| ${[name, ...cells, N.missed + S.missed, extra].join(' | ')} |`;
}
