import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { lastValueFrom, tap } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { loadBeatModel } from '../src/classify/beat-model.ts';
import { InputError } from '../src/formats/input-error.ts';
import { gateway } from '../src/gateway.ts';
import { openSource } from '../src/sources/open.ts';
import { StageClock } from '../src/stage.ts';
import { temporaryFolder } from './sources/temporary-folder.ts';

const whole = readFileSync(new URL('../recordings/mitdb-208-faults.btsnoop', import.meta.url));
// Half a minute with most of the faults is enough to damage further.
const capture = whole.subarray(0, 24_000);

describe('damaged captures, through the whole gateway', async () => {
  const model = await loadBeatModel();
  const write = temporaryFolder();

  /** Runs bytes through the pipe; returns what came out, or the clear error. */
  async function run(bytes: Uint8Array): Promise<{ samples: number; faults: number } | InputError> {
    const path = write('damaged.btsnoop', bytes);
    const seen = { samples: 0, faults: 0 };
    try {
      const items = gateway(await openSource(path, { speed: 'max' }), model, new StageClock());
      const count = tap<{ kind: string; ecg?: Float32Array }>((item) => {
        if (item.kind === 'signal') seen.samples += item.ecg?.length ?? 0;
        if (item.kind === 'bad-frame' || item.kind === 'source-fault' || item.kind === 'gap') seen.faults++;
      });
      await lastValueFrom(items.pipe(count), { defaultValue: undefined });
      return seen;
    } catch (error) {
      if (error instanceof InputError) return error;
      throw error;
    }
  }

  it('flipped bits: what is hurt is skipped and counted, the rest goes on', async () => {
    const flips = fc.array(fc.record({ at: fc.nat(capture.length - 1), bit: fc.nat(7) }), {
      minLength: 1,
      maxLength: 40,
    });
    await fc.assert(
      fc.asyncProperty(flips, async (places) => {
        const damaged = Uint8Array.from(capture);
        for (const { at, bit } of places) damaged[at] ^= 1 << bit;
        const outcome = await run(damaged);
        // A few bits cannot make more signal than there was.
        if (!(outcome instanceof InputError)) expect(outcome.samples).toBeLessThanOrEqual(10_000);
      }),
      { numRuns: 150 },
    );
  });

  it('cut anywhere', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(capture.length), async (length) => {
        await run(capture.subarray(0, length));
      }),
      { numRuns: 60 },
    );
  });

  it('pieces of it in any order, twice or not at all', async () => {
    const piece = fc.tuple(fc.nat(capture.length), fc.nat(2_000));
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 12 }), async (pieces) => {
        const parts = pieces.map(([from, length]) => capture.subarray(from, from + length));
        await run(Buffer.concat([capture.subarray(0, 16), ...parts]));
      }),
      { numRuns: 60 },
    );
  });

  it('noise behind a good beginning', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 4_000 }), fc.nat(capture.length), async (noise, keep) => {
        await run(Buffer.concat([capture.subarray(0, keep), noise]));
      }),
      { numRuns: 60 },
    );
  });
});
