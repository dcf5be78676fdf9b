import { numbered } from './accounted-signal.ts';
import { Air } from './air.ts';
import { arm, type Stage } from './faults.ts';
import { plugIn } from './hci-socket.ts';
import { LivePatch } from './live-patch.ts';

// Loaded before the program: gives its process a virtual adapter with patches in reach, and presses Ctrl-C at the
// stage that is named, or when all patches have streamed for a while. At the end it tells how long the program took
// to go, and how it left the patches.

const SAMPLES_A_FRAME = 50;
/** Ten times as fast as a patch. */
const FRAME_EVERY_MS = 20;

/** Until all have streamed for a while. */
const ENOUGH_FRAMES = 40;

const air = new Air();
const adapter = air.controller('00:11:22:33:44:55');
plugIn(adapter);
const patches = await Promise.all(
  Array.from({ length: Number(process.env.PATCHES ?? 1) }, (_, n) =>
    LivePatch.begin(air, `f6:3a:2c:51:0b:e${n}`, { name: `Patch ${n}` }),
  ),
);
let stoppedAt: number | undefined;
const stop = () => {
  if (stoppedAt !== undefined) return;
  stoppedAt = performance.now();
  process.kill(process.pid, 'SIGINT');
};
const { STOP_AT: stage } = process.env;
if (stage !== undefined) arm({ air, adapter }, patches[0], stage as Stage, stop);
setInterval(() => {
  for (const patch of patches) patch.take(numbered(patch.taken, SAMPLES_A_FRAME));
  if (stage === undefined && patches.every((patch) => patch.peripheral.framesOnLink > ENOUGH_FRAMES)) stop();
}, FRAME_EVERY_MS).unref();
process.on('exit', () => {
  const took = Math.round(performance.now() - (stoppedAt ?? 0));
  const isStarted = patches.some((patch) => patch.isStarted);
  process.stderr.write(`${JSON.stringify({ took, isStarted })}\n`);
});
