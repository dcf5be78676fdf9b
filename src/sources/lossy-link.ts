import {
  CONTROL_CHARACTERISTIC,
  INFO_CHARACTERISTIC,
  STREAM_CHARACTERISTIC,
} from '../../firmware-protocol/index.ts';
import { BackfillRequests } from './backfill-requests.ts';
import { seededRandom } from './seeded-random.ts';
import type { SimulatedPatch } from './simulated/patch.ts';
import type { SensorMessage } from './simulated/simulated-sensor.ts';
import type { Notification, SourceItem } from './source.ts';

const LATENCY_MS = 20;
/** From a request to its answer. */
const ROUND_TRIP_MS = 60;
/** Frames of backfill that a link has room for between two live ones. */
const BACKFILL_A_FRAME = 4;
/** Between frames that follow each other at once. */
const SPACING_MS = 5;

export interface LinkFaults {
  /** Share of frames that never arrive, backfill included. */
  readonly loss: number;
  /** When the link is lost: seconds after the first sample. */
  readonly outages: readonly { readonly from: number; readonly to: number }[];
  /** Frames arrive late by up to this, evenly spread, milliseconds. */
  readonly jitterMs: number;
  readonly seed: number;
}

/**
 * What a gateway hears of a patch over a bad link. The gateway asks for what is missing, and the patch sends what
 * its ring still holds.
 *
 * @param beginsMs when the patch takes its first sample, Unix time
 */
export function* overLossyLink(
  patch: SimulatedPatch,
  signal: Iterable<Float32Array>,
  faults: LinkFaults,
  beginsMs: number,
): Generator<SourceItem> {
  const random = seededRandom(faults.seed);
  const requests = new BackfillRequests();
  let nowMs = beginsMs;
  let connected = true;

  function* arrive(
    { characteristic, value }: Omit<SensorMessage, 'readyAt'>,
    atMs: number,
  ): Generator<Notification> {
    if (characteristic === STREAM_CHARACTERISTIC && random() < faults.loss) return;
    // Nothing overtakes: what is late delays what comes after.
    nowMs = Math.max(nowMs + SPACING_MS, atMs);
    const via = characteristic === CONTROL_CHARACTERISTIC ? 'indication' : 'notification';
    yield { kind: 'notification', characteristic, via, value, receivedAtMs: nowMs };
    const request = requests.hear(characteristic, value);
    if (request !== undefined) {
      yield* arrive(patch.write(CONTROL_CHARACTERISTIC, request), nowMs + ROUND_TRIP_MS);
    }
  }

  function* send(message: SensorMessage): Generator<SourceItem> {
    const readyMs = beginsMs + message.readyAt * 1000;
    const isOut = faults.outages.some(({ from, to }) => message.readyAt >= from && message.readyAt < to);
    if (isOut === connected) {
      connected = !isOut;
      nowMs = Math.max(nowMs, readyMs);
      yield { kind: 'link', state: connected ? 'connected' : 'lost', receivedAtMs: nowMs };
      if (isOut) {
        patch.linkLost();
        requests.linkLost();
      }
    }
    if (isOut) return;
    yield* arrive(message, readyMs + LATENCY_MS + random() * faults.jitterMs);
    for (let n = 0; n < BACKFILL_A_FRAME; n++) {
      const backfill = patch.sendBackfill();
      if (backfill === undefined) return;
      yield* arrive(backfill, nowMs);
    }
  }

  yield { kind: 'link', state: 'connected', receivedAtMs: nowMs };
  yield* arrive({ characteristic: INFO_CHARACTERISTIC, value: patch.read(INFO_CHARACTERISTIC) }, nowMs);
  for (const block of signal) for (const message of patch.push(block)) yield* send(message);
  for (const message of patch.flush()) yield* send(message);
}
