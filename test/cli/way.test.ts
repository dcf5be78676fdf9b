import { describe, expect, it } from 'vitest';
import { sourceBy, type Way } from '../../src/cli/way.ts';
import { AnySensor } from '../../src/sensors/any-sensor.ts';
import { collect, framesOf, samplesOf } from '../sources/collect.ts';
import { temporaryFolder } from '../sources/temporary-folder.ts';

const write = temporaryFolder();
const RATE = 250;
const SECONDS = 60;

/** A minute of a sine of 2 Hz and 1 mV, 1000 units a millivolt. */
const sine = Int16Array.from({ length: SECONDS * RATE }, (_, n) =>
  Math.round(1000 * Math.sin((2 * Math.PI * 2 * n) / RATE)),
);
write('sine.dat', new Uint8Array(sine.buffer));
const path = write('sine.hea', `sine 1 ${RATE} ${sine.length}\nsine.dat 16 1000 16 0 ${sine[0]} 0 0 MLII\n`);

const play = (way: Way | undefined) => collect(sourceBy(way, path));
const samplesBy = async (way: Way | undefined) => samplesOf(framesOf(await play(way)));

describe('a record by a harder way', () => {
  it('is the record itself without one', async () => {
    expect(await samplesBy(undefined)).toEqual(Array.from(sine));
  });

  it('is larger, smaller, or upside down', async () => {
    expect(await samplesBy({ by: 'gain', times: 2 })).toEqual(Array.from(sine, (value) => 2 * value));
    expect(await samplesBy({ by: 'gain', times: -1 })).toEqual(Array.from(sine, (value) => 0 - value));
  });

  it('is its other lead, where it has one', async () => {
    const other = sine.map((value) => -value / 2);
    const both = Int16Array.from({ length: 2 * sine.length }, (_, n) => (n % 2 ? other : sine)[n >> 1]);
    write('two.dat', new Uint8Array(both.buffer));
    const signals = [sine[0], other[0]].map(
      (first, n) => `two.dat 16 1000 16 0 ${first} 0 0 ${['MLII', 'V1'][n]}\n`,
    );
    const two = write('two.hea', `two 2 ${RATE} ${sine.length}\n${signals.join('')}`);
    expect(samplesOf(framesOf(await collect(sourceBy({ by: 'other-lead' }, two))))).toEqual([...other]);
    await expect(play({ by: 'other-lead' })).rejects.toThrow(/no lead beside MLII/);
  });

  it('is as long as before and in its place when it was resampled', async () => {
    const there = await samplesBy({ by: 'rate', rate: 128 });
    expect(there).toHaveLength(sine.length);
    // Beside the ends, where the filter sees none of the signal beyond.
    const errors = there.slice(100, -100).map((value, n) => Math.abs(value - sine[n + 100]));
    expect(Math.max(...errors)).toBeLessThanOrEqual(2);
  });

  it('loses the share of frames that it is told to, never the first, and the same each time', async () => {
    const whole = framesOf(await play(undefined)).length;
    const left = framesOf(await play({ by: 'losses', share: 0.5 }));
    expect(left[0].firstIndex).toBe(0);
    expect(left.length / whole).toBeGreaterThan(0.4);
    expect(left.length / whole).toBeLessThan(0.6);
    expect(framesOf(await play({ by: 'losses', share: 0.5 }))).toEqual(left);
  });

  it.each(['polar-h10', 'movesense', 'healthypi-move'])('comes from a %s', async (name) => {
    const decoder = new AnySensor();
    const items = await play({ by: 'sensor', name });
    const blocks = items
      .flatMap((item) => (item.kind === 'notification' ? decoder.push(item) : []))
      .filter((item) => item.kind === 'block');
    const samples = blocks.reduce((sum, block) => sum + block.samples.length, 0);
    expect(samples).toBeGreaterThan(0.95 * SECONDS * 125);
    expect(samples).toBeLessThan(1.01 * SECONDS * 131);
    const highest = Math.max(
      ...blocks.flatMap(({ samples, millivoltsPerUnit }) =>
        Array.from(samples, (value) => value * millivoltsPerUnit),
      ),
    );
    expect(highest).toBeGreaterThan(0.98);
    expect(highest).toBeLessThan(1.02);
  });
});
