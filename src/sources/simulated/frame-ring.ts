import type { SampledFrame } from './sampler.ts';

/** The frames that hold the newest samples of a sensor; the oldest ones make room. */
export class FrameRing {
  readonly depth: number;
  readonly #frames: SampledFrame[] = [];
  /** Index after the newest sample. */
  end = 0;

  /** @param depth samples that it holds */
  constructor(depth: number) {
    this.depth = depth;
  }

  push(frame: SampledFrame): void {
    this.#frames.push(frame);
    this.end = frame.firstIndex + frame.units.length;
    while (this.#frames.length > 0 && this.end - this.#frames[0].firstIndex > this.depth)
      this.#frames.shift();
  }

  /** The first of these samples that it still holds, as many as one frame has; undefined where it holds none. */
  part(from: number, to: number): SampledFrame | undefined {
    const frame = this.#frames.find(({ firstIndex, units }) => firstIndex + units.length > from);
    if (frame === undefined || frame.firstIndex >= to) return undefined;
    const skip = Math.max(0, from - frame.firstIndex);
    const units = frame.units.subarray(skip, to - frame.firstIndex);
    return { ...frame, firstIndex: frame.firstIndex + skip, units };
  }
}
