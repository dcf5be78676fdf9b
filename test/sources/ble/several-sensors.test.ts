import { tap } from 'rxjs';
import { expect, it } from 'vitest';
import { STREAM_CHARACTERISTIC } from '../../../firmware-protocol/index.ts';
import { accountOf } from '../../virtual-link/accounted.ts';
import { numbered } from '../../virtual-link/accounted-signal.ts';
import { describeLink } from '../../virtual-link/describe-link.ts';
import { FAST_BLE, FAST_CENTRAL, LiveBed, until } from '../../virtual-link/live-bed.ts';
import { LivePatch } from '../../virtual-link/live-patch.ts';

const SENSORS = 8;
const FRAMES = 300;
const SAMPLES_A_FRAME = 50;
/** The patch needs a little more signal than a frame's to fill the last one. */
const SENT = FRAMES - 1;
const PATIENT = { ...FAST_CENTRAL, discover: 3_000, operation: 3_000, connect: 300, command: 3_000 };

describeLink('several sensors on one adapter', () => {
  it('stream side by side, and one that is gone costs the others nothing', async () => {
    const bed = new LiveBed(PATIENT);
    const sensors = await Promise.all(
      Array.from({ length: SENSORS }, async (_, n) => {
        const address = `f6:3a:2c:51:0b:0${n}`;
        const patch = await LivePatch.begin(bed.air, address, { ringDepth: 20_000 });
        const seen = { lost: 0, frames: 0 };
        const items = bed.source({ address }, { ...FAST_BLE, silence: 10_000 }).items;
        const account = accountOf(
          items.pipe(
            tap((item) => {
              if (item.kind === 'link' && item.state === 'lost') seen.lost++;
              if (item.kind === 'notification' && item.characteristic === STREAM_CHARACTERISTIC)
                seen.frames++;
            }),
          ),
        );
        return { patch, seen, account };
      }),
    );
    await until(() => sensors.every(({ patch }) => patch.isStarted && patch.peripheral.isSubscribed), 'all');
    const [gone, ...others] = sensors;
    gone.patch.controller.isInReach = false;
    bed.air.drop(gone.patch.controller);
    for (let frame = 0; frame < FRAMES; frame++) {
      await Promise.all(others.map(({ patch }) => patch.take(numbered(patch.taken, SAMPLES_A_FRAME))));
    }
    await until(() => gone.seen.lost === 1, 'the loss');
    await until(() => others.every(({ seen }) => seen.frames === SENT), 'the arrival of every frame');
    expect(others.map(({ seen }) => seen.lost)).toEqual(others.map(() => 0));
    await bed.close();
    for (const { account } of others) {
      const { samples, gaps } = await account;
      expect({ samples, gaps }).toEqual({ samples: SENT * SAMPLES_A_FRAME, gaps: 0 });
    }
  });
});
