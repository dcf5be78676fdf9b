import { setTimeout as sleep } from 'node:timers/promises';
import { filter, firstValueFrom, fromEvent, merge, Observable, takeUntil, timer } from 'rxjs';
import { BackfillRequests } from '../backfill-requests.ts';
import type { LinkState, Source, SourceItem } from '../source.ts';
import { BackOff, type BackOffLimits, RECONNECTION } from './back-off.ts';
import type { Advertisement, Central, Link, Service } from './central.ts';
import { LinkFailure } from './link-failure.ts';
import { isChosen, type SensorChoice } from './sensor-choice.ts';
import { SensorDialogue } from './sensor-dialogue.ts';

export interface BleTiming {
  /** A link without samples for so long is taken down, milliseconds. */
  readonly silence: number;
  /** A scan that has found nothing for so long begins anew, with a fresh adapter where that harms nobody. */
  readonly scan: number;
  /** From the wish to stop until the source has ended: the sensor is told to stop, and the link is ended. */
  readonly stop: number;
  readonly backOff: BackOffLimits;
}

export const BLE_TIMING: BleTiming = { silence: 10_000, scan: 60_000, stop: 2_000, backOff: RECONNECTION };

export interface BleSourceOptions {
  readonly central: Central;
  readonly choice: SensorChoice;
  /**
   * Addresses of sensors that belong to somebody: the sources of one gateway share them, so that none takes the
   * sensor of another, not even while its link is lost. A sensor that is chosen by its address is taken anyway.
   */
  readonly taken?: Set<string>;
  /** When aborted, the sensor's stream is stopped, the link ended, and the source completes. */
  readonly stop: AbortSignal;
  /** Told what a sensor has, each time it was discovered. */
  readonly discovered?: (services: readonly Service[]) => void;
  readonly timing?: BleTiming;
  /** The gateway's clock, Unix time in milliseconds. */
  readonly now?: () => number;
}

/** Monotonic: it does not jump when somebody sets the machine's clock. */
const gatewayClock = () => performance.timeOrigin + performance.now();

/**
 * A live sensor. It is searched for, connected to and made to stream, and again whenever the link is lost, for
 * ever. Once one has streamed, no other will do: two patients are never mixed into one stream.
 *
 * Ends with BluetoothUnavailable where there is no Bluetooth from the beginning. An adapter that goes away later
 * is waited for.
 */
export function bleSource(options: BleSourceOptions): Source {
  const { name, address, profiles } = options.choice;
  const title = address ?? name ?? profiles.map((profile) => profile.name).join(' or ');
  const items = new Observable<SourceItem>((subscriber) => {
    const unsubscribed = new AbortController();
    const stop = AbortSignal.any([options.stop, unsubscribed.signal]);
    const seeker = new SensorSeeker({ ...options, stop }, (item) => subscriber.next(item));
    seeker.run().then(
      () => subscriber.complete(),
      (error) => subscriber.error(error),
    );
    return () => unsubscribed.abort();
  });
  return { title, items };
}

/** Looks for a sensor and holds it, again and again. */
class SensorSeeker {
  readonly #central: Central;
  readonly #stop: AbortSignal;
  readonly #timing: BleTiming;
  readonly #now: () => number;
  readonly #emit: (item: SourceItem) => void;
  readonly #discovered: (services: readonly Service[]) => void;
  readonly #backOff: BackOff;
  readonly #requests = new BackfillRequests();
  readonly #taken: Set<string>;
  #choice: SensorChoice;
  /** Dialogues so far. */
  #count = 0;

  constructor(options: BleSourceOptions, emit: (item: SourceItem) => void) {
    const { central, choice, stop, timing = BLE_TIMING, now = gatewayClock } = options;
    this.#central = central;
    this.#choice = choice;
    this.#stop = stop;
    this.#timing = timing;
    this.#now = now;
    this.#emit = emit;
    this.#taken = options.taken ?? new Set();
    this.#discovered = options.discovered ?? (() => {});
    this.#backOff = new BackOff(timing.backOff);
  }

  /** @throws BluetoothUnavailable */
  async run(): Promise<void> {
    await this.#central.ready();
    while (!this.#stop.aborted) {
      const reason = await this.#try();
      if (this.#stop.aborted) return;
      this.#tell('waiting', { reason });
      await sleep(this.#backOff.next(), undefined, { signal: this.#stop }).catch(() => {});
    }
  }

  /** One round, until the link is lost or could not be had. @returns why, in words */
  async #try(): Promise<string> {
    try {
      await this.#central.ready();
      this.#tell('scanning');
      const device = await this.#unlessStopped(this.#find());
      this.#tell('connecting', { address: device.address });
      const link = await this.#unlessStopped(this.#central.connect(device));
      return await this.#hold(link);
    } catch (error) {
      return wordsOf(error);
    }
  }

  async #find(): Promise<Advertisement> {
    const stopped = fromEvent(this.#stop, 'abort');
    while (!this.#stop.aborted) {
      const found = await firstValueFrom(
        this.#central.advertisements.pipe(
          filter((device) => isChosen(this.#choice, device) && this.#mayTake(device.address)),
          takeUntil(merge(stopped, timer(this.#timing.scan))),
        ),
        { defaultValue: undefined },
      );
      if (found !== undefined) return found;
      this.#central.refresh();
    }
    throw this.#stop.reason;
  }

  #mayTake(address: string): boolean {
    return address === this.#choice.address || !this.#taken.has(address);
  }

  /** @returns why the link is over */
  async #hold(link: Link): Promise<string> {
    const { address } = link;
    this.#tell('connected', { address });
    this.#count++;
    const dialogue = new SensorDialogue(
      link,
      {
        discovered: this.#discovered,
        value: (characteristic, via, value) =>
          this.#emit({ kind: 'notification', characteristic, via, value, receivedAtMs: this.#now() }),
        streaming: () => {
          this.#choice = { ...this.#choice, address };
          this.#taken.add(address);
          this.#backOff.reset();
          this.#tell('streaming', { address });
        },
      },
      this.#requests,
      this.#timing.silence,
      1 + (this.#count % 255),
    );
    const reason = await this.#unlessStopped(dialogue.hold(this.#choice.profiles)).catch(wordsOf);
    // Where the sensor went on alone, or its radio only seemed to be lost, it is told to stop.
    await withinMilliseconds(this.#timing.stop, dialogue.end());
    this.#requests.linkLost();
    this.#tell('lost', { address, reason });
    return reason;
  }

  #tell(state: LinkState, more: { address?: string; reason?: string } = {}): void {
    this.#emit({ kind: 'link', state, receivedAtMs: this.#now(), ...more });
  }

  /** The result, unless the source is stopped first. */
  async #unlessStopped<T>(work: Promise<T>): Promise<T> {
    work.catch(() => {}); // Where nobody waits any more.
    let stopped = () => {};
    const stop = new Promise<never>((_, reject) => {
      stopped = () => reject(new LinkFailure('the gateway was stopped'));
    });
    this.#stop.addEventListener('abort', stopped);
    if (this.#stop.aborted) stopped();
    try {
      return await Promise.race([work, stop]);
    } finally {
      this.#stop.removeEventListener('abort', stopped);
    }
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function withinMilliseconds(milliseconds: number, work: Promise<void>): Promise<void> {
  const done = new AbortController();
  await Promise.race([work, sleep(milliseconds, undefined, { signal: done.signal }).catch(() => {})]);
  done.abort();
}
