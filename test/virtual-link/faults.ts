import { AttOpcode } from '../../src/formats/att.ts';
import { PacketType } from '../../src/formats/hci.ts';
import { type Fate, LOSE, PASS } from './air.ts';
import type { Controller } from './controller.ts';
import type { LiveBed } from './live-bed.ts';
import type { LivePatch } from './live-patch.ts';

/** Where an attribute packet begins in a data packet: after HCI's and L2CAP's headers. */
const ATT = 9;
const BACKFILL_REQUEST = 0x10;
const LEAST_MTU = 23;
const Command = { SCAN: 0x200c, CONNECT: 0x200d, DISCONNECT: 0x0406 } as const;

const REQUESTS: ReadonlySet<number> = new Set([
  AttOpcode.MTU_REQUEST,
  AttOpcode.READ_BY_TYPE_REQUEST,
  AttOpcode.READ_BY_GROUP_REQUEST,
  AttOpcode.READ_REQUEST,
  AttOpcode.WRITE_REQUEST,
]);

export const STAGES = [
  'scanning',
  'connecting',
  'discovering',
  'subscribing',
  'streaming',
  'backfilling',
  'disconnecting',
] as const;
export type Stage = (typeof STAGES)[number];

/** What a fault does to the packets that come after it; undefined where it is over. */
type Meddler = (from: Controller, packet: Buffer) => Fate | undefined;

/** What of a bed faults touch. */
type Place = Pick<LiveBed, 'air' | 'adapter'>;

interface Scene {
  readonly bed: Place;
  readonly patch: LivePatch;
  /** The fault goes on: packets pass through its hands until it says no more. */
  meddle(meddler: Meddler): void;
}

export const FAULTS: Readonly<Record<string, (scene: Scene) => void>> = {
  'the link is lost': ({ bed }) => {
    setImmediate(() => bed.air.drop(bed.adapter));
  },
  'the sensor goes out of reach and comes back': ({ bed, patch }) => {
    const { controller } = patch;
    controller.isInReach = false;
    setTimeout(() => bed.air.drop(bed.adapter), 60);
    setTimeout(() => {
      controller.isInReach = true;
      bed.air.meet();
    }, 120);
  },
  'the sensor falls silent and the link stays': ({ bed, meddle }) => {
    let silent: number | undefined;
    meddle((_from, packet) => {
      silent ??= handleOf(packet);
      if (!bed.adapter.connections.has(silent)) return undefined;
      return handleOf(packet) === silent ? LOSE : PASS;
    });
  },
  'a packet is lost': ({ bed, meddle }) => meddle(once((from) => from !== bed.adapter, LOSE)),
  'packets come late': ({ bed, meddle }) => {
    const ends = performance.now() + 60;
    meddle((from) => {
      const left = ends - performance.now();
      if (left <= 0) return undefined;
      return from === bed.adapter ? PASS : { kind: 'delay', milliseconds: left };
    });
  },
  'a request is answered with an error': ({ bed, meddle }) => meddle(answeredWith(bed, 0x0e)),
  'a request is answered with Invalid PDU': ({ bed, meddle }) => meddle(answeredWith(bed, 0x04)),
  'the sensor sends nonsense': ({ bed, meddle }) => {
    const nonsense = [
      [0x1b, 0x01], // a notification that ends within its handle
      [AttOpcode.READ_BY_GROUP_RESPONSE, 6],
      [AttOpcode.READ_BY_TYPE_RESPONSE, 21, 1],
      [0xff, 0xff, 0xff, 0xff],
    ];
    meddle((from, packet) => {
      if (from === bed.adapter) return PASS;
      const pdu = nonsense.shift();
      return pdu && { kind: 'pass', packet: attPacket(handleOf(packet), pdu) };
    });
  },
  'a packet is shorter than its header': ({ bed, meddle }) => {
    meddle((from, packet) =>
      from === bed.adapter ? PASS : { kind: 'pass', packet: Buffer.from(packet.subarray(0, 6)) },
    );
    setTimeout(() => meddle(() => undefined), 20);
  },
  'the MTU stays at 23': ({ meddle }) => {
    let answers = 0;
    meddle((_from, packet) => {
      if (answers > 0) return undefined;
      const opcode = packet[ATT];
      if (opcode !== AttOpcode.MTU_REQUEST && opcode !== AttOpcode.MTU_RESPONSE) return PASS;
      if (opcode === AttOpcode.MTU_RESPONSE) answers++;
      return { kind: 'pass', packet: attPacket(handleOf(packet), [opcode, LEAST_MTU, 0]) };
    });
  },
  'the adapter is switched off and on': ({ bed }) => {
    bed.air.powerOff(bed.adapter);
    setTimeout(() => {
      bed.adapter.isUp = true;
    }, 1_100);
  },
  'the adapter wedges': ({ bed }) => {
    bed.adapter.isWedged = true;
  },
};

/** Has a fault strike when a stage is reached. @returns whether it has struck */
export function arm(bed: Place, patch: LivePatch, stage: Stage, fault: (scene: Scene) => void) {
  let struckAt: number | undefined;
  let notifications = 0;
  let meddler: Meddler | undefined;
  const strike = () => {
    if (struckAt !== undefined) return;
    struckAt = performance.now();
    fault({
      bed,
      patch,
      meddle: (next) => {
        meddler = next;
      },
    });
  };
  const reached: Readonly<Record<Stage, (opcode: number, pdu: Buffer) => boolean>> = {
    scanning: (command, data) => command === Command.SCAN && data[0] === 1,
    connecting: (command) => command === Command.CONNECT,
    disconnecting: (command) => command === Command.DISCONNECT,
    discovering: (_, pdu) => pdu[0] === AttOpcode.READ_BY_GROUP_REQUEST,
    subscribing: (_, pdu) => pdu[0] === AttOpcode.WRITE_REQUEST && pdu.length === 5,
    streaming: (_, pdu) => pdu[0] === AttOpcode.NOTIFICATION && ++notifications === 10,
    backfilling: (_, pdu) => pdu[0] === AttOpcode.WRITE_REQUEST && pdu[3] === BACKFILL_REQUEST,
  };
  bed.air.interference = {
    command: (controller, opcode, data) => {
      if (controller === bed.adapter && reached[stage](opcode, data)) strike();
    },
    packet: (from, _to, packet) => {
      if (reached[stage](0, packet.subarray(ATT))) strike();
      const fate = meddler?.(from, packet);
      if (fate === undefined) meddler = undefined;
      return fate ?? PASS;
    },
  };
  return () => struckAt;
}

function once(fits: (from: Controller, packet: Buffer) => boolean, fate: Fate): Meddler {
  let isDone = false;
  return (from, packet) => {
    if (isDone) return undefined;
    if (!fits(from, packet)) return PASS;
    isDone = true;
    return fate;
  };
}

/** In the place of the sensor, the air answers the gateway's next request. */
function answeredWith(bed: Place, code: number): Meddler {
  return once((from, packet) => {
    const opcode = packet[ATT];
    if (from !== bed.adapter || !REQUESTS.has(opcode)) return false;
    const error = attPacket(handleOf(packet), [AttOpcode.ERROR, opcode, 1, 0, code]);
    error.writeUInt16LE(handleOf(packet) | 0x2000, 1);
    bed.adapter.deliver(error);
    return true;
  }, LOSE);
}

function handleOf(packet: Buffer): number {
  return packet.readUInt16LE(1) & 0xfff;
}

/** As a host sends it. */
function attPacket(handle: number, pdu: readonly number[]): Buffer {
  const length = pdu.length;
  return Buffer.from([PacketType.ACL, handle & 0xff, handle >> 8, length + 4, 0, length, 0, 4, 0, ...pdu]);
}
