import { decodeStreamFrame, STREAM_CHARACTERISTIC } from '../../firmware-protocol/index.ts';
import { PatchPeripheral, type PatchPeripheralOptions } from '../../src/sources/ble/patch-peripheral.ts';
import type { SensorMessage } from '../../src/sources/simulated/simulated-sensor.ts';
import type { Air } from './air.ts';
import type { Controller } from './controller.ts';

const RATE = 250;
const LATENCY_MS = 20;

/** A patch on the virtual air: it is given its signal as fast as a test likes, and has it sent in its own time. */
export class LivePatch {
  /** When the newest message of any patch was heard, for a gateway's clock. */
  static nowMs = Date.UTC(2000, 0, 1);
  readonly controller: Controller;
  readonly peripheral: PatchPeripheral;
  readonly #beginsMs = LivePatch.nowMs;
  /** It goes on sampling, but sends nothing. */
  isMute = false;
  /** Samples taken. */
  taken = 0;
  private constructor(controller: Controller, peripheral: PatchPeripheral) {
    this.controller = controller;
    this.peripheral = peripheral;
  }

  static async begin(
    air: Air,
    address: string,
    options: Partial<PatchPeripheralOptions> = {},
  ): Promise<LivePatch> {
    const controller = air.controller(address);
    return new LivePatch(controller, await PatchPeripheral.begin(controller, { rate: RATE, ...options }));
  }

  get isStarted(): boolean {
    return this.peripheral.isStarted;
  }

  /** Takes samples and sends what becomes ready. @returns index of the first sample of each frame that was sent */
  take(millivolts: Float32Array): Promise<number[]> {
    this.taken += millivolts.length;
    return this.#send(this.peripheral.measure(millivolts));
  }

  /** The signal has ended: sends what is left of it. */
  end(): Promise<number[]> {
    return this.#send(this.peripheral.end());
  }

  async #send(messages: readonly SensorMessage[]): Promise<number[]> {
    const sent: number[] = [];
    for (const message of messages) {
      LivePatch.nowMs = Math.max(LivePatch.nowMs, this.#beginsMs + message.readyAt * 1000 + LATENCY_MS);
      if (this.isMute || !(await this.peripheral.send(message))) continue;
      if (message.characteristic === STREAM_CHARACTERISTIC) sent.push(firstIndexOf(message.value));
    }
    return sent;
  }
}

function firstIndexOf(value: Uint8Array): number {
  const frame = decodeStreamFrame(value);
  if (!frame.ok) throw new Error(`the patch has made a bad frame: ${frame.reason}`);
  return frame.value.firstIndex;
}
