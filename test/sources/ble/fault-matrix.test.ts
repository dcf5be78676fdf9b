import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { from } from 'rxjs';
import { afterAll, expect, it } from 'vitest';
import type { NobleName } from '../../../src/sources/ble/noble.ts';
import { accountOf } from '../../virtual-link/accounted.ts';
import { numbered } from '../../virtual-link/accounted-signal.ts';
import { describeLink } from '../../virtual-link/describe-link.ts';
import { arm, FAULTS, STAGES, type Stage } from '../../virtual-link/faults.ts';
import { openSockets } from '../../virtual-link/hci-socket.ts';
import { FAST_CENTRAL, LiveBed, statesOf, until } from '../../virtual-link/live-bed.ts';
import { LivePatch } from '../../virtual-link/live-patch.ts';

const ADDRESS = 'f6:3a:2c:51:0b:e7';
const SAMPLES_A_FRAME = 50;
/** A hundred times as fast as it is … */
const FRAME_EVERY_MS = 2;
/** … but for the first frames of a link, while the gateway asks for what it has missed. */
const FRESH_FRAME_EVERY_MS = 12;
const FRESH_FRAMES = 8;
/** Until it streams again, at the short time-outs of this test. */
const RECOVERS_WITHIN_MS = 4_000;

/** A patch that never ceases to measure. */
function measureOn(patch: LivePatch) {
  let isDone = false;
  const done = (async () => {
    while (!isDone) {
      await patch.take(numbered(patch.taken, SAMPLES_A_FRAME));
      const isFresh = patch.peripheral.framesOnLink < FRESH_FRAMES;
      await new Promise((resolve) => setTimeout(resolve, isFresh ? FRESH_FRAME_EVERY_MS : FRAME_EVERY_MS));
    }
  })();
  return async () => {
    isDone = true;
    await done;
  };
}

/** Streams, is struck by a fault at a stage, and streams again; then every sample must be accounted for. */
async function weather(stage: Stage, fault: (typeof FAULTS)[string], noble?: NobleName) {
  const before = [process.listenerCount('SIGINT'), process.listenerCount('exit'), openSockets()];
  const bed = new LiveBed(FAST_CENTRAL, noble);
  const patch = await LivePatch.begin(bed.air, ADDRESS, { ringDepth: 20_000 });
  const struckAt = arm(bed, patch, stage, fault);
  const items = bed.listen();
  const enough = measureOn(patch);
  const streams = (since: number) =>
    until(() => statesOf(items).at(-1) === 'streaming' && items.length > since, 'streaming again');
  let recoveredAt = 0;
  const streamOn = async () => {
    await streams(items.length + 20);
    if (struckAt() !== undefined && recoveredAt === 0) recoveredAt = performance.now();
  };
  try {
    await streamOn();
    // The gateway notices a sensor that sends nothing, disconnects, comes back, and asks for what it missed.
    patch.isMute = true;
    await until(() => statesOf(items).at(-1) !== 'streaming', 'noticing the silence');
    patch.isMute = false;
    await streamOn();
    await until(() => struckAt() !== undefined, 'the fault');
    await streamOn();
    await until(() => patch.peripheral.framesSinceBackfill > 20, 'the end of the backfill');
  } finally {
    await enough();
    await new Promise((resolve) => setTimeout(resolve, 20));
    await bed.close();
  }
  const after = [process.listenerCount('SIGINT'), process.listenerCount('exit'), openSockets()];
  expect(after).toEqual(before);
  return { account: await accountOf(from(items)), milliseconds: recoveredAt - (struckAt() as number) };
}

const PAGE = fileURLToPath(new URL('../../../docs/live.md', import.meta.url));

describeLink('a live link', () => {
  const rows: string[] = [];
  afterAll(async () => {
    if (rows.length < Object.keys(FAULTS).length) return; // Only some were run.
    const page = (await readFile(PAGE, 'utf8')).replace(/ +/g, ' ').split('\n');
    expect(page).toEqual(expect.arrayContaining([`| fault | ${STAGES.join(' | ')} |`, ...rows]));
  });

  for (const [name, fault] of Object.entries(FAULTS)) {
    it(`streams again when ${name}, at whatever stage`, async () => {
      const cells: string[] = [];
      for (const stage of STAGES) {
        const { account, milliseconds } = await weather(stage, fault);
        expect(milliseconds, stage).toBeLessThan(RECOVERS_WITHIN_MS);
        expect(account.samples, stage).toBeGreaterThan(1_000);
        cells.push('✓');
      }
      rows.push(`| ${name} | ${cells.join(' | ')} |`);
    });
  }
});

describeLink(
  'a live link over @stoprocent/noble',
  () => {
    // Each fault and each stage; all of the matrix takes a minute, and BEATLENS_BLUETOOTH=stoprocent.
    it.each(
      Object.entries(FAULTS).map(([name, fault], n) => ({ name, fault, stage: STAGES[n % STAGES.length] })),
    )('streams again when $name, $stage', async ({ stage, fault }) => {
      const { account, milliseconds } = await weather(stage, fault, 'stoprocent');
      expect(milliseconds).toBeLessThan(RECOVERS_WITHIN_MS);
      expect(account.samples).toBeGreaterThan(1_000);
    });
  },
  'stoprocent',
);
