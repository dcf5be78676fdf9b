import Module from 'node:module';
import { SENSORS } from '../../src/sensors/any-sensor.ts';
import { bleSource } from '../../src/sources/ble/ble-source.ts';
import { NobleCentral } from '../../src/sources/ble/noble-central.ts';
import type { SourceItem } from '../../src/sources/source.ts';
import { Air } from './air.ts';
import type { Controller } from './controller.ts';
import { plugIn } from './hci-socket.ts';

// Loaded before `beatlens simulate`: gives its process a virtual adapter to take for itself, and a gateway in reach.
// The gateway loses the link once, and presses Ctrl-C when it has heard enough. At the end it tells what it heard.

/** More than were sent before the link was lost. */
const LOSE_AFTER = 8;
/** Long enough for several frames. */
const MISSING_MS = 800;
const STOP_AFTER = 32;

const air = new Air();
const patchAdapter: Controller & { close?: () => void } = air.controller('f6:3a:2c:51:0b:e7');
patchAdapter.close = () => air.remove(patchAdapter);
const loader = Module as unknown as { _load: (request: string, ...rest: unknown[]) => unknown };
const load = loader._load;
loader._load = (request, ...rest) =>
  request === 'hci-socket' ? (process.env.UNPLUGGED ? failing : OwnSocket) : load(request, ...rest);

/** In the place of ble-host's socket: a constructor may give what it likes. */
function OwnSocket(): Controller {
  return patchAdapter;
}

function failing(): never {
  const code = process.env.UNPLUGGED;
  throw Object.assign(new Error(`Could not bind socket hci0: ${code}`), { code });
}

const heard: SourceItem[] = [];
if (!process.env.UNPLUGGED) listen();

function listen(): void {
  const adapter = air.controller('00:11:22:33:44:55');
  plugIn(adapter);
  let frames = 0;
  const choice = { profiles: SENSORS, name: 'patch left' };
  const source = bleSource({ central: new NobleCentral(), choice, stop: new AbortController().signal });
  source.items.subscribe((item) => {
    heard.push(item);
    if (item.kind !== 'notification' || item.via !== 'notification') return;
    frames++;
    if (frames === LOSE_AFTER) loseFor(MISSING_MS, adapter);
    if (frames === STOP_AFTER) process.kill(process.pid, 'SIGINT');
  });
}

function loseFor(milliseconds: number, adapter: Controller): void {
  patchAdapter.isInReach = false;
  air.drop(adapter);
  setTimeout(() => {
    patchAdapter.isInReach = true;
    air.meet();
  }, milliseconds);
}

process.on('exit', () => {
  const values = heard.flatMap((item) =>
    item.kind === 'notification' ? [[item.characteristic, Buffer.from(item.value).toString('hex')]] : [],
  );
  const states = heard.flatMap((item) => (item.kind === 'link' ? [item.state] : []));
  process.stderr.write(`${JSON.stringify({ values, states })}\n`);
});
