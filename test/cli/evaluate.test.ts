import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { BeatModel } from '../../src/classify/beat-model.ts';
import { evaluateCommand, recordNames } from '../../src/cli/evaluate.ts';
import { evaluateRecord } from '../../src/cli/evaluate-record.ts';
import { UsageError } from '../../src/cli/usage-error.ts';
import { Confusion, type ReferenceLetter, type TestLetter } from '../../src/evaluate/confusion.ts';
import { type Counted, figures } from '../../src/evaluate/figures.ts';
import { InputError } from '../../src/formats/input-error.ts';
import { readAnnotations } from '../../src/formats/wfdb/annotations.ts';
import { describeWithData } from '../shared-data.ts';

const scratch = mkdtempSync(join(tmpdir(), 'beatlens-evaluate-'));

function folderOf(name: string, files: readonly string[]): string {
  const folder = mkdtempSync(join(scratch, name));
  for (const file of files) writeFileSync(join(folder, file), '');
  return folder;
}

function result(paced: boolean, cells: readonly (readonly [ReferenceLetter, TestLetter, number])[]): Counted {
  const confusion = new Confusion();
  for (const [reference, answer, times] of cells) confusion.count(reference, answer, times);
  return { confusion, near: confusion, paced, duration: 100 };
}

describe('which records are evaluated', () => {
  const folder = folderOf('records', ['100.hea', '100.atr', '101.hea', '101.atr', '999.hea', 'notes.txt']);

  test('all: those with header and annotations', async () => {
    expect(await recordNames(folder, 'all')).toEqual(['100', '101']);
  });

  test('a list, in the order given, each once', async () => {
    expect(await recordNames(folder, '101,100,101')).toEqual(['101', '100']);
  });

  test.each([
    [
      'a record that is not there',
      () => recordNames(folder, '100,105'),
      InputError,
      /no annotated record 105;/,
    ],
    [
      'a record without annotations',
      () => recordNames(folder, '999'),
      InputError,
      /no annotated record 999;/,
    ],
    [
      'ds2 where not all of it is there',
      () => recordNames(folder, 'ds2'),
      InputError,
      /record 103, 105, 111/,
    ],
    ['an empty name', () => recordNames(folder, '100,'), UsageError, /empty name/],
    [
      'no folder',
      () => recordNames(join(scratch, 'none'), 'all'),
      InputError,
      /cannot read this folder \(ENOENT\)/,
    ],
    ['no records', () => recordNames(folderOf('empty', []), 'all'), InputError, /no annotated records/],
  ])('%s is an error', async (_, names, kind, message) => {
    await expect(names()).rejects.toBeInstanceOf(kind);
    await expect(names()).rejects.toThrow(message);
  });

  test('--peaks is own or reference', async () => {
    const command = evaluateCommand()
      .exitOverride()
      .configureOutput({ outputError: () => {} });
    await expect(command.parseAsync([folder, '--peaks', 'mine'], { from: 'user' })).rejects.toThrow(
      /own, reference/,
    );
  });
});

describe('figures over several records', () => {
  const unpaced = result(false, [
    ['N', 'n', 90],
    ['N', 'o', 10],
    ['V', 'v', 5],
    ['O', 'v', 5],
  ]);
  const paced = result(true, [
    ['Q', 'n', 100],
    ['V', 'n', 50],
    ['O', 'v', 100],
  ]);

  test('count paced records for QRS detection only', () => {
    const { time, beats, qrs, veb, accuracy } = figures([unpaced, paced]);
    expect([time, beats]).toEqual([200, 255]);
    expect([qrs.tp, qrs.fn, qrs.fp]).toEqual([245, 10, 105]);
    expect([veb?.tp, veb?.fn, veb?.fp]).toEqual([5, 0, 5]);
    expect(accuracy).toBe(100);
  });

  test('of paced records alone have no classes', () => {
    expect(figures([paced])).toMatchObject({ veb: undefined, sveb: undefined, accuracy: undefined });
  });
});

/** Calls every beat normal: what is tested here is how beats are found, placed and compared. */
const allNormal: BeatModel = {
  card: {
    temperature: 1,
    thresholds: { S: 0.5, V: 0.5, F: 0.5 },
    supraventricular: { mostIrregular: 1, usualShare: 0.05, ofBeats: 400, mostShift: 1 },
  } as BeatModel['card'],
  scores: () => Float32Array.of(9, 0, 0, 0),
  featureMaps: () => new Float32Array(0),
};

describeWithData('a database record through the gateway', (data) => {
  const folder = join(data, 'mitdb');
  const job = { folder, peaks: 'own' } as const;

  test('has its beats found where the reference has them', async () => {
    const { qrs, beats, time } = figures([await evaluateRecord('100', job, allNormal)]);
    expect(beats).toBe(2273);
    expect(time).toBeCloseTo(1805.6, 1);
    expect(qrs.se).toBeGreaterThan(99.8);
    expect(qrs.ppv).toBeGreaterThan(99.8);
  });

  test("on the reference's peaks has every beat, and no other", async () => {
    const outcome = await evaluateRecord('119', { ...job, peaks: 'reference' }, allNormal);
    expect(figures([outcome]).qrs).toMatchObject({ tp: 1987, fn: 0, fp: 0 });
    expect(outcome.confusion.sum('V', 'n')).toBeGreaterThan(430);
  });

  test('leaves its beats as annotations that read back', async () => {
    const annotations = mkdtempSync(join(scratch, 'out'));
    const { confusion } = await evaluateRecord('100', { ...job, annotations }, allNormal);
    const written = readAnnotations(readFileSync(join(annotations, '100.bl')), 360, '100.bl');
    // Somebody's heartbeats: their owner's to read.
    expect(statSync(join(annotations, '100.bl')).mode & 0o777).toBe(0o600);
    expect(written).toHaveLength(confusion.sum('NSVFQO', 'nsvfq'));
    expect(written.filter(({ symbol }) => symbol === 'N').length).toBeGreaterThan(2200);
    expect(written[1000].sample).toBeGreaterThan(written[999].sample);
  });

  test('without its annotations is an error that names the file', async () => {
    await expect(evaluateRecord('none', job, allNormal)).rejects.toThrow(/none\.hea/);
  });

  const bundle = fileURLToPath(new URL('../../dist/beatlens.js', import.meta.url));
  if (!existsSync(bundle))
    process.stderr.write('\n*** SKIPPED: evaluation in threads needs npm run build ***\n');
  test.skipIf(!existsSync(bundle))('gives the same in threads as alone', async () => {
    const lines = async (records: string) => {
      const args = [bundle, 'evaluate', folder, '--records', records, '--json'];
      const { stdout, stderr } = await promisify(execFile)(process.execPath, args);
      return {
        json: stdout
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line)),
        stderr,
      };
    };
    const both = await lines('119,100');
    const alone = await lines('119');
    expect(both.json.map(({ type, record }) => record ?? type)).toEqual(['119', '100', 'summary']);
    expect(both.json[0]).toEqual(alone.json[0]);
    expect(both.json[2]).toMatchObject({ records: 2, peaks: 'own', beats: 1987 + 2273 });
    expect(both.json[2].qrs.tp).toBe(both.json[0].qrs.tp + both.json[1].qrs.tp);
    expect(both.stderr).toContain('2 of 2 records');
  });
});
