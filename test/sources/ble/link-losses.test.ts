import { tap } from 'rxjs';
import { expect, it } from 'vitest';
import type { LinkState } from '../../../src/sources/source.ts';
import { accountOf } from '../../virtual-link/accounted.ts';
import { numbered } from '../../virtual-link/accounted-signal.ts';
import { describeLink } from '../../virtual-link/describe-link.ts';
import { openSockets } from '../../virtual-link/hci-socket.ts';
import { heapUsed } from '../../virtual-link/heap.ts';
import { FAST_BLE, FAST_CENTRAL, LiveBed, until } from '../../virtual-link/live-bed.ts';
import { LivePatch } from '../../virtual-link/live-patch.ts';

const LOSSES = 1_000;
const SAMPLES_A_FRAME = 50;
/** The first rounds fill caches and compile. */
const WARM_UP = 500;
/** What any link, buffer or timer that a loss left behind would exceed; what a collection leaves varies by less. */
const HEAP_BYTES_A_LOSS = 4_000;
/** Time-outs that a busy machine does not meet by itself. */
const PATIENT = { ...FAST_CENTRAL, discover: 2_000, operation: 2_000, connect: 2_000, command: 2_000 };

describeLink('a link that is lost again and again', () => {
  it(`comes back ${LOSSES} times, with every sample accounted for and nothing that grows`, async () => {
    const bed = new LiveBed(PATIENT);
    const patch = await LivePatch.begin(bed.air, 'f6:3a:2c:51:0b:e7', { ringDepth: 5_000 });
    const seen: Record<LinkState, number> = {
      scanning: 0,
      connecting: 0,
      connected: 0,
      streaming: 0,
      lost: 0,
      waiting: 0,
    };
    const source = bed.source({}, { ...FAST_BLE, silence: 5_000, backOff: { least: 1, most: 2 } });
    const account = accountOf(source.items.pipe(tap((item) => item.kind === 'link' && seen[item.state]++)));
    const takeFrame = async () => {
      await patch.take(numbered(patch.taken, SAMPLES_A_FRAME));
      await new Promise(setImmediate);
    };

    let before = footprint();
    for (let loss = 1; loss <= LOSSES; loss++) {
      await until(() => patch.isStarted && patch.peripheral.isSubscribed, `return ${loss}`);
      while (seen.streaming < loss) await takeFrame();
      bed.air.drop(bed.adapter);
      await takeFrame();
      if (loss === WARM_UP) before = footprint();
    }
    const after = footprint();

    await until(() => patch.peripheral.isSubscribed, 'the last return');
    while (seen.streaming <= LOSSES) await takeFrame();
    await bed.close();
    const { samples, missing } = await account;
    expect(seen.lost).toBe(LOSSES + 1);
    expect(samples).toBeGreaterThan(LOSSES * SAMPLES_A_FRAME);
    // All but what it had taken before the first start and after the last loss.
    expect(patch.taken - (samples + missing)).toBeLessThanOrEqual(3 * SAMPLES_A_FRAME);
    expect({ ...after, heap: 0 }).toEqual({ ...before, heap: 0 });
    expect((after.heap - before.heap) / (LOSSES - WARM_UP), 'bytes a loss').toBeLessThan(HEAP_BYTES_A_LOSS);
  });
});

/** What must not grow. */
function footprint() {
  return {
    heap: heapUsed(),
    exit: process.listenerCount('exit'),
    interrupt: process.listenerCount('SIGINT'),
    sockets: openSockets(),
    timers: process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length,
  };
}
