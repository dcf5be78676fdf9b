import { describe, expect, test } from 'vitest';
import type { BackfillChange } from '../../src/sensors/sensor.ts';
import { Timeline } from '../../src/timeline/timeline.ts';
import { blocks, gapsIn, link, run, samplesIn, type TimedBlock } from './blocks.ts';

const backfill = (state: BackfillChange['state']): BackfillChange => ({
  kind: 'backfill',
  state,
  receivedAtMs: 0,
});
/** Sent again, and heard when `after` was. */
const again = (one: TimedBlock, after: TimedBlock): TimedBlock => ({
  ...one,
  backfill: true,
  receivedAtMs: after.receivedAtMs,
});

describe('backfill', () => {
  test('what waits for it waits as long as it comes, and no longer', () => {
    const sent = blocks(40, { resends: true });
    const timeline = new Timeline();
    const out = (items: Parameters<typeof timeline.push>[0][]) =>
      items.flatMap((item) => timeline.push(item)).filter(({ kind }) => kind !== 'clock');
    expect(out(sent.slice(0, 2))).toHaveLength(2);
    expect(out([sent[12], backfill('coming'), ...sent.slice(13, 30)])).toEqual([]);
    const filled = out(sent.slice(2, 12).map((one) => again(one, sent[29])));
    expect(filled.map(({ kind }) => kind)).toEqual(new Array(28).fill('samples'));
    expect(out([backfill('ended'), sent[30]])).toHaveLength(1);
  });

  test('what it did not bring is a gap, found when it has ended', () => {
    const sent = blocks(40, { resends: true });
    const items = run(new Timeline(), [
      ...sent.slice(0, 10),
      link('lost'),
      link('connected'),
      sent[20],
      backfill('coming'),
      ...sent.slice(15, 20).map((one) => again(one, sent[20])),
      backfill('ended'),
      ...sent.slice(21, 30),
    ]);
    expect(gapsIn(items)).toMatchObject([{ start: 500, length: 250, cause: 'link-lost' }]);
    expect(samplesIn(items)).toHaveLength(25);
  });

  test('a hole from before the link was lost can still be filled', () => {
    const sent = blocks(20, { resends: true });
    const items = run(new Timeline(), [
      sent[0],
      sent[2],
      link('lost'),
      link('connected'),
      sent[6],
      backfill('coming'),
      again(sent[1], sent[6]),
      ...sent.slice(3, 6).map((one) => again(one, sent[6])),
      backfill('ended'),
      sent[7],
    ]);
    expect(gapsIn(items)).toEqual([]);
    expect(samplesIn(items).map(({ start }) => start)).toEqual([0, 50, 100, 150, 200, 250, 300, 350]);
  });

  test('a promise that is not kept holds nothing up for more than a minute', () => {
    const sent = blocks(400, { resends: true });
    const timeline = new Timeline();
    let came = 0;
    [sent[0], sent[2], backfill('coming'), ...sent.slice(3)].forEach((item) => {
      came += samplesIn(timeline.push(item)).length;
    });
    expect(came).toBeGreaterThan(80);
    expect(came + samplesIn(timeline.flush()).length).toBe(399);
  });

  test('what comes too late, or was not missing, is dropped', () => {
    const sent = blocks(20, { resends: true });
    const items = run(new Timeline(), [
      ...sent.slice(0, 3),
      ...sent.slice(4, 12),
      again(sent[3], sent[11]),
      again(sent[6], sent[11]),
      again({ ...sent[3], session: 9 }, sent[11]),
      ...sent.slice(12),
    ]);
    expect(gapsIn(items)).toMatchObject([{ start: 150, length: 50 }]);
    expect(samplesIn(items)).toHaveLength(19);
  });

  test('does not disturb the clock', () => {
    const sent = blocks(1_500, { resends: true });
    const timeline = new Timeline();
    const items = [
      ...sent.slice(0, 600),
      sent[900],
      backfill('coming'),
      ...sent.slice(600, 900).map((one) => again(one, sent[900])),
      backfill('ended'),
      ...sent.slice(901),
    ];
    for (const span of items.flatMap((item) => samplesIn(timeline.push(item)))) {
      expect(span.time).toBeCloseTo(span.start / 250, 6);
    }
  });
});
