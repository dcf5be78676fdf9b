import { from, lastValueFrom, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import {
  CONTROL_CHARACTERISTIC,
  type ControlAnswer,
  type ControlRequest,
  decodeRequest,
  encodeAnswer,
  encodeStreamFrame,
  INFO_CHARACTERISTIC,
  OPCODES,
  STREAM_CHARACTERISTIC,
  type StreamFrame,
} from '../../firmware-protocol/index.ts';
import { AnySensor } from '../../src/sensors/any-sensor.ts';
import { BackfillRequests } from '../../src/sources/backfill-requests.ts';
import { SimulatedPatch } from '../../src/sources/simulated/patch.ts';
import type { Notification, SourceItem } from '../../src/sources/source.ts';
import { StageClock, through } from '../../src/stage.ts';
import { Timeline } from '../../src/timeline/timeline.ts';
import { NO_FLAGS } from '../firmware-protocol/messages.ts';

/** A gateway that hears frames of ten samples, and tells what it asks for. */
class Gateway {
  readonly requests = new BackfillRequests();

  frames(type: StreamFrame['type'], ...firstIndices: number[]): (ControlRequest | undefined)[] {
    return firstIndices.map((firstIndex) => this.frame(type, firstIndex));
  }

  frame(type: StreamFrame['type'], firstIndex: number, session = 1): ControlRequest | undefined {
    const frame = {
      type,
      format: 'int16',
      rateNumber: 0,
      flags: NO_FLAGS,
      session,
      firstIndex,
      ticks: 0,
    } as const;
    const value = encodeStreamFrame({ ...frame, samples: new Int32Array(10) });
    return this.#asked(this.requests.hear(STREAM_CHARACTERISTIC, value));
  }

  answer(answer: ControlAnswer): ControlRequest | undefined {
    return this.#asked(this.requests.hear(CONTROL_CHARACTERISTIC, encodeAnswer(answer)));
  }

  #asked(bytes: Uint8Array | undefined): ControlRequest | undefined {
    if (bytes === undefined) return undefined;
    const request = decodeRequest(bytes);
    if (!request.ok) throw new Error(request.reason);
    return request.value;
  }
}

const backfill = (tag: number, firstIndex: number, count: number) => ({
  opcode: 'backfill',
  tag,
  session: 1,
  firstIndex,
  count,
});
const ended = (tag: number): ControlAnswer => ({ result: 'backfill-ended', tag, complete: true });

describe('BackfillRequests', () => {
  it('asks for nothing while nothing is missing', () => {
    expect(new Gateway().frames('live', 0, 10, 20, 20, 10, 30)).toEqual(new Array(6).fill(undefined));
  });

  it('asks for a hole as soon as it is seen, across the wrap of the index too', () => {
    for (const first of [0, 2 ** 32 - 20]) {
      const gateway = new Gateway();
      gateway.frame('live', first);
      const missing = (first + 10) % 2 ** 32;
      expect(gateway.frame('live', (first + 40) % 2 ** 32)).toEqual(backfill(1, missing, 30));
    }
  });

  it('asks for one hole at a time, the oldest first', () => {
    const gateway = new Gateway();
    expect(gateway.frames('live', 0, 20, 40)).toEqual([undefined, backfill(1, 10, 10), undefined]);
    gateway.answer({ result: 'backfilling', tag: 1, firstIndex: 10, count: 10 });
    expect(gateway.frame('backfill', 10)).toBeUndefined();
    expect(gateway.answer(ended(1))).toEqual(backfill(2, 30, 10));
    gateway.frame('backfill', 30);
    expect(gateway.answer(ended(2))).toBeUndefined();
  });

  it('asks again for what was lost on the way, but not for ever', () => {
    const gateway = new Gateway();
    expect(gateway.frames('live', 0, 40)[1]).toEqual(backfill(1, 10, 30));
    gateway.frame('backfill', 20);
    expect(gateway.answer(ended(1))).toEqual(backfill(2, 10, 10));
    gateway.frame('backfill', 10);
    for (let tag = 3; tag < 7; tag++) expect(gateway.answer(ended(tag - 1))).toEqual(backfill(tag, 30, 10));
    expect(gateway.answer(ended(6))).toBeUndefined();
  });

  it('asks again where there was no answer, or the patch was busy, but not for ever', () => {
    const gateway = new Gateway();
    expect(gateway.frames('live', 0, 20)[1]).toEqual(backfill(1, 10, 10));
    expect(gateway.frames('live', 30, 40)).toEqual([undefined, backfill(2, 10, 10)]);
    const busy = { result: 'refused', tag: 2, opcode: OPCODES.backfill, code: 'busy' } as const;
    expect(gateway.answer(busy)).toBeUndefined();
    expect(gateway.frames('live', 50, 60)).toEqual([undefined, backfill(3, 10, 10)]);
    const asked = gateway.frames('live', ...Array.from({ length: 20 }, (_, n) => 70 + 10 * n));
    expect(asked.flatMap((request) => (request ? [request.tag] : []))).toEqual([4, 5]);
  });

  it('waits for long while the patch sends what was asked for', () => {
    const gateway = new Gateway();
    gateway.frames('live', 0, 40);
    gateway.answer({ result: 'backfilling', tag: 1, firstIndex: 10, count: 30 });
    const live = Array.from({ length: 20 }, (_, n) => 50 + 10 * n);
    expect(gateway.frames('live', ...live)).toEqual(live.map(() => undefined));
    gateway.frame('backfill', 10);
    expect(gateway.frames('live', ...live.map((first) => first + 200))).toEqual(live.map(() => undefined));
  });

  it('has what was lost in its place although the first request was', async () => {
    const patch = new SimulatedPatch(250, { ringDepth: 5_000 });
    const requests = new BackfillRequests();
    const heard: SourceItem[] = [];
    let asked = 0;
    const hear = (
      characteristic: string,
      value: Uint8Array,
      via: Notification['via'],
      atMs: number,
    ): void => {
      heard.push({ kind: 'notification', characteristic, value, via, receivedAtMs: atMs });
      const request = requests.hear(characteristic, value);
      if (request === undefined || ++asked === 1) return;
      const answer = patch.write(CONTROL_CHARACTERISTIC, request);
      hear(answer.characteristic, answer.value, 'indication', atMs);
      for (let part = patch.sendBackfill(); part !== undefined; part = patch.sendBackfill()) {
        const isEnd = part.characteristic === CONTROL_CHARACTERISTIC;
        hear(part.characteristic, part.value, isEnd ? 'indication' : 'notification', atMs);
      }
    };
    const info = patch.read(INFO_CHARACTERISTIC);
    hear(INFO_CHARACTERISTIC, info, 'read', 0);
    const lostFrame = 10;
    const messages = patch.push(new Float32Array(5_000));
    const frames = messages.filter(({ characteristic }) => characteristic === STREAM_CHARACTERISTIC);
    for (const message of messages) {
      if (message === frames[lostFrame]) continue;
      hear(message.characteristic, message.value, 'notification', message.readyAt * 1_000);
    }
    const clock = new StageClock();
    const spans = from(heard).pipe(
      through('decode', () => new AnySensor(), clock),
      through('timeline', () => new Timeline(), clock),
      toArray(),
    );
    const kinds = (await lastValueFrom(spans)).map(({ kind }) => kind);
    expect(asked).toBe(2);
    expect(kinds.filter((kind) => kind === 'samples').length).toBeGreaterThan(lostFrame);
    expect(kinds).not.toContain('gap');
  });

  it('does not ask again for what the ring has lost', () => {
    const gateway = new Gateway();
    gateway.frames('live', 0, 60);
    gateway.answer({ result: 'backfilling', tag: 1, firstIndex: 40, count: 20 });
    gateway.frame('backfill', 40);
    expect(gateway.answer(ended(1))).toEqual(backfill(2, 50, 10));
    expect(
      gateway.answer({ result: 'refused', tag: 2, opcode: OPCODES.backfill, code: 'not-in-ring' }),
    ).toBeUndefined();
    expect(gateway.frame('live', 70)).toBeUndefined();
  });

  it('begins anew after a link was lost, and forgets holes of another session', () => {
    const gateway = new Gateway();
    gateway.frames('live', 0, 20);
    gateway.requests.linkLost();
    expect(gateway.frame('live', 90)).toEqual(backfill(2, 10, 10));
    gateway.requests.linkLost();
    expect(gateway.frame('live', 0, 2)).toBeUndefined();
  });

  it('goes on after nonsense', () => {
    const gateway = new Gateway();
    expect(gateway.requests.hear(STREAM_CHARACTERISTIC, Uint8Array.of(1))).toBeUndefined();
    expect(gateway.requests.hear(CONTROL_CHARACTERISTIC, new Uint8Array(0))).toBeUndefined();
    expect(gateway.frames('live', 0, 20)[1]).toEqual(backfill(1, 10, 10));
    expect(gateway.answer(ended(77))).toBeUndefined();
  });
});
