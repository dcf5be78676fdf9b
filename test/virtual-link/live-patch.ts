import {
  CONTROL_CHARACTERISTIC,
  type ControlAnswer,
  decodeRequest,
  decodeStreamFrame,
  encodeAnswer,
  OPCODES,
  STREAM_CHARACTERISTIC,
} from '../../firmware-protocol/index.ts';
import { SimulatedPatch, type SimulatedPatchOptions } from '../../src/sources/simulated-patch.ts';
import type { SensorMessage } from '../../src/sources/simulated-sensor.ts';
import type { Air } from './air.ts';
import { Peripheral } from './peripheral.ts';

/** An MTU that carries 50 samples a frame. */
const LEAST_MTU = 119;
/** Frames of backfill that it sends between two live ones. */
const BACKFILL_A_FRAME = 4;
const RATE = 250;
const LATENCY_MS = 20;

/**
 * A patch on the virtual air. It samples what it is given whether or not it is connected to, and keeps the last
 * of it for backfill. It sends once it was told to start.
 */
export class LivePatch {
  readonly peripheral: Peripheral;
  readonly #patch: SimulatedPatch;
  readonly #beginsMs: number;
  readonly #state: PatchState;
  /** Live frames that it has sent on this link. */
  get framesOnLink(): number {
    return this.#state.framesOnLink;
  }

  /** Live frames since it last sent something again, or was asked to. */
  framesSinceBackfill = 0;
  /** Samples taken. */
  taken = 0;
  /** When the newest message of any patch was heard, for a gateway's clock. */
  static nowMs = Date.UTC(2000, 0, 1);

  private constructor(peripheral: Peripheral, patch: SimulatedPatch, state: PatchState) {
    this.peripheral = peripheral;
    this.#patch = patch;
    this.#state = state;
    this.#beginsMs = LivePatch.nowMs;
  }

  static async begin(
    air: Air,
    address: string,
    options: SimulatedPatchOptions & { readonly name?: string; readonly rate?: number } = {},
  ): Promise<LivePatch> {
    const patch = new SimulatedPatch(options.rate ?? RATE, options);
    const state: PatchState = { isStarted: false, isMute: false, framesOnLink: 0 };
    const peripheral = await Peripheral.begin(air.controller(address), patch, {
      ...(options.name === undefined ? {} : { name: options.name }),
      onLost: () => {
        state.framesOnLink = 0;
        patch.linkLost();
      },
      answer: (characteristic, value, mtu) => {
        const request = decodeRequest(value);
        if (!request.ok) return undefined;
        const { opcode, tag } = request.value;
        const refused = { result: 'refused', tag, opcode: OPCODES[opcode] } as const;
        const answer = (value: ControlAnswer) => ({
          characteristic: CONTROL_CHARACTERISTIC,
          value: encodeAnswer(value),
        });
        if (opcode === 'start' && mtu < LEAST_MTU) {
          return answer({ ...refused, code: 'mtu-too-small', mtuNeeded: LEAST_MTU });
        }
        if (opcode === 'start' && state.isStarted) return answer({ ...refused, code: 'already-streaming' });
        if (opcode === 'start') state.isStarted = true;
        if (opcode === 'stop') state.isStarted = false;
        return patch.write(characteristic, value);
      },
    });
    return new LivePatch(peripheral, patch, state);
  }

  get isStarted(): boolean {
    return this.#state.isStarted;
  }

  /** It goes on sampling, but sends nothing. */
  set isMute(mute: boolean) {
    this.#state.isMute = mute;
  }

  /** Takes samples and sends what becomes ready. @returns index of the first sample of each frame that was sent */
  take(millivolts: Float32Array): Promise<number[]> {
    this.taken += millivolts.length;
    return this.#send(this.#patch.push(millivolts));
  }

  /** The signal has ended: sends what is left of it. */
  end(): Promise<number[]> {
    return this.#send(this.#patch.flush());
  }

  async #send(messages: readonly SensorMessage[]): Promise<number[]> {
    const sent: number[] = [];
    for (const message of messages) {
      LivePatch.nowMs = Math.max(LivePatch.nowMs, this.#beginsMs + message.readyAt * 1000 + LATENCY_MS);
      if (!this.#state.isStarted || this.#state.isMute) continue;
      if (!(await this.peripheral.send(message))) continue;
      if (message.characteristic === STREAM_CHARACTERISTIC) {
        sent.push(firstIndexOf(message.value));
        this.framesSinceBackfill++;
        this.#state.framesOnLink++;
      }
      await this.#sendBackfill();
    }
    return sent;
  }

  async #sendBackfill(): Promise<void> {
    for (let n = 0; n < BACKFILL_A_FRAME; n++) {
      const message = this.#patch.sendBackfill();
      if (message === undefined) return;
      this.framesSinceBackfill = 0;
      await this.peripheral.send(message);
    }
  }
}

interface PatchState {
  isStarted: boolean;
  isMute: boolean;
  framesOnLink: number;
}

function firstIndexOf(value: Uint8Array): number {
  const frame = decodeStreamFrame(value);
  if (!frame.ok) throw new Error(`the patch has made a bad frame: ${frame.reason}`);
  return frame.value.firstIndex;
}
