import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Block } from '../../src/sensors/sensor.ts';
import { GRID_RATE } from '../../src/timeline/span.ts';
import { Timeline } from '../../src/timeline/timeline.ts';
import {
  BEGAN_AT_MS,
  block,
  blocks,
  gapsIn,
  LATENCY_MS,
  link,
  run,
  samplesIn,
  type TimedBlock,
} from './blocks.ts';

/** Spans and gaps follow one another without overlap, and time never runs backwards. */
function expectTiled(items: readonly { kind: string }[]): number {
  let next = 0;
  let time = 0;
  for (const item of items) {
    if (item.kind !== 'samples' && item.kind !== 'gap') continue;
    const span = item as ReturnType<typeof samplesIn>[0] | ReturnType<typeof gapsIn>[0];
    expect(span.start).toBe(next);
    expect(span.time).toBeGreaterThanOrEqual(time);
    const length = span.kind === 'gap' ? span.length : span.millivolts.length;
    expect(length).toBeGreaterThan(0);
    if (span.kind === 'gap') expect(span.duration).toBeGreaterThanOrEqual(0);
    next += length;
    time = span.time;
  }
  return next;
}

describe('a complete stream', () => {
  test('passes block by block, at once and untouched', () => {
    const timeline = new Timeline();
    for (const [n, one] of blocks(20, {
      firstIndex: 5_000,
      millivoltsPerUnit: 0.5,
      leadOff: true,
    }).entries()) {
      expect(timeline.push(one)).toEqual([
        {
          kind: 'samples',
          start: 50 * n,
          time: expect.closeTo(0.2 * n, 9),
          millivolts: Float32Array.from(one.samples, (value) => value / 2),
          leadOff: true,
          saturated: false,
        },
      ]);
    }
    expect(timeline.flush()).toEqual([]);
  });

  test('has time index / 250 to the microsecond when it arrives evenly, whatever the ticks round', () => {
    for (const period of [1 / 32_768, 1e-3]) {
      const timeline = new Timeline();
      for (let n = 0; n < 40_000; n++) {
        const deviceTime = Math.floor((77 + n / 5) / period) * period;
        const [span] = samplesIn(timeline.push(block({ firstIndex: 50 * n, deviceTime })));
        expect(Math.abs(span.time - n / 5)).toBeLessThan(1e-6);
      }
    }
  });

  test('begins at time 0 and index 0', () => {
    expect(new Timeline().push(block({ firstIndex: 123_456 }))).toMatchObject([{ start: 0, time: 0 }]);
  });

  test('link changes keep their place in it', () => {
    const [a, b] = blocks(2);
    const items = run(new Timeline(), [link('connected'), a, link('lost'), link('connected'), b]);
    expect(items.map((item) => item.kind)).toEqual(['link', 'samples', 'link', 'link', 'samples']);
    expect(gapsIn(items)).toEqual([]);
  });

  test('an empty block is nothing', () => {
    expect(new Timeline().push(block({ firstIndex: 0 }, 0))).toEqual([]);
  });
});

describe('gaps', () => {
  test('lost frames leave a gap of exactly their samples', () => {
    const sent = blocks(12);
    const items = run(new Timeline(), [...sent.slice(0, 3), ...sent.slice(5)]);
    expect(gapsIn(items)).toEqual([
      {
        kind: 'gap',
        start: 150,
        length: 100,
        time: expect.closeTo(0.6, 6),
        duration: expect.closeTo(0.4, 6),
        cause: 'frames-lost',
      },
    ]);
    expect(expectTiled(items)).toBe(600);
  });

  test('a hole is given up when a fifth block waits behind it', () => {
    const timeline = new Timeline();
    const [first, , ...later] = blocks(8);
    expect(timeline.push(first)).toHaveLength(1);
    for (const one of later.slice(0, 4)) expect(timeline.push(one)).toEqual([]);
    expect(timeline.push(later[4]).map((item) => item.kind)).toEqual(['gap', ...Array(5).fill('samples')]);
    expect(timeline.push(later[5])).toHaveLength(1);
  });

  test('a lost link does not wait: the gap stands between, and the same session goes on', () => {
    const timeline = new Timeline();
    const sent = blocks(300);
    run(timeline, sent.slice(0, 2));
    expect(timeline.push(link('lost'))).toMatchObject([{ kind: 'link' }]);
    expect(timeline.push(sent[200]).slice(0, 2)).toMatchObject([
      { kind: 'gap', start: 100, length: 198 * 50, cause: 'link-lost' },
      { kind: 'samples', start: 10_000, time: expect.closeTo(40, 6) },
    ]);
    expect(run(timeline, [sent[201], sent[203]])).toMatchObject([
      { kind: 'samples' },
      { kind: 'gap', length: 50, cause: 'frames-lost' },
      { kind: 'samples' },
    ]);
  });

  test('what waited for a late frame comes out before the link is reported lost', () => {
    const sent = blocks(4);
    const items = run(new Timeline(), [sent[0], sent[2], link('lost')]);
    expect(items.map((item) => item.kind)).toEqual(['samples', 'gap', 'samples', 'link']);
    expect(gapsIn(items)[0].cause).toBe('frames-lost');
  });

  test('samples that the sensor lost without counting them are found in its clock', () => {
    const [a, b, c] = blocks(3);
    const late = (one: TimedBlock, by: number): Block => ({
      ...one,
      deviceTime: one.deviceTime + by,
      receivedAtMs: one.receivedAtMs + by * 1_000,
    });
    const items = run(new Timeline(), [a, { ...late(b, 0.32), discontinuity: true }, late(c, 0.32)]);
    expect(gapsIn(items)).toMatchObject([{ start: 50, length: 80, cause: 'dropped-by-sensor' }]);
    expect(samplesIn(items).map(({ start, time }) => [start, Math.round(time * 1e3)])).toEqual([
      [0, 0],
      [130, 520],
      [180, 720],
    ]);
  });

  test('a discontinuity that no clock shows is a gap all the same', () => {
    const [a, b] = blocks(2);
    expect(gapsIn(run(new Timeline(), [a, { ...b, discontinuity: true }]))).toMatchObject([
      { start: 50, length: 1 },
    ]);
  });

  test('a new session begins after a gap as long as the arrivals say', () => {
    const fresh = blocks(2, { session: 2 }).map((one) => ({
      ...one,
      deviceTime: one.deviceTime - 997,
      receivedAtMs: one.receivedAtMs + 10_000,
    }));
    const items = run(new Timeline(), [...blocks(5), ...fresh]);
    expect(gapsIn(items)).toMatchObject([
      {
        start: 250,
        length: 2_250,
        time: expect.closeTo(1, 6),
        duration: expect.closeTo(9, 6),
        cause: 'new-session',
      },
    ]);
    expect(samplesIn(items).at(-1)).toMatchObject({ start: 2_550, time: expect.closeTo(10.2, 6) });
  });

  test('a single block that leaps by years is dropped', () => {
    const sent = blocks(100);
    const mad = block({ firstIndex: 2 ** 44, receivedAtMs: sent[10].receivedAtMs });
    const items = run(new Timeline(), [...sent.slice(0, 10), mad, ...sent.slice(10)]);
    expect(gapsIn(items)).toEqual([]);
    expect(expectTiled(items)).toBe(5_000);
  });

  test('a sensor that stays where it leapt to is believed: the gap is one number', () => {
    const far = blocks(5, { firstIndex: 2 ** 44, receivedAtMs: BEGAN_AT_MS + 1_000 });
    const items = run(new Timeline(), [...blocks(2), ...far]);
    expect(gapsIn(items)).toMatchObject([{ start: 100, length: 2 ** 44 + 50 }]);
    expect(samplesIn(items)).toHaveLength(4);
  });

  test('and when it leaps back the stream is found again', () => {
    const sent = blocks(100);
    const far = blocks(5, { firstIndex: 2 ** 40, receivedAtMs: sent[10].receivedAtMs });
    const items = run(new Timeline(), [...sent.slice(0, 10), ...far, ...sent.slice(10)]);
    expectTiled(items);
    expect(samplesIn(items)).toHaveLength(10 + 2 + 87);
  });

  test('a sensor that counts anew in the same session is believed after four blocks', () => {
    const before = blocks(10, { firstIndex: 1_000_000 });
    const after = blocks(10).map((one, n) => ({
      ...one,
      receivedAtMs: before[9].receivedAtMs + 200 * (n + 1),
    }));
    const items = run(new Timeline(), [...before, ...after]);
    expect(gapsIn(items)).toMatchObject([{ start: 500, length: 150, cause: 'new-session' }]);
    expect(samplesIn(items)).toHaveLength(17);
  });
});

describe('order', () => {
  test('a late frame is put in its place, and no gap is left', () => {
    const [a, b, c, d] = blocks(4);
    const timeline = new Timeline();
    expect(timeline.push(a)).toHaveLength(1);
    expect(timeline.push(c)).toEqual([]);
    expect(timeline.push(b)).toMatchObject([{ start: 50 }, { start: 100 }]);
    expect(timeline.push(d)).toMatchObject([{ start: 150 }]);
  });

  test('of frames that overlap only what is new comes through', () => {
    const items = run(new Timeline(), [
      block({ firstIndex: 0 }),
      block({ firstIndex: 30 }),
      block({ firstIndex: 10 }),
    ]);
    expect(samplesIn(items).flatMap(({ millivolts }) => [...millivolts])).toEqual([...Array(80).keys()]);
  });

  test('a late frame of the session before is dropped', () => {
    const [a, b, c] = blocks(3);
    const fresh = blocks(3, { session: 2 });
    const items = run(new Timeline(), [a, b, fresh[0], c, fresh[1], fresh[2]]);
    expect(gapsIn(items)).toHaveLength(1);
    expect(samplesIn(items)).toHaveLength(5);
  });

  // Each frame is displaced by up to three places, some are lost, some come twice.
  test('shuffled, doubled and lost: each sample once, in order, the rest exact gaps', () => {
    const fate = fc.record({
      displacement: fc.nat({ max: 3 }),
      lost: fc.nat({ max: 9 }),
      doubled: fc.nat({ max: 4 }),
      size: fc.integer({ min: 1, max: 114 }),
    });
    fc.assert(
      fc.property(
        fc.array(fate, { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 0, max: 2 ** 33 }),
        (fates, first) => {
          let index = first;
          const arriving = fates.flatMap(({ displacement, lost, doubled, size }, n) => {
            // Samples that say where they belong, for any index.
            const samples = Int32Array.from({ length: size }, (_, k) => index - first + k);
            const one = block({ firstIndex: index, samples }, size);
            index += size;
            // The first frame begins the stream: nothing can come before it.
            const place = n === 0 ? -1 : n + displacement;
            if (lost === 0 && n > 0) return [];
            return [{ place, one }, ...(doubled === 0 ? [{ place: place + 2, one }] : [])];
          });
          arriving.sort((x, y) => x.place - y.place);
          const items = run(
            new Timeline(),
            arriving.map(({ one }) => one),
          );

          const end = expectTiled(items);
          const arrived = new Set(arriving.flatMap(({ one }) => [...one.samples]));
          expect(end).toBe(Math.max(...arrived) + 1);
          for (const { start, millivolts } of samplesIn(items)) {
            expect(millivolts).toEqual(millivolts.map((_, n) => start + n));
          }
          const delivered = samplesIn(items).reduce((sum, { millivolts }) => sum + millivolts.length, 0);
          expect(delivered).toBe(arrived.size);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  test('whatever comes, spans and gaps tile the grid and nothing throws', () => {
    const mad: fc.Arbitrary<Block> = fc
      .record({
        session: fc.nat({ max: 2 }),
        firstIndex: fc.oneof(fc.nat({ max: 2_000 }), fc.integer({ min: -(2 ** 32), max: 2 ** 44 })),
        deviceTime: fc.oneof(fc.nat({ max: 10 }), fc.integer({ min: -(2 ** 20), max: 2 ** 30 })),
        receivedAtMs: fc.oneof(fc.nat({ max: 10_000 }), fc.nat({ max: 2 ** 44 })),
        rate: fc.constantFrom(250, 250, 128, 1_000),
        discontinuity: fc.boolean(),
      })
      .map((fields) => block(fields));
    const anything = fc.oneof(
      { weight: 9, arbitrary: mad },
      fc.constantFrom(link('lost'), link('connected')),
    );
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 60 }), (items) => {
        const out = run(new Timeline(), items);
        expectTiled(out);
        expect(out.length).toBeLessThanOrEqual(4 * items.length + 2);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('another rate', () => {
  function sine(rate: number, first: number, count: number): Block {
    const samples = Int32Array.from({ length: count }, (_, n) =>
      Math.round(1e6 * Math.sin((2 * Math.PI * 5 * (first + n)) / rate)),
    );
    return { ...block({ firstIndex: first, rate }, count), samples, millivoltsPerUnit: 1e-6 };
  }

  test.each([128, 130, 360, 1_000])('%d Hz lies on the grid, before and after a gap', (rate) => {
    const sent = Array.from({ length: 60 }, (_, n) => sine(rate, 37 * n, 37));
    const items = run(new Timeline(), [...sent.slice(0, 25), ...sent.slice(31)]);
    expect(expectTiled(items)).toBe(Math.ceil((60 * 37 * GRID_RATE) / rate));
    const [gap, ...others] = gapsIn(items);
    expect(others).toEqual([]);
    expect(gap.start).toBe(Math.ceil((25 * 37 * GRID_RATE) / rate));
    expect(gap.start + gap.length).toBe(Math.ceil((31 * 37 * GRID_RATE) / rate));
    let checked = 0;
    for (const { start, time, millivolts } of samplesIn(items)) {
      expect(time).toBeCloseTo(start / GRID_RATE, 6);
      millivolts.forEach((value, n) => {
        const toEdge = Math.min(
          ...[0, gap.start, gap.start + gap.length, (60 * 37 * GRID_RATE) / rate].map((edge) =>
            Math.abs(start + n - edge),
          ),
        );
        if (toEdge < 40) return;
        expect(Math.abs(value - Math.sin((2 * Math.PI * 5 * (start + n)) / GRID_RATE))).toBeLessThan(3e-4);
        checked++;
      });
    }
    expect(checked).toBeGreaterThan(200);
  });

  test('a lost link that lost no sample breaks nothing', () => {
    const sent = Array.from({ length: 20 }, (_, n) => sine(130, 73 * n, 73));
    const items = run(new Timeline(), [
      ...sent.slice(0, 9),
      link('lost'),
      link('connected'),
      ...sent.slice(9),
    ]);
    expect(gapsIn(items)).toEqual([]);
    expect(expectTiled(items)).toBe(Math.ceil((20 * 73 * GRID_RATE) / 130));
  });

  test('a hole that falls between two samples of the grid is a gap of one', () => {
    const items = run(new Timeline(), [sine(1_000, 0, 101), sine(1_000, 102, 100)]);
    expect(gapsIn(items)).toMatchObject([{ start: 26, length: 1 }]);
    expectTiled(items);
  });

  test('a change of rate begins a new stream', () => {
    const first = Array.from({ length: 4 }, (_, n) => sine(125, 50 * n, 50));
    const later = { ...sine(250, 200, 50), receivedAtMs: BEGAN_AT_MS + LATENCY_MS + 1_800 };
    const items = run(new Timeline(), [...first, later]);
    expect(gapsIn(items)).toMatchObject([{ start: 400, length: 1, cause: 'new-session' }]);
  });
});

test('the same input gives the same output', () => {
  const items = blocks(500).map((one, n) => ({
    ...one,
    receivedAtMs: one.receivedAtMs + ((n * 7_919) % 200),
  }));
  expect(run(new Timeline(), items)).toEqual(run(new Timeline(), items));
});
