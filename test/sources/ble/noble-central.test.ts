import { filter, firstValueFrom } from 'rxjs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CONTROL_CHARACTERISTIC, STREAM_CHARACTERISTIC } from '../../../firmware-protocol/index.ts';
import type { Advertisement } from '../../../src/sources/ble/central.ts';
import { LinkFailure } from '../../../src/sources/ble/link-failure.ts';
import { NOBLES, type NobleName } from '../../../src/sources/ble/noble.ts';
import { LOSE } from '../../virtual-link/air.ts';
import { describeLink } from '../../virtual-link/describe-link.ts';
import { heapUsed } from '../../virtual-link/heap.ts';
import { FAST_CENTRAL, LiveBed, until } from '../../virtual-link/live-bed.ts';
import { LivePatch } from '../../virtual-link/live-patch.ts';

const ADDRESS = 'f6:3a:2c:51:0b:e7';
const ADVERTISERS = 20_000;
const AT_ONCE = 100;
const MOST_GROWTH_BYTES = 4e6;

for (const noble of NOBLES) describeLink(`NobleCentral over @${noble}/noble`, () => tests(noble), noble);

function tests(noble: NobleName) {
  let bed: LiveBed;
  let patch: LivePatch;
  beforeEach(async () => {
    bed = new LiveBed(FAST_CENTRAL, noble);
    patch = await LivePatch.begin(bed.air, ADDRESS);
    await bed.central.ready();
  });
  afterEach(() => bed.close());

  const found = (address = ADDRESS): Promise<Advertisement> =>
    firstValueFrom(bed.central.advertisements.pipe(filter((device) => device.address === address)));

  async function connected() {
    const link = await bed.central.connect(await found());
    await link.discover();
    return link;
  }

  it('takes no larger MTU than it has asked for', async () => {
    expect((await connected()).mtu).toBe(256);
  });

  it('ends every operation that is pending when the link is lost, and every later one', async () => {
    const link = await connected();
    bed.air.interference = { packet: () => LOSE };
    const pending = [
      link.discover(),
      link.read(STREAM_CHARACTERISTIC),
      link.write(CONTROL_CHARACTERISTIC, Uint8Array.of(1, 2)),
      link.subscribe(STREAM_CHARACTERISTIC, () => {}),
    ];
    setTimeout(() => bed.air.drop(bed.adapter), 10);
    for (const operation of pending) await expect(operation).rejects.toThrow(/supervision time-out/);
    await expect(link.write(CONTROL_CHARACTERISTIC, Uint8Array.of(1))).rejects.toThrow(LinkFailure);
    await link.disconnect();
  });

  it('takes a link down that does not answer', async () => {
    const link = await connected();
    bed.air.interference = { packet: () => LOSE };
    await expect(link.write(CONTROL_CHARACTERISTIC, Uint8Array.of(1))).rejects.toThrow(/took longer than/);
    expect(link.over.aborted).toBe(true);
    await until(() => !patch.peripheral.isConnected, 'the disconnection');
  });

  it('gives up connecting to a device that has gone, and can connect to the next', async () => {
    const device = await found();
    patch.controller.isInReach = false;
    await expect(bed.central.connect(device)).rejects.toThrow(/connecting took longer/);
    patch.controller.isInReach = true;
    expect((await connected()).address).toBe(ADDRESS);
  });

  it('does not connect twice to a device, and says so at once', async () => {
    const device = await found();
    const link = await bed.central.connect(device);
    await expect(bed.central.connect(device)).rejects.toThrow(`${ADDRESS} is connected to already`);
    expect(link.over.aborted).toBe(false);
  });

  it('tells whoever joins a scan of all devices, the first one too', async () => {
    const heard: string[] = [];
    const first = bed.central.advertisements.subscribe(({ address }) => heard.push(address));
    await until(() => heard.length > 0, 'the first scan');
    expect((await found()).address).toBe(ADDRESS);
    first.unsubscribe();
  });

  it(`does not grow with ${ADVERTISERS} devices, and still finds one among them`, async () => {
    const scan = bed.central.advertisements.subscribe();
    await until(() => bed.adapter.scanning, 'the scan');
    const before = heapUsed();
    for (let n = 0; n < ADVERTISERS; n++) {
      const address = `c0:00:00:00:${(n >> 8).toString(16).padStart(2, '0')}:${(n & 0xff).toString(16).padStart(2, '0')}`;
      const advertisement = Buffer.from([2, 1, 6]);
      bed.adapter.report(0, address, advertisement);
      bed.adapter.report(4, address, advertisement);
      if (n % AT_ONCE === 0) await new Promise(setImmediate);
    }
    await new Promise(setImmediate);
    expect(heapUsed() - before).toBeLessThan(MOST_GROWTH_BYTES);
    expect((await connected()).address).toBe(ADDRESS);
    scan.unsubscribe();
  });

  it('keeps links apart: one that sends nonsense does not cost the other', async () => {
    const other = await LivePatch.begin(bed.air, 'f6:3a:2c:51:0b:e8');
    const link = await connected();
    const neighbour = await bed.central.connect(await found('f6:3a:2c:51:0b:e8'));
    await neighbour.discover();
    bed.air.interference = {
      packet: (from, _to, packet) =>
        from === patch.controller
          ? { kind: 'pass', packet: Buffer.from(packet.subarray(0, 6)) }
          : { kind: 'pass' },
    };
    await link.read(STREAM_CHARACTERISTIC).catch(() => {});
    expect(link.over.aborted).toBe(true);
    bed.air.interference = {};
    const heard: Uint8Array[] = [];
    await neighbour.subscribe(CONTROL_CHARACTERISTIC, (value) => heard.push(value));
    await neighbour.write(CONTROL_CHARACTERISTIC, Uint8Array.of(3, 9));
    await until(() => heard.length === 1, 'the answer');
    expect(other.peripheral.isConnected).toBe(true);
  });
}
