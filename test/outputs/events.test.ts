import { describe, expect, test } from 'vitest';
import { Events, type StreamEvent, summaryEvent } from '../../src/outputs/events.ts';
import { Tally } from '../../src/outputs/tally.ts';
import { BEGAN_AT_MS, beat, gap, opening, rhythm, shortStream, signal } from './stream.ts';

const provenance = { source: 'short.btsnoop', model: 'beats-1' };

describe('events', () => {
  test('a stream begins with what it is, and says more as the sensor does', () => {
    const events = new Events(provenance);
    expect(events.begin()).toEqual({ type: 'stream', time: 0, ...provenance });
    const sensor = { model: 'Patch', serial: '0042', protocol: '1', rate: 250, lossEvidence: 'index' };
    expect(opening.map((item) => events.of(item))).toEqual([
      { type: 'link', time: 0, state: 'connected', address: 'C0:FF:EE:00:00:01' },
      { type: 'stream', time: 0, ...provenance, sensor },
      { type: 'stream', time: 0.2, ...provenance, sensor: { ...sensor, batteryPercent: 87 } },
    ]);
  });

  test('a status that says nothing new makes no event', () => {
    const events = new Events(provenance);
    const status = { kind: 'sensor-status', receivedAtMs: BEGAN_AT_MS, batteryPercent: 87 } as const;
    expect(events.of(status)).toBeDefined();
    expect(events.of({ ...status, temperatureCelsius: 33 })).toBeUndefined();
    expect(events.of({ ...status, batteryPercent: 86 })).toMatchObject({ sensor: { batteryPercent: 86 } });
  });

  test('what carries its time of arrival is placed in stream time', () => {
    const events = new Events(provenance);
    for (const item of opening) events.of(item);
    events.of(signal(0, 0.1));
    const lost = {
      kind: 'link',
      state: 'lost',
      receivedAtMs: BEGAN_AT_MS + 12_345.6789,
      reason: 'gone',
    } as const;
    expect(events.of(lost)).toEqual({ type: 'link', time: 12.346, state: 'lost', reason: 'gone' });
  });

  test('a second opinion has its class, its probabilities and how long it took', () => {
    const events = new Events(provenance);
    expect(events.of(rhythm(2, 'AF'))).toEqual({
      type: 'rhythm',
      time: 2,
      class: 'AF',
      probabilities: {
        N: 0.01,
        PVC: 0.01,
        PAC: 0.01,
        AF: 0.93,
        SVTA: 0.01,
        SBR: 0.01,
        LBBB: 0.01,
        RBBB: 0.01,
      },
      decidedAfter: 1.036,
    });
    expect(events.of(rhythm(3, 'Q'))).toMatchObject({ class: 'Q', reason: 'gap', probabilities: { AF: 0 } });
  });

  test('the summary counts second opinions where there were any', () => {
    const tally = new Tally();
    expect(summaryEvent(tally)).not.toHaveProperty('rhythm');
    for (const item of [rhythm(1, 'N'), rhythm(2, 'AF'), rhythm(3, 'AF'), rhythm(4, 'Q')]) tally.take(item);
    expect(summaryEvent(tally)).toMatchObject({ rhythm: { N: 1, AF: 2, Q: 1, PVC: 0 } });
  });

  test('a flagged beat carries its explanation, rounded', () => {
    const [explained, alert] = beat({ time: 2, class: 'V', rrBefore: 0.46523 });
    const events = new Events(provenance);
    const event = events.of(explained) as StreamEvent;
    expect(event).toMatchObject({
      type: 'beat',
      time: 2,
      class: 'V',
      probabilities: { N: 0.01, S: 0.01, V: 0.97, F: 0.01 },
      flagged: true,
      rr: { before: 0.465, after: 0.8 },
      decidedAfter: 0.8,
      explanation: {
        score: 3.9,
        waveform: 3.1,
        rhythm: [
          { feature: 'early', value: 0.5812, contribution: 1 },
          { feature: 'pause', value: 1.3, contribution: 0.2 },
        ],
        beatsBefore: 0,
        intercept: -0.4,
        waves: { P: 0.05, QRS: 0.81, 'ST-T': 0.1, baseline: 0.04 },
        relevance: { start: -0.4, step: 0.032 },
        sentence: expect.stringMatching(/^VEB 0.97/),
      },
    });
    const { relevance } = event.explanation as { relevance: { values: number[] } };
    expect(relevance.values).toHaveLength(32);
    expect(Math.max(...relevance.values)).toBeCloseTo(0.998, 2);
    expect(relevance.values.every((value) => Number(value.toFixed(3)) === value)).toBe(true);
    expect(events.of(alert)).toBeUndefined();
  });

  test('a normal beat carries none, and an unknown interval is null', () => {
    const event = new Events(provenance).of(beat({ time: 2, class: 'N' })[0]);
    expect(event).toMatchObject({ class: 'N', flagged: false, rr: { before: null, after: 0.8 } });
    expect(event).not.toHaveProperty('explanation');
    expect(event).not.toHaveProperty('reason');
  });

  test('an unclassifiable beat says why', () => {
    const event = new Events(provenance).of(beat({ time: 2, class: 'Q' })[0]);
    expect(event).toMatchObject({ class: 'Q', reason: 'the signal is noisy', flagged: false });
  });

  test('gaps, quality and what was skipped', () => {
    const events = new Events(provenance);
    expect(events.of(gap(10, 2))).toEqual({ type: 'gap', time: 10, duration: 2, cause: 'link-lost' });
    expect(events.of({ kind: 'quality', start: 250, time: 1, flaw: 'lead-off' })).toEqual({
      type: 'quality',
      time: 1,
      flaw: 'lead-off',
    });
    expect(events.of({ kind: 'quality', start: 500, time: 2, flaw: undefined })).toMatchObject({
      flaw: null,
    });
    expect(events.of({ kind: 'bad-frame', receivedAtMs: 0, reason: 'too short' })).toMatchObject({
      type: 'quality',
      skipped: 'frame',
      reason: 'too short',
    });
    expect(events.of({ kind: 'source-fault', receivedAtMs: 0, message: 'torn at 99' })).toMatchObject({
      type: 'quality',
      skipped: 'input',
      reason: 'torn at 99',
    });
    expect(events.of(signal(0, 0.1))).toBeUndefined();
  });

  test('the summary counts everything that passed', () => {
    const tally = new Tally();
    for (const item of shortStream()) tally.take(item);
    expect(summaryEvent(tally)).toEqual({
      type: 'summary',
      time: 20,
      duration: 20,
      beats: { total: 18, N: 15, S: 0, V: 3, F: 0, Q: 0 },
      flagged: 3,
      explained: 3,
      gaps: { count: 1, seconds: 2, byCause: { 'link-lost': { count: 1, seconds: 2 } } },
      notJudged: { 'lead-off': 2 },
      linksLost: 1,
      badFrames: 1,
      sourceFaults: 0,
      heartRate: { min: 66.7, max: 80 },
      batteryPercent: 87,
      lossEvidence: 'index',
      clock: { trueRate: 250.025, driftPpm: -100 },
    });
  });
});
