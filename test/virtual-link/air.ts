import { PacketType } from '../../src/formats/hci.ts';
import { Controller, Reason } from './controller.ts';

/** What becomes of a data packet on the way. */
export type Fate =
  | { readonly kind: 'pass'; readonly packet?: Buffer }
  | { readonly kind: 'lose' }
  | { readonly kind: 'delay'; readonly milliseconds: number };

export const PASS: Fate = { kind: 'pass' };
export const LOSE: Fate = { kind: 'lose' };

/** What happens on the air, for those who want to interfere. */
export interface Interference {
  /** A host has sent a command to its controller, which is about to be done. */
  command?(controller: Controller, opcode: number, data: Buffer): void;
  /** A data packet is under way. */
  packet?(from: Controller, to: Controller, packet: Buffer): Fate;
}

/** The air between virtual controllers: who advertises is heard, who connects is connected, data goes across. */
export class Air {
  readonly controllers: Controller[] = [];
  /** Whom each scanner has heard since its scan began: duplicates are filtered, as hosts ask. */
  readonly heard = new Map<Controller, Set<Controller>>();
  interference: Interference = {};
  #nextHandle = 0x40;

  controller(address: string): Controller {
    const controller = new Controller(this, address);
    this.controllers.push(controller);
    return controller;
  }

  /** Takes a controller out of the air, with all of its connections. */
  remove(controller: Controller): void {
    for (const handle of [...controller.connections.keys()]) {
      this.disconnect(controller, handle, Reason.SUPERVISION, Reason.SUPERVISION);
    }
    controller.isUp = false;
    this.controllers.splice(this.controllers.indexOf(controller), 1);
  }

  commanded(controller: Controller, opcode: number, data: Buffer): void {
    this.interference.command?.(controller, opcode, data);
  }

  /** Lets scanners hear advertisers, and those who want to connect find them. */
  meet(): void {
    const advertisers = this.controllers.filter((one) => one.advertising && one.isUp && one.isInReach);
    for (const controller of this.controllers) {
      if (controller.connecting !== undefined) this.#connect(controller, advertisers);
      if (controller.scanning) this.#hear(controller, advertisers);
    }
  }

  #hear(scanner: Controller, advertisers: readonly Controller[]): void {
    const heard = this.heard.get(scanner) ?? new Set();
    this.heard.set(scanner, heard);
    for (const advertiser of advertisers) {
      if (heard.has(advertiser) || advertiser === scanner || !advertiser.advertising) continue;
      heard.add(advertiser);
      scanner.hears(advertiser);
    }
  }

  #connect(central: Controller, advertisers: readonly Controller[]): void {
    const peripheral = advertisers.find(({ address }) => address === central.connecting);
    if (peripheral === undefined) return;
    const handle = this.#nextHandle;
    this.#nextHandle = 0x40 + ((handle - 0x40 + 1) % 0xe00);
    central.connecting = undefined;
    peripheral.advertising = false;
    peripheral.connected(handle, central, 1);
    central.connected(handle, peripheral, 0);
  }

  /** Ends a connection for both sides. */
  disconnect(controller: Controller, handle: number, here: number, there: number): void {
    const peer = controller.connections.get(handle);
    controller.disconnected(handle, here);
    peer?.disconnected(handle, there);
  }

  /** Ends every connection of a controller, as when its peers went out of reach. */
  drop(controller: Controller): void {
    for (const handle of [...controller.connections.keys()]) {
      this.disconnect(controller, handle, Reason.SUPERVISION, Reason.SUPERVISION);
    }
  }

  /** Switches a controller off: its peers find out by themselves, its host by asking. */
  powerOff(controller: Controller): void {
    for (const [handle, peer] of controller.connections) peer.disconnected(handle, Reason.SUPERVISION);
    controller.powerOff();
  }

  carry(from: Controller, packet: Buffer): void {
    const handle = packet.readUInt16LE(1) & 0xfff;
    const to = from.connections.get(handle);
    from.completed(handle, 1);
    if (to === undefined || !to.isInReach || !from.isInReach) return;
    const fate = this.interference.packet?.(from, to, packet) ?? PASS;
    if (fate.kind === 'lose') return;
    const arrived = received(fate.kind === 'pass' ? (fate.packet ?? packet) : packet);
    const deliver = () => to.connections.has(handle) && to.deliver(arrived);
    if (fate.kind === 'delay') setTimeout(deliver, fate.milliseconds);
    else deliver();
  }
}

/** Hosts send the first fragment of a packet with flag 00, controllers deliver it with 10. */
function received(packet: Buffer): Buffer {
  const head = packet.readUInt16LE(1);
  if (packet[0] !== PacketType.ACL || head >> 12 !== 0) return packet;
  const copy = Buffer.from(packet);
  copy.writeUInt16LE(head | 0x2000, 1);
  return copy;
}
