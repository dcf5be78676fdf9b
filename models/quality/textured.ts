import { concatenated } from '../../src/dsp/concatenated.ts';
import { AnySensor } from '../../src/sensors/any-sensor.ts';
import { Conditioner } from '../../src/signal/conditioner.ts';
import type { Texture } from '../../src/signal/noise-index.ts';
import { QualityMeter } from '../../src/signal/quality-meter.ts';
import type { Signal } from '../../src/signal/signal.ts';
import type { Source } from '../../src/sources/source.ts';
import { GRID_RATE, type Span } from '../../src/timeline/span.ts';
import { Timeline } from '../../src/timeline/timeline.ts';

/** A recording as the beats' room gets it, with what the quality meter measured. */
export interface Textured {
  readonly signals: readonly Signal[];
  readonly ecg: Float32Array;
  /** The texture of the two seconds that were heard when a grid index was; undefined in the first two. */
  textureAt(index: number): Texture | undefined;
}

/** Plays a recording without gaps up to the conditioner. */
export async function textured(source: Source): Promise<Textured> {
  let meter = new QualityMeter();
  const sensor = new AnySensor();
  const timeline = new Timeline();
  const conditioner = new Conditioner(() => {
    meter = new QualityMeter();
    return meter;
  });
  const signals: Signal[] = [];
  const textures: (Texture | undefined)[] = [];
  const ends: number[] = [];
  const hear = (spans: readonly { readonly kind: string }[]) => {
    for (const span of spans) {
      if (span.kind !== 'samples') continue;
      for (const item of conditioner.push(span as Span)) {
        if (item.kind !== 'signal') continue;
        signals.push(item);
        textures.push(meter.texture);
        ends.push(item.start + item.ecg.length);
      }
    }
  };
  await new Promise<void>((resolve, reject) => {
    source.items.subscribe({
      next: (item) => {
        if (item.kind !== 'notification') return;
        for (const block of sensor.push(item)) if (block.kind === 'block') hear(timeline.push(block));
      },
      error: reject,
      complete: () => {
        hear(timeline.flush());
        resolve();
      },
    });
  });
  let at = 0;
  return {
    signals,
    ecg: concatenated(signals.map(({ ecg }) => ecg)),
    // Asked in time order, as it is heard
    textureAt(index) {
      if (at > 0 && ends[at - 1] > index) at = 0;
      while (at < ends.length - 1 && ends[at] <= index) at++;
      return textures[at];
    },
  };
}

/** Whether a time lies in a noisy stretch of the noise stress test, at least two seconds in. */
export function isStressed(index: number): boolean {
  const seconds = index / GRID_RATE - 300;
  return seconds >= 0 && seconds % 240 >= 3 && seconds % 240 < 119;
}
