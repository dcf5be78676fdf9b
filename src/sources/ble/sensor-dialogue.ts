import { CONTROL_CHARACTERISTIC, STREAM_CHARACTERISTIC } from '../../../firmware-protocol/index.ts';
import { CharacteristicProperty } from '../../formats/att-build.ts';
import type { BackfillRequests } from '../backfill-requests.ts';
import type { ControlWrite, SensorProfile } from '../sensor-profile.ts';
import type { Notification } from '../source.ts';
import type { Link, Service } from './central.ts';
import { LinkFailure } from './link-failure.ts';

/** What a dialogue tells while it goes on. */
export interface DialogueEvents {
  /** Handles of what the sensor has, before anything of it is heard. */
  discovered(services: readonly Service[]): void;
  value(characteristic: string, via: Notification['via'], value: Uint8Array): void;
  /** The first samples of this link have come. */
  streaming(): void;
}

/**
 * What a gateway and a sensor say to each other on one link: discovery, reads, subscriptions, the start of the
 * stream, requests for what was lost, and the end.
 */
export class SensorDialogue {
  readonly #link: Link;
  readonly #events: DialogueEvents;
  readonly #requests: BackfillRequests;
  readonly #silenceMs: number;
  /** Marks the answers to this dialogue's requests, 1 to 255. */
  readonly #reference: number;
  #profile: SensorProfile | undefined;
  #isStarted = false;
  #isStreaming = false;
  #silence: NodeJS.Timeout | undefined;

  constructor(
    link: Link,
    events: DialogueEvents,
    requests: BackfillRequests,
    silenceMs: number,
    reference: number,
  ) {
    this.#link = link;
    this.#events = events;
    this.#requests = requests;
    this.#silenceMs = silenceMs;
    this.#reference = reference;
  }

  /**
   * Makes the sensor stream, and returns when the link is over.
   *
   * @param profiles of which the first that fits what the discovery finds is taken
   * @throws LinkFailure which says why the link is over
   */
  async hold(profiles: readonly SensorProfile[]): Promise<never> {
    const services = await this.#link.discover();
    const profile = profiles.find(({ service }) => services.some(({ uuid }) => uuid === service));
    if (profile === undefined) {
      const names = profiles.map(({ name }) => name).join(', ');
      throw new LinkFailure(`${this.#link.address} has no service of a known sensor (${names})`);
    }
    this.#profile = profile;
    this.#events.discovered(services);
    await this.#read(profile, services);
    await this.#subscribe(profile, services);
    this.#isStarted = true;
    await this.#write(profile.start(this.#reference));
    return this.#watch();
  }

  /** Stops the stream, so that the sensor does not go on alone, and disconnects. Never rejects. */
  async end(): Promise<void> {
    const { over } = this.#link;
    if (this.#isStarted && !over.aborted) {
      const writes = this.#profile?.stop(this.#reference) ?? [];
      await this.#write(writes).catch(() => {}); // It is the end: a link that fails has ended, too.
    }
    await this.#link.disconnect();
  }

  async #read({ reads, service }: SensorProfile, services: readonly Service[]): Promise<void> {
    for (const { uuid, characteristics } of services) {
      for (const characteristic of characteristics) {
        if (!reads.includes(characteristic.uuid)) continue;
        try {
          this.#events.value(characteristic.uuid, 'read', await this.#link.read(characteristic.uuid));
        } catch (error) {
          // The model's name may be missing. What the sensor's own service says is needed to understand it.
          if (uuid === service || this.#link.over.aborted) throw error;
        }
      }
    }
  }

  async #subscribe({ subscriptions }: SensorProfile, services: readonly Service[]): Promise<void> {
    const found = services.flatMap(({ characteristics }) => characteristics);
    const samples = subscriptions.at(-1);
    for (const uuid of subscriptions) {
      const characteristic = found.find((one) => one.uuid === uuid);
      if (characteristic === undefined) continue;
      const notifies = (characteristic.properties & CharacteristicProperty.NOTIFY) !== 0;
      const via = notifies ? 'notification' : 'indication';
      await this.#link.subscribe(uuid, (value) => {
        if (uuid === samples) this.#heardSamples();
        this.#events.value(uuid, via, value);
        this.#requestLost(uuid, value);
      });
    }
  }

  #heardSamples(): void {
    this.#silence?.refresh();
    if (this.#isStreaming) return;
    this.#isStreaming = true;
    this.#events.streaming();
  }

  /** Asks a patch for what was lost. */
  #requestLost(characteristic: string, value: Uint8Array): void {
    if (characteristic !== STREAM_CHARACTERISTIC && characteristic !== CONTROL_CHARACTERISTIC) return;
    const request = this.#requests.hear(characteristic, value);
    if (request === undefined) return;
    // A request that cannot be written has cost the link, which is told elsewhere.
    this.#write([{ characteristic: CONTROL_CHARACTERISTIC, value: request }]).catch(() => {});
  }

  async #write(writes: readonly ControlWrite[]): Promise<void> {
    for (const { characteristic, value } of writes) await this.#link.write(characteristic, value);
  }

  /** Waits for the end of the link, and ends it where the sensor has fallen silent. */
  #watch(): Promise<never> {
    const { over } = this.#link;
    return new Promise((_, reject) => {
      const end = (reason: unknown) => {
        clearTimeout(this.#silence);
        over.removeEventListener('abort', lost);
        reject(reason);
      };
      const lost = () => end(over.reason);
      over.addEventListener('abort', lost);
      this.#silence = setTimeout(
        () => end(new LinkFailure(`the link stood, but no samples came for ${this.#silenceMs / 1000} s`)),
        this.#silenceMs,
      );
      if (over.aborted) lost();
    });
  }
}
