import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Command } from 'commander';
import { from, lastValueFrom, tap, toArray } from 'rxjs';
import { RPeakDetector } from '../beats/r-peak-detector.ts';
import { type BeatModel, loadBeatModel } from '../classify/beat-model.ts';
import { range } from '../evaluate/quantile.ts';
import { gateway } from '../gateway.ts';
import { Tally } from '../outputs/tally.ts';
import { Conditioner } from '../signal/conditioner.ts';
import { openSource } from '../sources/open.ts';
import type { Source } from '../sources/source.ts';
import { StageClock } from '../stage.ts';
import { GRID_RATE } from '../timeline/span.ts';
import { loopedSource, samplesOf } from './looped-source.ts';
import { runCommand, throwing } from './run-command.ts';
import { UsageError } from './usage-error.ts';

const MEBIBYTE = 2 ** 20;
const HOUR = 3600;
/** How often a speed is measured. Processor time never tells less than is needed: the best run says most. */
const RUNS = 10;
/** Grid samples of a frame of the patch. */
const FRAME = 50;

/** Speed of the full chain on one recording: from its notifications to alerts, counted. */
interface Speed {
  readonly type: 'speed';
  readonly recording: string;
  readonly seconds: number;
  /** Of each run, the best first. */
  readonly timesRealTime: readonly number[];
  /** Processor time of making the notifications, which is the sensor's work, or of reading them from a capture. */
  readonly sourceSeconds: number;
  // Of the best run
  /** Processor time of everything: stages, pipe, counting, collection of garbage. */
  readonly processorSeconds: number;
  readonly beats: number;
  readonly explained: number;
  readonly millisecondsByStage: Readonly<Record<string, number>>;
  readonly microsecondsPerInference: number;
  readonly microsecondsPerExplanation: number | null;
}

type RunSpeed = Omit<Speed, 'type' | 'recording' | 'timesRealTime' | 'sourceSeconds'>;

/** Speed of finding R peaks alone: conditioner and detector. */
interface DetectionSpeed {
  readonly type: 'detection';
  readonly recording: string;
  /** The best run first. */
  readonly timesRealTime: readonly number[];
}

/** Memory in use after a garbage collection, MiB. */
interface Memory {
  readonly type: 'memory';
  readonly hour: number;
  readonly heap: number;
  readonly external: number;
  readonly resident: number;
}

/** Two records of the MIT-BIH database, a quiet and a busy one, where they are at hand; else the shipped capture. */
function usualRecordings(): string[] {
  const beside = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
  const records = ['100', '208'].map((name) => beside(`../shared/data/mitdb/${name}.hea`)).filter(existsSync);
  return records.length > 0 ? records : [beside('recordings/mitdb-208.btsnoop')];
}

/** Seconds of processor time since a reading of `process.cpuUsage()`. */
function processorSecondsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** Runs the full chain again and again, each time with a new gateway. */
async function measureSpeed(source: Source, model: BeatModel): Promise<Speed> {
  const before = process.cpuUsage();
  const items = await lastValueFrom(source.items.pipe(toArray()));
  const sourceSeconds = processorSecondsSince(before);
  const runs: RunSpeed[] = [];
  for (let run = 0; run < RUNS; run++) runs.push(await measureRun({ ...source, items: from(items) }, model));
  runs.sort((a, b) => a.processorSeconds - b.processorSeconds);
  const timesRealTime = runs.map(({ seconds, processorSeconds }) => Math.round(seconds / processorSeconds));
  return { type: 'speed', recording: source.title, timesRealTime, sourceSeconds, ...runs[0] };
}

async function measureRun(source: Source, model: BeatModel): Promise<RunSpeed> {
  const clock = new StageClock();
  const tally = new Tally();
  const before = process.cpuUsage();
  await drain(source, model, clock, (item) => tally.take(item));
  const processorSeconds = processorSecondsSince(before);
  const perBeat = (stage: string, count: number) => (1000 * (clock.milliseconds.get(stage) ?? 0)) / count;
  return {
    seconds: tally.duration,
    processorSeconds,
    beats: tally.beats,
    explained: tally.explained,
    millisecondsByStage: Object.fromEntries(clock.milliseconds),
    microsecondsPerInference: perBeat('classify', tally.beats - tally.beatsByClass.Q),
    microsecondsPerExplanation: tally.explained > 0 ? perBeat('explain', tally.explained) : null,
  };
}

/** Finds the R peaks of samples, again and again. */
function measureDetection(recording: string, samples: Float32Array): DetectionSpeed {
  const seconds = samples.length / GRID_RATE;
  const timesRealTime: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const conditioner = new Conditioner();
    const detector = new RPeakDetector();
    const before = process.cpuUsage();
    for (let start = 0; start < samples.length; start += FRAME) {
      const millivolts = samples.subarray(start, start + FRAME);
      const time = start / GRID_RATE;
      const flags = { leadOff: false, saturated: false };
      for (const item of conditioner.push({ kind: 'samples', start, time, millivolts, ...flags })) {
        if (item.kind === 'signal') detector.push(item);
      }
    }
    timesRealTime.push(Math.round(seconds / processorSecondsSince(before)));
  }
  return { type: 'detection', recording, timesRealTime: timesRealTime.sort((a, b) => b - a) };
}

/** Replays a recording over and over as one stream, and looks at the memory after the first hour and the last. */
async function measureMemory(source: Source, model: BeatModel, hours: number): Promise<Memory[]> {
  const due = [1, hours];
  const seen: Memory[] = [];
  await drain(source, model, new StageClock(), (item) => {
    if (item.kind === 'signal' && item.time >= due[0] * HOUR) seen.push(memoryAt(due.shift() as number));
  });
  return seen;
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function memoryAt(hour: number): Memory {
  collectGarbage();
  const { heapUsed, external, rss } = process.memoryUsage();
  const mebibytes = (bytes: number) => Number((bytes / MEBIBYTE).toFixed(2));
  return {
    type: 'memory',
    hour,
    heap: mebibytes(heapUsed),
    external: mebibytes(external),
    resident: mebibytes(rss),
  };
}

type Item = Parameters<Tally['take']>[0];

async function drain(source: Source, model: BeatModel, clock: StageClock, take: (item: Item) => void) {
  await lastValueFrom(gateway(source, model, clock).pipe(tap(take)), { defaultValue: undefined });
}

function speedText(speed: Speed): string[] {
  const { millisecondsByStage, microsecondsPerExplanation: perExplanation } = speed;
  const stages = Object.entries(millisecondsByStage).map(
    ([stage, ms]) => `  ${stage.padEnd(10)} ${ms.toFixed(0).padStart(6)} ms`,
  );
  const explanation = perExplanation === null ? '' : `, ${perExplanation.toFixed(0)} µs an explanation`;
  return [
    `${speed.recording}: ${speed.seconds.toFixed(0)} s of signal in ${speed.processorSeconds.toFixed(2)} s of processor time,` +
      ` ${runsText(speed)}; ${speed.sourceSeconds.toFixed(2)} s more to make or read its notifications`,
    ...stages,
    `  ${speed.beats} beats, ${speed.explained} explained; ` +
      `${speed.microsecondsPerInference.toFixed(0)} µs an inference${explanation}`,
    ...savingText(speed),
  ];
}

/** What it saves to explain flagged beats only. */
function savingText({
  beats,
  explained,
  microsecondsPerExplanation: perExplanation,
  ...speed
}: Speed): string[] {
  if (perExplanation === null) return [];
  const saved = ((beats - explained) * perExplanation) / 1e6;
  const share = (100 * saved) / (speed.processorSeconds + saved);
  return [
    `  explanations for ${((100 * explained) / beats).toFixed(0)} % of the beats: to explain every beat would cost` +
      ` ${(1000 * saved).toFixed(0)} ms more, ${share.toFixed(0)} % of the whole`,
  ];
}

function detectionText(speed: DetectionSpeed): string[] {
  return [`${speed.recording}: R peaks alone ${runsText(speed)}`];
}

function runsText({ timesRealTime }: Speed | DetectionSpeed): string {
  const [best] = timesRealTime;
  const median = Math.round(range(timesRealTime)?.median as number);
  return (
    `${best.toLocaleString('en')} times real time` +
    ` (median of ${timesRealTime.length} runs ${median.toLocaleString('en')})`
  );
}

function memoryText({ hour, heap, external, resident }: Memory): string[] {
  return [`memory at hour ${hour}: heap ${heap} MiB, external ${external} MiB, resident ${resident} MiB`];
}

function parseHours(text: string): number {
  const hours = Number(text);
  if (!(hours > 1 && Number.isFinite(hours))) throw new UsageError(`--hours ${text}: give a number above 1`);
  return hours;
}

async function bench(
  files: readonly string[],
  { hours, json }: { hours: number; json?: boolean },
): Promise<void> {
  const text = (result: Speed | DetectionSpeed | Memory) => {
    if (result.type === 'speed') return speedText(result);
    return result.type === 'detection' ? detectionText(result) : memoryText(result);
  };
  const say = (result: Speed | DetectionSpeed | Memory) => {
    const lines = json ? [JSON.stringify(result)] : text(result);
    process.stdout.write(`${lines.join('\n')}\n`);
  };
  const model = await loadBeatModel();
  const recordings = files.length > 0 ? files : usualRecordings();
  const open = (file: string) => openSource(file, { speed: 'max' });
  const measure = async (file: string) => {
    const speed = await measureSpeed(await open(file), model);
    const samples = await samplesOf(await open(file));
    return [speed, measureDetection(speed.recording, samples)];
  };
  // Once for nothing, so that what is measured is compiled.
  await measure(recordings[0]);
  for (const file of recordings) for (const speed of await measure(file)) say(speed);
  const last = recordings[recordings.length - 1];
  const samples = await samplesOf(await open(last));
  // A little longer than asked for, since signal comes out later than it goes in.
  const looped = loopedSource(last, samples, (hours + 0.1) * HOUR);
  for (const memory of await measureMemory(looped, model, hours)) say(memory);
}

const command = throwing(new Command('bench'))
  .description(
    'Measures the speed of the full chain and of R peaks alone, and the memory over a day of signal.',
  )
  .argument('[files...]', 'captures or WFDB records; the last is looped to measure memory')
  .option('--hours <n>', 'hours of looped signal', parseHours, 24)
  .option('--json', 'one JSON object a line')
  .action(bench);
process.exitCode = await runCommand(command, process.argv.slice(2));
