/**
 * Writes what the rhythm models are given for every beat of recordings, as the gateway itself makes it, and what they
 * are to say.
 *
 *   node dist/export-windows.js OUT FOLDER LIST    annotated records, named as for `beatlens evaluate`; R peaks: reference
 *   node dist/export-windows.js OUT RECORDING      a capture; R peaks: the gateway's own; no labels
 *
 * OUT.windows.f32 holds the inputs, little-endian, window after window; OUT.json the record, time, RR intervals, beat
 * code, AAMI class and class of each. Paced records are left out, as EC57
 * has it, and windows that the gateway would not judge. The table on stdout counts the windows of each class.
 */
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { lastValueFrom, tap } from 'rxjs';
import type { Beat } from '../../src/beats/beat.ts';
import type { RhythmModel } from '../../src/classify/rhythm-model.ts';
import { RHYTHM_CLASSES, type RhythmVerdict } from '../../src/classify/rhythm-verdict.ts';
import { RHYTHM_RATE, RHYTHM_WINDOW } from '../../src/classify/rhythm-window.ts';
import { recordNames } from '../../src/cli/evaluate.ts';
import { concatenated } from '../../src/dsp/concatenated.ts';
import { aamiClass, isPaced } from '../../src/evaluate/aami.ts';
import { type LabelledBeat, rhythmLabels } from '../../src/evaluate/rhythm-label.ts';
import { gateway } from '../../src/gateway.ts';
import { openSource } from '../../src/sources/open.ts';
import { openRecord, recordAnnotations } from '../../src/sources/wfdb-record.ts';
import { StageClock } from '../../src/stage.ts';
import { untrained } from './untrained.ts';

/** Judges nothing: only the inputs that it is given matter here. */
const untrainedRhythm: RhythmModel = {
  card: {} as RhythmModel['card'],
  scores: () => new Float32Array(RHYTHM_CLASSES.length),
  featureMaps: () => undefined,
};

const [out, path, list] = process.argv.slice(2);
const windows: Float32Array[] = [];
const about: object[] = [];

if (list === undefined) {
  for (const { beat, window, class: judged } of await rhythmVerdicts(path, undefined)) {
    if (judged !== 'Q') add(beat, window, { record: basename(path) });
  }
} else {
  const counts = new Map<string, Map<string, number>>();
  for (const name of await recordNames(path, list)) {
    const record = await openRecord(join(path, name));
    const annotations = await recordAnnotations(record, 'atr');
    if (isPaced(annotations)) continue;
    const ofRecord = new Map<string, number>();
    const count = (what: string) => ofRecord.set(what, (ofRecord.get(what) ?? 0) + 1);
    const labelled = rhythmLabels(annotations);
    const times = Float64Array.from(labelled, ({ beat }) => beat.sample / record.header.rate);
    // They come out one for one, though a fiducial point may have moved; the last may not be heard to the end.
    for (const [i, { beat, window, class: judged }] of (await rhythmVerdicts(record.path, times)).entries()) {
      if (judged === 'Q') count('not judged');
      else {
        const label: LabelledBeat = labelled[i];
        const code = label.beat.symbol;
        count(label.class ?? 'no class');
        const aami = aamiClass(code);
        const { rhythm, class: eight } = label;
        add(beat, window, { record: name, code, rhythm, aami, class: eight ?? null });
      }
    }
    counts.set(name, ofRecord);
    process.stderr.write(`${name}: ${labelled.length} beats\n`);
  }
  process.stdout.write(`${table(counts).join('\n')}\n`);
}

await writeFile(`${out}.windows.f32`, new Uint8Array(concatenated(windows).buffer));
await writeFile(
  `${out}.json`,
  JSON.stringify({
    samples: RHYTHM_WINDOW,
    rate: RHYTHM_RATE,
    classes: RHYTHM_CLASSES,
    windows: about,
  }),
);

function add({ time, rrBefore, rrAfter }: Beat, window: Float32Array, of: object): void {
  windows.push(window);
  about.push({ ...of, time, rr: [rrBefore ?? null, rrAfter ?? null] });
}

/** What the gateway makes of each beat, in order. */
async function rhythmVerdicts(
  recording: string,
  referencePeaks: Float64Array | undefined,
): Promise<RhythmVerdict[]> {
  const source = await openSource(recording, { speed: 'max' });
  const verdicts: RhythmVerdict[] = [];
  const items = gateway(source, untrained, new StageClock(), {
    referencePeaks,
    rhythmModel: untrainedRhythm,
  }).pipe(
    tap((item) => {
      if (item.kind === 'rhythm') verdicts.push(item);
    }),
  );
  await lastValueFrom(items, { defaultValue: undefined });
  return verdicts;
}

/** Windows of each class, a record a line. */
function table(counts: ReadonlyMap<string, ReadonlyMap<string, number>>): string[] {
  const columns = [...RHYTHM_CLASSES, 'no class', 'not judged'];
  const row = (name: string, values: readonly string[]) =>
    [name.padEnd(6), ...values.map((value, i) => value.padStart(Math.max(6, columns[i].length + 1)))].join(
      '',
    );
  const total = (column: string) => [...counts.values()].reduce((sum, of) => sum + (of.get(column) ?? 0), 0);
  return [
    row('record', columns),
    ...[...counts].map(([name, of]) =>
      row(
        name,
        columns.map((column) => String(of.get(column) ?? '·')),
      ),
    ),
    row(
      'all',
      columns.map((column) => String(total(column))),
    ),
    row(
      'in',
      columns.map((column) => String([...counts.values()].filter((of) => of.has(column)).length)),
    ),
  ];
}
