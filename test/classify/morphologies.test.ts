import { expect, test } from 'vitest';
import { WAVEFORM_CHANNELS, WAVEFORM_STEPS } from '../../src/beats/waveform.ts';
import { Morphologies } from '../../src/classify/morphologies.ts';

/** The slopes of a hump, a step of the waveform each, times a gain. Humps a few steps apart are nothing alike. */
function hump(middle: number, gain = 1): Float32Array {
  const waveform = new Float32Array(WAVEFORM_STEPS * WAVEFORM_CHANNELS);
  const trace = (step: number) => gain * Math.exp(-((step - middle) ** 2) / 2);
  for (let k = 0; k < WAVEFORM_STEPS; k++) {
    waveform[k * WAVEFORM_CHANNELS] = trace(k + 1) - trace(k);
    // The other channel has the patient's template, which is none of this beat.
    waveform[k * WAVEFORM_CHANNELS + 1] = Math.sin(k * gain);
  }
  return waveform;
}

test('log odds become the mean of those that look alike, this one with them', () => {
  const morphologies = new Morphologies();
  expect(morphologies.push(hump(36), 1)).toBe(0);
  expect(morphologies.push(hump(36, 0.3), 0)).toBeCloseTo(0.5, 9); // at any gain
  expect(morphologies.push(hump(42), -1)).toBe(0); // nothing like them
  expect(morphologies.push(hump(36), -1)).toBeCloseTo(1, 9);
  expect(morphologies.push(hump(42), 0)).toBeCloseTo(-0.5, 9);
});

test('but are moved by no more than 2', () => {
  const morphologies = new Morphologies();
  for (let n = 0; n < 100; n++) morphologies.push(hump(36), 6);
  expect(morphologies.push(hump(36), -6)).toBe(2);
  for (let n = 0; n < 1000; n++) morphologies.push(hump(36), -6);
  expect(morphologies.push(hump(36), 6)).toBe(-2);
});

test('the last fifty count', () => {
  const morphologies = new Morphologies();
  for (let n = 0; n < 1000; n++) morphologies.push(hump(36), 1);
  expect(morphologies.push(hump(36), 0)).toBeCloseTo(49 / 50, 3);
});

test('a beat turned over, or a flat line, is like no other', () => {
  const morphologies = new Morphologies();
  morphologies.push(hump(36), 1);
  expect(morphologies.push(hump(36, -1), 0)).toBe(0);
  expect(morphologies.push(new Float32Array(WAVEFORM_STEPS * WAVEFORM_CHANNELS), 0)).toBe(0);
  expect(morphologies.push(new Float32Array(WAVEFORM_STEPS * WAVEFORM_CHANNELS), 1)).toBe(0);
});

test('of more than sixteen, the one that was not seen for longest is forgotten', () => {
  const morphologies = new Morphologies();
  const kind = (n: number) => {
    // One step up and one down, in places of their own.
    const waveform = new Float32Array(WAVEFORM_STEPS * WAVEFORM_CHANNELS);
    waveform[(27 + n) * WAVEFORM_CHANNELS] = 1;
    waveform[(28 + n) * WAVEFORM_CHANNELS] = -1;
    return waveform;
  };
  for (let n = 0; n < 16; n++) expect(morphologies.push(kind(n), 1)).toBe(0);
  expect(morphologies.push(kind(0), 0)).toBeCloseTo(0.5, 9);
  expect(morphologies.push(kind(16), 1)).toBe(0); // in the place of 1
  expect(morphologies.push(kind(0), 0)).toBeGreaterThan(0);
  expect(morphologies.push(kind(2), 0)).toBeCloseTo(0.5, 9);
  expect(morphologies.push(kind(1), 0)).toBe(0);
});
