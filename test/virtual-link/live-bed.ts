import type { Subscription } from 'rxjs';
import { SENSORS } from '../../src/sensors/any-sensor.ts';
import { BLE_TIMING, type BleTiming, bleSource } from '../../src/sources/ble/ble-source.ts';
import { NOBLES, type NobleName } from '../../src/sources/ble/noble.ts';
import { NobleCentral } from '../../src/sources/ble/noble-central.ts';
import type { SensorChoice } from '../../src/sources/ble/sensor-choice.ts';
import type { CentralTiming } from '../../src/sources/ble/timing.ts';
import type { LinkChange, SourceItem } from '../../src/sources/source.ts';
import { Air } from './air.ts';
import { plugIn } from './hci-socket.ts';
import { LivePatch } from './live-patch.ts';

/** The product's time-outs are seconds; the virtual air answers in milliseconds. */
export const FAST_CENTRAL: CentralTiming = {
  adapter: 1_000,
  command: 80,
  connect: 120,
  discover: 150,
  operation: 120,
  release: 250,
};
export const FAST_BLE: BleTiming = {
  ...BLE_TIMING,
  silence: 200,
  scan: 1_000,
  stop: 400,
  backOff: { least: 10, most: 80 },
};

/** The implementation of noble that tests use unless they say which: the environment can choose it for all. */
export const usualNoble = (process.env.BEATLENS_BLUETOOTH ?? NOBLES[0]) as NobleName;

/** A gateway's end of a virtual link: noble's real stack on a virtual adapter. */
export class LiveBed {
  readonly air = new Air();
  readonly adapter = this.air.controller('00:11:22:33:44:55');
  readonly central: NobleCentral;
  readonly #unplug: () => void;
  readonly #stop = new AbortController();
  readonly #subscriptions: Subscription[] = [];

  constructor(timing = FAST_CENTRAL, noble = usualNoble) {
    this.#unplug = plugIn(this.adapter);
    this.central = new NobleCentral(noble, timing);
  }

  source(choice: Partial<SensorChoice> = {}, timing = FAST_BLE, taken = new Set<string>()) {
    return bleSource({
      central: this.central,
      choice: { profiles: SENSORS, ...choice },
      taken,
      stop: this.#stop.signal,
      timing,
      now: () => LivePatch.nowMs,
    });
  }

  /** Listens to a source; the list grows as items come. */
  listen(source = this.source()): SourceItem[] {
    const items: SourceItem[] = [];
    this.#subscriptions.push(source.items.subscribe((item) => items.push(item)));
    return items;
  }

  /** Stops the sources, as Ctrl-C does. */
  stop(): void {
    this.#stop.abort();
  }

  async close(): Promise<void> {
    this.stop();
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
    await this.central.close();
    this.#unplug();
  }
}

/** Waits, a limited time, until something is so. */
export async function until(isSo: () => boolean, what: string, milliseconds = 5_000): Promise<void> {
  const ends = performance.now() + milliseconds;
  while (!isSo()) {
    if (performance.now() > ends) throw new Error(`${what} took longer than ${milliseconds} ms`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** The states that the link went through. */
export function statesOf(items: readonly SourceItem[]): string[] {
  return items.filter((item): item is LinkChange => item.kind === 'link').map(({ state }) => state);
}
