import { loadBeatModel } from '../classify/beat-model.ts';
import type { Verdict } from '../classify/verdict.ts';
import { Confusion, type ReferenceLetter, type TestLetter } from '../evaluate/confusion.ts';
import { MATCH_WINDOW, matchBeats } from '../evaluate/match.ts';
import { AT_REST, type MadeBeat, madeRhythm, normalBeats, RHYTHMS } from '../sources/made-rhythm.ts';
import { judged } from './judged.ts';
import { Progress } from './progress.ts';

/** Of each rhythm and record, seconds. */
const LONG = 720;

/**
 * What the gateway calls the beats of made rhythms, once they have begun, as a table of Markdown.
 * @param records paths of annotated WFDB records, whose normal beats they are made of
 */
export async function rhythmTable(records: readonly string[], model?: string): Promise<string[]> {
  const beatModel = await loadBeatModel(model);
  const progress = new Progress(RHYTHMS.length * records.length, 'rhythms');
  const ofRhythms = RHYTHMS.map((rhythm) => ({ rhythm, confusion: new Confusion() }));
  for (const path of records) {
    const heart = await normalBeats(path);
    for (const { rhythm, confusion } of ofRhythms) {
      const { source, beats } = madeRhythm(heart, rhythm, LONG);
      count(confusion, beats, (await judged(source, beatModel)).verdicts);
      progress.advance();
    }
  }
  progress.end();
  return [
    '| rhythm | normal beats | called S | called V | not judged | premature beats | called S | called V | not judged | missed | extra |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...ofRhythms.map(({ rhythm, confusion }) => row(rhythm.name, confusion)),
  ];
}

/** Adds what each beat was called that came after those at rest. */
function count(confusion: Confusion, made: readonly MadeBeat[], found: readonly Verdict[]): void {
  const truth = made.filter(({ time }) => time > AT_REST);
  const verdicts = found.filter(({ beat }) => beat.time > AT_REST);
  const pairs = matchBeats(
    truth.map(({ time }) => time),
    verdicts.map(({ beat }) => beat.time),
    MATCH_WINDOW,
  );
  for (const { reference, detected } of pairs) {
    const called = detected === undefined ? 'o' : verdicts[detected].class.toLowerCase();
    confusion.count(reference === undefined ? 'O' : truth[reference].class, called as TestLetter);
  }
}

const ANY = 'nsvfqo';

function row(name: string, confusion: Confusion): string {
  const cells = (['N', 'S'] satisfies ReferenceLetter[]).flatMap((of) => {
    const beats = confusion.sum(of, ANY);
    const share = (called: string) => `${((100 * confusion.sum(of, called)) / beats).toFixed(1)} %`;
    return beats === 0 ? ['', '', '', ''] : [beats.toLocaleString('en'), share('s'), share('vf'), share('q')];
  });
  return `| ${[name, ...cells, confusion.sum('NS', 'o'), confusion.sum('O', ANY)].join(' | ')} |`;
}
