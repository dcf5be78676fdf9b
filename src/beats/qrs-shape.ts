import type { QrsFeature } from './qrs-feature.ts';

/** Points of a shape that are compared: 184 ms, every second grid sample … */
const POINTS = 23;
const STRIDE = 2;
/** … and more on either side, by which one shape may be moved against the other (16 ms). */
const LAGS = 5;
const LENGTH = POINTS + LAGS - 1;
const CENTRE = (LAGS - 1) / 2;

/** Points of a shape's outline. */
export const OUTLINE = LENGTH / STRIDE + 0.5;

/** The wavelet of a hump: its shape, whatever the baseline. */
export class QrsShape {
  readonly #points: number[] = new Array(LENGTH).fill(0);
  /** Sum of squares of the POINTS points from each lag on. */
  readonly #powers: number[] = new Array(LAGS).fill(0);

  /** The shape around a grid index. */
  static around(feature: QrsFeature, middle: number): QrsShape {
    const shape = new QrsShape();
    const points = shape.#points;
    for (let k = 0; k < LENGTH; k++) {
      points[k] = feature.at(middle + (k - (LENGTH - 1) / 2) * STRIDE);
    }
    shape.#measure();
    return shape;
  }

  copy(): QrsShape {
    const copy = new QrsShape();
    for (let k = 0; k < LENGTH; k++) copy.#points[k] = this.#points[k];
    copy.#measure();
    return copy;
  }

  /** Moves this shape towards another by a share. */
  approach(other: QrsShape, share: number): void {
    for (let k = 0; k < LENGTH; k++) this.#points[k] += share * (other.#points[k] - this.#points[k]);
    this.#measure();
  }

  /**
   * Compares with a usual shape, at the lag where they are most alike.
   * @returns their correlation, −1 to 1, and by which factor this one is larger
   */
  compare(usual: QrsShape): { readonly likeness: number; readonly factor: number } {
    const own = usual.#powers[CENTRE] + 1e-12;
    const products = this.#products(usual);
    let likeness = -1;
    let factor = 0;
    for (let lag = 0; lag < LAGS; lag++) {
      const correlation = products[lag] / Math.sqrt(own * (this.#powers[lag] + 1e-12));
      if (correlation > likeness) {
        likeness = correlation;
        factor = products[lag] / own;
      }
    }
    return { likeness, factor };
  }

  /** Sum of products with the middle of a usual shape at each of the LAGS, written out: side by side, the sums need not wait for each other. */
  #products(usual: QrsShape): readonly number[] {
    const points = this.#points;
    let [a, b, c, d, e] = [0, 0, 0, 0, 0];
    for (let k = 0; k < POINTS; k++) {
      const point = usual.#points[k + CENTRE];
      a += points[k] * point;
      b += points[k + 1] * point;
      c += points[k + 2] * point;
      d += points[k + 3] * point;
      e += points[k + 4] * point;
    }
    return [a, b, c, d, e];
  }

  /** Writes every second point, over the largest one, so that its sign and size do not matter: OUTLINE numbers. */
  outline(out: Float64Array, offset: number): void {
    let largest = 1e-9;
    for (const point of this.#points) if (Math.abs(point) > Math.abs(largest)) largest = point;
    for (let k = 0; k < OUTLINE; k++) out[offset + k] = this.#points[STRIDE * k] / largest;
  }

  #measure(): void {
    const points = this.#points;
    for (let lag = 0; lag < LAGS; lag++) {
      let power = 0;
      for (let k = lag; k < lag + POINTS; k++) power += points[k] * points[k];
      this.#powers[lag] = power;
    }
  }
}
