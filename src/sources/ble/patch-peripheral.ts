import {
  CONTROL_CHARACTERISTIC,
  type ControlAnswer,
  decodeRequest,
  encodeAnswer,
  OPCODES,
  STREAM_CHARACTERISTIC,
} from '../../../firmware-protocol/index.ts';
import { SimulatedPatch, type SimulatedPatchOptions } from '../simulated/patch.ts';
import type { SensorMessage } from '../simulated/simulated-sensor.ts';
import { Peripheral, type Transport } from './peripheral.ts';

/** An MTU that carries 50 samples a frame. */
const LEAST_MTU = 119;
/** Frames of backfill that it sends between two live ones. */
const BACKFILL_A_FRAME = 4;

export interface PatchPeripheralOptions extends SimulatedPatchOptions {
  /** As it advertises itself. */
  readonly name?: string;
  /** Samples a second of the signal that it measures. */
  readonly rate: number;
  /** Told when the link or the stream has changed. */
  readonly changed?: (state: 'connected' | 'streaming' | 'stopped' | 'lost') => void;
}

/**
 * A simulated patch on the air. It measures whether or not somebody is connected, and keeps the newest of it for
 * backfill. It sends once it was told to start, and until it is told to stop.
 */
export class PatchPeripheral {
  readonly #patch: SimulatedPatch;
  readonly #changed: NonNullable<PatchPeripheralOptions['changed']>;
  #peripheral: Peripheral | undefined;
  #isStarted = false;
  /** Live frames that were sent on this link. */
  framesOnLink = 0;
  /** Live frames since it last sent something again, or was asked to. */
  framesSinceBackfill = 0;

  private constructor(options: PatchPeripheralOptions) {
    this.#patch = new SimulatedPatch(options.rate, options);
    this.#changed = options.changed ?? (() => {});
  }

  /**
   * @returns when it advertises
   * @throws LinkFailure where the adapter does not answer
   */
  static async begin(transport: Transport, options: PatchPeripheralOptions): Promise<PatchPeripheral> {
    const patch = new PatchPeripheral(options);
    patch.#peripheral = await Peripheral.begin(transport, patch.#patch, {
      name: options.name ?? 'Patch',
      connected: () => patch.#changed('connected'),
      lost: () => patch.#lost(),
      answer: (characteristic, value, mtu) => patch.#answer(characteristic, value, mtu),
    });
    return patch;
  }

  get isConnected(): boolean {
    return this.#peripheral?.isConnected ?? false;
  }

  /** Whether somebody has subscribed to all that it can send. */
  get isSubscribed(): boolean {
    return this.#peripheral?.isSubscribed ?? false;
  }

  get isStarted(): boolean {
    return this.#isStarted;
  }

  /** @param millivolts NaN where nothing was measured @returns what it has to send of it, in order */
  measure(millivolts: Float32Array): SensorMessage[] {
    return this.#patch.push(millivolts);
  }

  /** The signal has ended. @returns what it has to send of the last of it */
  end(): SensorMessage[] {
    return this.#patch.flush();
  }

  /** Sends, where somebody wants it, and some of what was asked for again. @returns whether somebody wanted it */
  async send(message: SensorMessage): Promise<boolean> {
    if (!this.#isStarted || !(await this.#peripheral?.send(message))) return false;
    if (message.characteristic === STREAM_CHARACTERISTIC) {
      this.framesSinceBackfill++;
      this.framesOnLink++;
    }
    for (let n = 0; n < BACKFILL_A_FRAME; n++) {
      const again = this.#patch.sendBackfill();
      if (again === undefined) break;
      this.framesSinceBackfill = 0;
      await this.#peripheral?.send(again);
    }
    return true;
  }

  /** Ends the link and offers itself no more. @param milliseconds that this may take */
  async close(milliseconds: number): Promise<void> {
    await this.#peripheral?.end(milliseconds);
  }

  #lost(): void {
    this.framesOnLink = 0;
    this.#patch.linkLost();
    this.#changed('lost');
  }

  #answer(characteristic: string, value: Uint8Array, mtu: number) {
    const request = decodeRequest(value);
    if (!request.ok) return undefined;
    const { opcode, tag } = request.value;
    const refused = { result: 'refused', tag, opcode: OPCODES[opcode] } as const;
    if (opcode === 'start' && mtu < LEAST_MTU) {
      return answer({ ...refused, code: 'mtu-too-small', mtuNeeded: LEAST_MTU });
    }
    if (opcode === 'start' && this.#isStarted) return answer({ ...refused, code: 'already-streaming' });
    if (opcode === 'start' || opcode === 'stop') {
      this.#isStarted = opcode === 'start';
      this.#changed(this.#isStarted ? 'streaming' : 'stopped');
    }
    return this.#patch.write(characteristic, value);
  }
}

function answer(value: ControlAnswer) {
  return { characteristic: CONTROL_CHARACTERISTIC, value: encodeAnswer(value) };
}
