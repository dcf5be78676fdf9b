import { InputError } from '../input-error.ts';
import type { SignalSpec, WfdbHeader } from './header.ts';

/** How a storage format lays samples in bytes. */
interface Packing {
  readonly bitsPerSample: number;
  /** Digital value that means "no sample". */
  readonly missing: number;
  /** @param out as many samples as whole ones fit `bytes` */
  unpack(bytes: Uint8Array, out: Int16Array): void;
}

const PACKINGS: Readonly<Record<number, Packing>> = {
  // 12-bit two's complement, two samples in three bytes; the middle byte holds both high nibbles.
  212: {
    bitsPerSample: 12,
    missing: -2048,
    unpack(bytes, out) {
      for (let sample = 0, at = 0; sample < out.length; sample += 2, at += 3) {
        out[sample] = ((((bytes[at + 1] & 0x0f) << 8) | bytes[at]) << 20) >> 20;
        if (sample + 1 < out.length)
          out[sample + 1] = ((((bytes[at + 1] & 0xf0) << 4) | bytes[at + 2]) << 20) >> 20;
      }
    },
  },
  // 16-bit two's complement, little-endian.
  16: {
    bitsPerSample: 16,
    missing: -32768,
    unpack(bytes, out) {
      for (let sample = 0, at = 0; sample < out.length; sample++, at += 2)
        out[sample] = bytes[at] | (bytes[at + 1] << 8);
    },
  },
};

/**
 * Decodes one signal file, in chunks of any size, and checks it against its header: length, first samples
 * and checksums.
 */
export class SignalDecoder {
  readonly #header: WfdbHeader;
  readonly #file: string;
  /** Signal lines of the header that this file holds, in the order of `push`'s answer. */
  readonly signals: readonly SignalSpec[];
  readonly #packing: Packing;
  /** Smallest number of frames that fills whole bytes: 1, or 2 for an odd number of 12-bit signals. */
  readonly #framesPerUnit: number;
  readonly #bytesPerUnit: number;
  readonly #sums: Int32Array;
  #rest = new Uint8Array(0);
  #bytesToSkip: number;
  #bytesSeen = 0;
  #framesDone = 0;

  /**
   * @param name of the signal file, as in the header
   * @param file where it is, for messages
   * @throws InputError where the format is not 212 or 16
   */
  constructor(header: WfdbHeader, name: string, file: string) {
    this.#header = header;
    this.#file = file;
    this.signals = header.signals.filter((signal) => signal.file === name);
    const [first] = this.signals;
    const packing = PACKINGS[first.format];
    if (packing === undefined) {
      throw new InputError(
        `${file} is in signal format ${first.format}; 212 and 16 can be read: convert it with WFDB's xform -O 16.`,
      );
    }
    if (
      this.signals.some((signal) => signal.format !== first.format || signal.byteOffset !== first.byteOffset)
    ) {
      throw new InputError(
        `${file} has more than one format or byte offset in its header: correct the header.`,
      );
    }
    this.#packing = packing;
    this.#framesPerUnit = (this.signals.length * packing.bitsPerSample) % 8 === 0 ? 1 : 2;
    this.#bytesPerUnit = (this.signals.length * packing.bitsPerSample * this.#framesPerUnit) / 8;
    this.#sums = new Int32Array(this.signals.length);
    this.#bytesToSkip = first.byteOffset;
  }

  /**
   * @returns for each signal the digital samples that became complete; all equally long
   * @throws InputError where the first sample is not the header's
   */
  push(chunk: Uint8Array): Int16Array[] {
    this.#bytesSeen += chunk.length;
    const skipped = Math.min(this.#bytesToSkip, chunk.length);
    this.#bytesToSkip -= skipped;
    const bytes = joined(this.#rest, chunk.subarray(skipped));
    const units = Math.floor(bytes.length / this.#bytesPerUnit);
    this.#rest = bytes.slice(units * this.#bytesPerUnit);
    return this.#decode(bytes, units * this.#framesPerUnit);
  }

  /**
   * The file has ended: returns the last frame of an odd number, and checks length and checksums.
   *
   * @throws InputError where the file is short, or a checksum differs
   */
  finish(): Int16Array[] {
    const bytesPerFrame = Math.ceil((this.signals.length * this.#packing.bitsPerSample) / 8);
    const last = this.#decode(this.#rest, this.#rest.length >= bytesPerFrame ? 1 : 0);
    const { length } = this.#header;
    if (length === undefined ? this.#framesDone === 0 : this.#framesDone < length) {
      throw new InputError(
        `${this.#file} ends at byte ${this.#bytesSeen}, after ${this.#framesDone} of ${length ?? 'any'} samples: copy it again.`,
      );
    }
    this.signals.forEach(({ checksum, description }, signal) => {
      if (checksum !== undefined && ((checksum ^ this.#sums[signal]) & 0xffff) !== 0) {
        throw new InputError(
          `${this.#file}, signal ${description}: the samples do not match the header's checksum: the file is damaged; copy it again.`,
        );
      }
    });
    return last;
  }

  #decode(bytes: Uint8Array, available: number): Int16Array[] {
    const signalCount = this.signals.length;
    const frames = Math.min(available, (this.#header.length ?? Number.POSITIVE_INFINITY) - this.#framesDone);
    const interleaved = new Int16Array(frames * signalCount);
    this.#packing.unpack(bytes, interleaved);
    const blocks = this.signals.map((spec, signal) => {
      const block = new Int16Array(frames);
      let sum = this.#sums[signal];
      for (let frame = 0, at = signal; frame < frames; frame++, at += signalCount) {
        block[frame] = interleaved[at];
        sum += interleaved[at];
      }
      this.#sums[signal] = sum; // Kept modulo 2³² by the array: the low 16 bits stay exact.
      if (this.#framesDone === 0 && frames > 0) this.#checkFirst(spec, block[0]);
      return block;
    });
    this.#framesDone += frames;
    return blocks;
  }

  #checkFirst({ initialValue, checksum, description, byteOffset }: SignalSpec, value: number): void {
    // Tools that compute no checksum do not keep the initial value true either, as in CinC 2017.
    if (checksum === undefined || initialValue === undefined || initialValue === value) return;
    throw new InputError(
      `${this.#file} at byte ${byteOffset}, signal ${description}: the first sample is ${value} where the header says ${initialValue}: the two do not belong together.`,
    );
  }
}

const MILLIVOLTS_PER_UNIT: Readonly<Record<string, number>> = { mV: 1, uV: 1e-3, µV: 1e-3, V: 1e3 };

/** Whether a signal is a voltage, as an ECG is. */
export function isVoltage(signal: SignalSpec): boolean {
  return signal.units in MILLIVOLTS_PER_UNIT;
}

/** Digital samples of a voltage in millivolts; NaN where there is none. */
export function toMillivolts(
  samples: Int16Array,
  { gain, baseline, units, format }: SignalSpec,
): Float32Array {
  const { missing } = PACKINGS[format];
  const millivoltsPerStep = MILLIVOLTS_PER_UNIT[units] / gain;
  const millivolts = new Float32Array(samples.length);
  for (let at = 0; at < samples.length; at++) {
    millivolts[at] = samples[at] === missing ? Number.NaN : (samples[at] - baseline) * millivoltsPerStep;
  }
  return millivolts;
}

function joined(head: Uint8Array, tail: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(head.length + tail.length);
  bytes.set(head);
  bytes.set(tail, head.length);
  return bytes;
}
