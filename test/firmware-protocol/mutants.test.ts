import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  crc16,
  decodeAnswer,
  decodeInfo,
  decodeRequest,
  decodeStatus,
  decodeStreamFrame,
  encodeAnswer,
  encodeInfo,
  encodeRequest,
  encodeStatus,
  encodeStreamFrame,
} from '../../firmware-protocol/index.ts';
import { answers, frames, infos, requests, statuses } from './messages.ts';
import { mutant, recheck, seeded } from './mutants.ts';

/** For each decoder. BEATLENS_MUTANTS=1000000 is what the README's figure was measured with. */
const MUTANTS = Number(process.env.BEATLENS_MUTANTS ?? 200_000);

/** The slowest decoding is that of a full packed frame: a few microseconds. The rest is for a busy machine. */
const SLOWEST_MS = 500;
const MEAN_MICROSECONDS = 50;
const HEAP_GROWTH_BYTES = 8 * 2 ** 20;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function heapUsed(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed + process.memoryUsage().external;
}

test.each([
  ['stream frames', decodeStreamFrame, originals(frames, encodeStreamFrame), true],
  ['info', decodeInfo, originals(infos, encodeInfo), false],
  ['status', decodeStatus, originals(statuses, encodeStatus), false],
  ['requests', decodeRequest, originals(requests, encodeRequest), false],
  ['answers', decodeAnswer, originals(answers, encodeAnswer), false],
] as const)(
  `${MUTANTS} mutated and random %s: no throw, bounded time and memory`,
  (_, decode, from, checked) => {
    const random = seeded(2024);
    const told = new Map<string, number>();
    let slowest = 0;
    let total = 0;
    const before = heapUsed();
    for (let i = 0; i < MUTANTS; i++) {
      const bytes = mutant(from, random);
      if (checked && random(2) === 0) recheck(bytes, crc16);
      const began = performance.now();
      const result = decode(bytes);
      const took = performance.now() - began;
      slowest = Math.max(slowest, took);
      total += took;
      const outcome = result.ok ? 'ok' : result.reason;
      told.set(outcome, (told.get(outcome) ?? 0) + 1);
    }
    const grown = heapUsed() - before;
    const mean = (total * 1000) / MUTANTS;
    if (process.env.BEATLENS_MUTANTS) {
      process.stdout.write(
        `\n${mean.toFixed(2)} µs mean, ${slowest.toFixed(2)} ms slowest, ${grown} bytes of heap\n${JSON.stringify([...told])}\n`,
      );
    }
    // Both what is refused early and what is looked at to its end was among them.
    expect(told.get('ok')).toBeGreaterThan(MUTANTS / 50);
    expect(told.size).toBeGreaterThan(3);
    expect(mean).toBeLessThan(MEAN_MICROSECONDS);
    expect(slowest).toBeLessThan(SLOWEST_MS);
    expect(grown).toBeLessThan(HEAP_GROWTH_BYTES);
  },
  600_000,
);

function originals<Message>(
  messages: fc.Arbitrary<Message>,
  encode: (message: Message) => Uint8Array,
): readonly Uint8Array[] {
  return fc.sample(messages, { numRuns: 300, seed: 3 }).map(encode);
}
