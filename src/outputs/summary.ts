import type { StageClock } from '../stage.ts';
import { clockTime, counted } from './numbers.ts';
import type { Provenance } from './output.ts';
import { printable } from './printable.ts';
import { LISTED_CLASSES, type Tally } from './tally.ts';

/** The summary of a stream for a person, line by line. */
export function summaryText(tally: Tally, clock: StageClock, provenance: Provenance): string[] {
  const rows = [
    ...summaryRows(tally, provenance),
    ['processor', processorTotal(clock, tally.duration)],
    ['by stage', stageTimes(clock)],
  ];
  return [
    `Summary of ${printable(provenance.source)}`,
    ...rows.map(([name, value]) => `  ${name.padEnd(11)} ${value}`),
  ];
}

/** What there is to say of a stream, by name; what is not known is left out. */
export function summaryRows(
  tally: Tally,
  { model, rhythmModel }: Provenance,
): (readonly [name: string, value: string])[] {
  const { heartRate, batteryPercent } = tally;
  const rows: [name: string, value: string | undefined][] = [
    ['duration', `${clockTime(tally.duration)} of stream`],
    [
      'model',
      printable(rhythmModel === undefined ? model : `${model}, and ${rhythmModel} for a second opinion`),
    ],
    ['beats', `${tally.beats.toLocaleString('en')}: ${classCounts(tally)}`],
    ['second', rhythmCounts(tally)],
    ['flagged', counted(tally.flagged, 'beat')],
    ['explained', explainedShare(tally)],
    ['heart rate', heartRate && `${heartRate.min.toFixed(0)} to ${heartRate.max.toFixed(0)} bpm`],
    ['gaps', gapCounts(tally)],
    ['not judged', unjudgedTimes(tally)],
    [
      'skipped',
      `${counted(tally.badFrames, 'bad frame')}, ${counted(tally.sourceFaults, 'fault')} in the input`,
    ],
    ['clock', clockWords(tally)],
    ['battery', batteryPercent === undefined ? undefined : `${batteryPercent} %`],
  ];
  return rows.filter((row): row is [string, string] => row[1] !== undefined);
}

/** Processor time as one line, for a log. */
export function processorText(tally: Tally, clock: StageClock): string {
  return `processor time: ${processorTotal(clock, tally.duration)} (${stageTimes(clock)})`;
}

function classCounts({ beatsByClass }: Tally): string {
  return LISTED_CLASSES.map((name) => `${name} ${beatsByClass[name].toLocaleString('en')}`).join(', ');
}

/** The second opinion; undefined where none was asked for. */
function rhythmCounts({ beatsByRhythm }: Tally): string | undefined {
  const found = [...beatsByRhythm].filter(([, count]) => count > 0);
  if (found.length === 0) return undefined;
  return found.map(([name, count]) => `${name} ${count.toLocaleString('en')}`).join(', ');
}

function explainedShare({ explained, beats }: Tally): string {
  const share = beats === 0 ? '' : ` (${((100 * explained) / beats).toFixed(1)} %)`;
  return `Grad-CAM ran for ${explained.toLocaleString('en')} of ${counted(beats, 'beat')}${share}`;
}

function gapCounts({ gaps, gapSeconds, gapsByCause, lossEvidence }: Tally): string {
  const blind = lossEvidence === 'none' ? '; this sensor does not let lost samples be seen' : '';
  if (gaps === 0) return `none${blind}`;
  const causes = [...gapsByCause].map(
    ([cause, { count, seconds }]) => `${count} ${cause}, ${seconds.toFixed(1)} s`,
  );
  return `${gaps}, ${gapSeconds.toFixed(1)} s (${causes.join('; ')})${blind}`;
}

function clockWords({ clock }: Tally): string | undefined {
  if (clock === undefined) return undefined;
  const rate = `${clock.rate.toFixed(3)} samples a second`;
  if (clock.drift === undefined) return `${rate}; the sensor sends no time`;
  const ppm = Math.round(clock.drift * 1e6);
  return `${rate}; the sensor's clock is ${ppm === 0 ? 'right' : `${Math.abs(ppm)} ppm ${ppm > 0 ? 'fast' : 'slow'}`}`;
}

function unjudgedTimes({ flawedSeconds }: Tally): string | undefined {
  if (flawedSeconds.size === 0) return undefined;
  return [...flawedSeconds].map(([flaw, seconds]) => `${seconds.toFixed(1)} s ${flaw}`).join(', ');
}

function processorTotal(clock: StageClock, duration: number): string {
  const seconds = totalMilliseconds(clock) / 1000;
  const multiple = seconds > 0 ? Math.round(duration / seconds).toLocaleString('en') : '?';
  return `${seconds.toFixed(2)} s for ${duration.toFixed(0)} s of signal, ${multiple} times real time`;
}

function stageTimes(clock: StageClock): string {
  const total = totalMilliseconds(clock) || 1;
  return [...clock.milliseconds]
    .map(([stage, ms]) => `${stage} ${Math.round((100 * ms) / total)} %`)
    .join(', ');
}

function totalMilliseconds(clock: StageClock): number {
  return [...clock.milliseconds.values()].reduce((sum, ms) => sum + ms, 0);
}
