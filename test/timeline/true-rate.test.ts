import { describe, expect, test } from 'vitest';
import type { Block } from '../../src/sensors/sensor.ts';
import { seededRandom } from '../../src/sources/seeded-random.ts';
import type { ClockReport } from '../../src/timeline/clock-report.ts';
import { GRID_RATE, type SampleSpan } from '../../src/timeline/span.ts';
import { Timeline } from '../../src/timeline/timeline.ts';
import { BEGAN_AT_MS, block, gapsIn, link, samplesIn } from './blocks.ts';

const SINE_HZ = 5;
const sine = (seconds: number) => Math.sin(2 * Math.PI * SINE_HZ * seconds);

interface Sensor {
  readonly nominal: number;
  readonly rate: number;
  readonly size: number;
  /** Sends no time. */
  readonly isClockless?: boolean;
  readonly jitter: number;
  readonly seconds: number;
}

/** What a sensor with another rate than its nominal one sends of a sine. */
function* send({ nominal, rate, size, isClockless = false, jitter, seconds }: Sensor): Generator<Block> {
  const random = seededRandom(1);
  let arrival = 0;
  for (let n = 0; n * size < seconds * rate; n++) {
    const first = n * size;
    arrival = Math.max(arrival, (first + size) / rate + 0.03 + jitter * random());
    const samples = Int32Array.from({ length: size }, (_, k) => Math.round(1e6 * sine((first + k) / rate)));
    yield {
      ...block({ firstIndex: first, rate: nominal, deviceTime: first / rate }, size),
      ...(isClockless && { deviceTime: undefined }),
      samples,
      millivoltsPerUnit: 1e-6,
      receivedAtMs: BEGAN_AT_MS + 1_000 * arrival,
    };
  }
}

function play(blocks: Iterable<Block>) {
  const timeline = new Timeline();
  const items = [...Array.from(blocks, (one) => timeline.push(one)).flat(), ...timeline.flush()];
  const reports = items.filter((item): item is ClockReport => item.kind === 'clock');
  return { spans: samplesIn(items), gaps: gapsIn(items), reports, items };
}

/** Grid samples in a second of true time, from one span to another. */
function gridRate(from: SampleSpan, to: SampleSpan): number {
  return (to.start - from.start) / (to.time - from.time);
}

describe('a sensor whose true rate is not its nominal one', () => {
  const sensors = [-0.05, -0.02, 0.000346, 0.03, 0.05].flatMap((off) =>
    [
      { nominal: 130, size: 73 },
      { nominal: 250, size: 50 },
      { nominal: 512, size: 16 },
    ].map((sensor) => ({ ...sensor, rate: sensor.nominal * (1 + off), jitter: 0.2, seconds: 240 })),
  );

  test.each(sensors)('$nominal Hz, truly $rate: found, and put on a grid of 250 Hz', (sensor) => {
    const { spans, gaps, reports } = play(send(sensor));
    expect(gaps).toEqual([]);
    expect(Math.abs((reports.at(-1)?.rate ?? 0) / sensor.rate - 1)).toBeLessThan(2e-4);
    const late = spans.filter(({ time }) => time > 60);
    expect(Math.abs(gridRate(late[0], late.at(-1) as SampleSpan) / GRID_RATE - 1)).toBeLessThan(2.5e-3);
  });

  test.each(sensors)(
    '$nominal Hz, truly $rate: every span is at its time once the rate is known',
    (sensor) => {
      const { spans } = play(send({ ...sensor, jitter: 0, seconds: 60 }));
      let next = 0;
      for (const { start, time, millivolts } of spans) {
        expect(start).toBe(next);
        next += millivolts.length;
        if (time < 6) continue;
        const slope = 2 * Math.PI * SINE_HZ;
        expect(Math.abs(millivolts[0] - sine(time))).toBeLessThan(slope * 2e-3);
      }
    },
  );

  test('at a seam the signal is as smooth as anywhere', () => {
    const { spans } = play(send({ nominal: 130, rate: 133.9, size: 73, jitter: 0, seconds: 30 }));
    const all = spans.flatMap(({ millivolts }) => [...millivolts]).slice(50, -50);
    const curvature = all.slice(2).map((value, n) => Math.abs(value - 2 * all[n + 1] + all[n]));
    const most = (2 * Math.PI * SINE_HZ * 1.05) ** 2 / GRID_RATE ** 2;
    expect(Math.max(...curvature)).toBeLessThan(1.1 * most);
  });
});

describe('a sensor that sends no time', () => {
  test.each([-0.05, 0, 0.05])('its rate is found from arrivals: %d off', (off) => {
    const rate = 128 * (1 + off);
    const sensor = { nominal: 128, rate, size: 8, isClockless: true, jitter: 0.2, seconds: 300 };
    const { spans, gaps, reports } = play(send(sensor));
    expect(gaps).toEqual([]);
    expect(Math.abs((reports.at(-1)?.rate ?? 0) / rate - 1)).toBeLessThan(5e-4);
    expect(reports.at(-1)?.drift).toBeUndefined();
    const errors = spans
      .filter(({ time }) => time > 60)
      .map(({ start, time }, n, late) =>
        Math.abs(time - late[0].time - (start - late[0].start) / gridRate(late[0], late[n])),
      );
    expect(errors.every((error) => Number.isNaN(error) || error < 20e-3)).toBe(true);
  });

  test('a lost link leaves a gap as long as the arrivals say', () => {
    const sent = [...send({ nominal: 128, rate: 128, size: 8, isClockless: true, jitter: 0, seconds: 100 })];
    const timeline = new Timeline();
    const before = sent.slice(0, 800);
    // What was sent meanwhile nobody counted: the driver counts on with what comes next.
    const after = sent.slice(800, 1_200).map((one) => ({ ...one, receivedAtMs: one.receivedAtMs + 30_000 }));
    const items = [
      ...before.flatMap((one) => timeline.push(one)),
      ...timeline.push(link('lost')),
      ...after.flatMap((one) => timeline.push(one)),
    ];
    const [gap, ...others] = gapsIn(items);
    expect(others).toEqual([]);
    expect(gap).toMatchObject({ cause: 'link-lost', duration: expect.closeTo(30, 2) });
    expect(samplesIn(items).at(-1)?.time).toBeCloseTo(104.9, 0);
  });
});
