import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { LinkFailure } from '../../../src/sources/ble/link-failure.ts';
import { settle } from '../../../src/sources/ble/settle.ts';

const limits = (over = new AbortController().signal, milliseconds = 20) => ({
  what: 'reading',
  milliseconds,
  over,
});

describe('settle', () => {
  it('gives the result, and stops listening', async () => {
    let stopped = 0;
    const result = settle<number>(limits(), (resolve) => {
      setTimeout(() => resolve(7), 1);
      return () => stopped++;
    });
    expect(await result).toBe(7);
    expect(stopped).toBe(1);
  });

  it('stops listening where the result is there at once', async () => {
    let stopped = 0;
    await settle<void>(limits(), (resolve) => {
      resolve();
      return () => stopped++;
    });
    expect(stopped).toBe(1);
  });

  it('fails in words when its time is up', async () => {
    let stopped = 0;
    const never = settle(limits(), () => () => stopped++);
    await expect(never).rejects.toThrow(new LinkFailure('reading took longer than 0.02 s'));
    expect(stopped).toBe(1);
  });

  it('fails with the reason when what it belongs to is over, or was over before', async () => {
    const over = new AbortController();
    const reason = new LinkFailure('the sensor went away');
    const pending = settle(limits(over.signal, 5_000), () => () => {});
    over.abort(reason);
    await expect(pending).rejects.toBe(reason);
    await expect(settle(limits(over.signal), () => expect.unreachable())).rejects.toBe(reason);
    expect(getEventListeners(over.signal, 'abort')).toEqual([]);
  });

  it('fails where it cannot even begin', async () => {
    const failing = settle(limits(), () => {
      throw new TypeError('no such thing');
    });
    await expect(failing).rejects.toThrow(TypeError);
  });
});
