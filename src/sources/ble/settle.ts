import { LinkFailure } from './link-failure.ts';

export interface Limits {
  /** What is waited for, in words that go on "... took longer than 5 s". */
  readonly what: string;
  readonly milliseconds: number;
  /** When this is aborted, there is nothing left to wait for. Its reason becomes the failure. */
  readonly over: AbortSignal;
}

type Begin<T> = (resolve: (value: T) => void, reject: (error: unknown) => void) => () => void;

/**
 * Waits for something that may never come: for its result, the end of its time, or the end of what it belongs
 * to. Whichever is first, nothing of the waiting stays behind.
 *
 * @param begin starts it and returns how to stop listening
 * @throws LinkFailure
 */
export function settle<T>({ what, milliseconds, over }: Limits, begin: Begin<T>): Promise<T> {
  if (over.aborted) return Promise.reject(over.reason);
  return new Promise<T>((resolve, reject) => {
    let stopListening = () => {};
    let isSettled = false;
    const settled =
      <V>(then: (value: V) => void) =>
      (value: V) => {
        isSettled = true;
        clearTimeout(timer);
        over.removeEventListener('abort', abandon);
        stopListening();
        then(value);
      };
    const fail = settled(reject);
    const abandon = () => fail(over.reason);
    const timer = setTimeout(
      () => fail(new LinkFailure(`${what} took longer than ${milliseconds / 1000} s`)),
      milliseconds,
    );
    over.addEventListener('abort', abandon);
    try {
      const stop = begin(settled(resolve), fail);
      if (isSettled) stop();
      else stopListening = stop;
    } catch (error) {
      fail(error);
    }
  });
}
