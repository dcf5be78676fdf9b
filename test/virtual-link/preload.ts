import { numbered } from './accounted-signal.ts';
import { Air } from './air.ts';
import { arm, type Stage } from './faults.ts';
import { plugIn } from './hci-socket.ts';
import { LivePatch } from './live-patch.ts';

// Loaded before the program: gives its process a virtual adapter with a patch in reach, and presses Ctrl-C at the
// stage that is named. At the end it tells how long the program took to go, and how it left the patch.

const SAMPLES_A_FRAME = 50;
/** Ten times as fast as a patch. */
const FRAME_EVERY_MS = 20;

const air = new Air();
const adapter = air.controller('00:11:22:33:44:55');
plugIn(adapter);
const patch = await LivePatch.begin(air, 'f6:3a:2c:51:0b:e7');
let stoppedAt: number | undefined;
arm({ air, adapter }, patch, process.env.STOP_AT as Stage, () => {
  stoppedAt = performance.now();
  process.kill(process.pid, 'SIGINT');
});
setInterval(() => patch.take(numbered(patch.taken, SAMPLES_A_FRAME)), FRAME_EVERY_MS).unref();
process.on('exit', () => {
  const took = Math.round(performance.now() - (stoppedAt ?? 0));
  process.stderr.write(`${JSON.stringify({ took, isStarted: patch.isStarted })}\n`);
});
