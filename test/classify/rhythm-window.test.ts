import { describe, expect, it } from 'vitest';
import {
  RHYTHM_BEFORE,
  RHYTHM_RATE,
  RHYTHM_SPAN,
  RHYTHM_WINDOW,
  rhythmInput,
} from '../../src/classify/rhythm-window.ts';
import { GRID_RATE } from '../../src/timeline/span.ts';

/** A beat at the middle of the span, another near its end, on a baseline. */
function ecg(height: number, baseline: number): Float32Array {
  const bump = (i: number, at: number) => Math.exp(-(((i - at) / 4) ** 2));
  return Float32Array.from(
    { length: RHYTHM_SPAN },
    (_, i) => baseline + height * (bump(i, RHYTHM_BEFORE) + 0.8 * bump(i, RHYTHM_BEFORE + 200)),
  );
}

describe('the input of a rhythm model', () => {
  it('is two seconds at 125 Hz with the R peak in the middle', () => {
    expect(RHYTHM_SPAN / GRID_RATE).toBe(2);
    expect(RHYTHM_WINDOW / RHYTHM_RATE).toBe(2);
    const input = rhythmInput(ecg(1, 0));
    expect(input).toHaveLength(RHYTHM_WINDOW);
    expect(input.indexOf(Math.max(...input))).toBe(RHYTHM_WINDOW / 2);
    expect(input[RHYTHM_WINDOW / 2 + 100] / input[RHYTHM_WINDOW / 2]).toBeCloseTo(0.8, 5);
  });

  it('knows neither baseline nor gain', () => {
    const usual = rhythmInput(ecg(1, 0));
    for (const [i, value] of rhythmInput(ecg(2.5, -0.7)).entries()) expect(value).toBeCloseTo(usual[i], 4);
  });

  it('takes its scale from the QRS, not from one stray sample, and is bounded', () => {
    const stray = ecg(1, 0);
    stray[20] = 50;
    const input = rhythmInput(stray);
    expect(Math.max(...input)).toBe(2);
    expect(input[RHYTHM_WINDOW / 2]).toBeGreaterThan(0.8);
  });

  it('does not blow a straight line up to noise', () => {
    const flat = Float32Array.from({ length: RHYTHM_SPAN }, (_, i) => 0.3 + (i % 2 === 0 ? 0.001 : 0));
    expect(Math.max(...rhythmInput(flat).map(Math.abs))).toBeLessThan(0.05);
  });
});
