import Module, { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import { type BluetoothLack, BluetoothUnavailable } from '../../../src/sources/ble/link-failure.ts';
import { NOBLES, type NobleName } from '../../../src/sources/ble/noble.ts';
import { NobleCentral } from '../../../src/sources/ble/noble-central.ts';
import { Air } from '../../virtual-link/air.ts';
import { type Controller, VERSION_WITHOUT_LOW_ENERGY } from '../../virtual-link/controller.ts';
import { describeLink } from '../../virtual-link/describe-link.ts';
import { openSockets, plugIn } from '../../virtual-link/hci-socket.ts';
import { FAST_CENTRAL } from '../../virtual-link/live-bed.ts';

type Load = (request: string, ...rest: unknown[]) => unknown;
const loader = Module as unknown as { _load: Load };
/** Of a folder in which nothing is installed. */
const loadNothing = createRequire('/nowhere/at.js') as Load;

/** Makes the modules that are named be missing, while `work` is done. */
async function without(modules: RegExp, work: () => Promise<void>): Promise<void> {
  const load = loader._load;
  const loadOthers: Load = (request, ...rest) => {
    if (!modules.test(request)) return load(request, ...rest);
    loader._load = load;
    try {
      return loadNothing(request);
    } finally {
      loader._load = loadOthers;
    }
  };
  loader._load = loadOthers;
  try {
    await work();
  } finally {
    loader._load = load;
  }
}

/** What is said where the Bluetooth of a machine is lacking. */
async function lackOf(noble: NobleName): Promise<BluetoothUnavailable> {
  const central = new NobleCentral(noble, FAST_CENTRAL);
  try {
    await central.ready();
  } catch (error) {
    expect(error).toBeInstanceOf(BluetoothUnavailable);
    return error as BluetoothUnavailable;
  } finally {
    await central.close();
  }
  return expect.unreachable();
}

/** The lack that a machine shows, with a remedy that can be typed in, and nothing left behind. */
async function expectLack(noble: NobleName, lack: BluetoothLack, remedy: string): Promise<void> {
  const before = [process.listenerCount('SIGINT'), process.listenerCount('exit'), openSockets()];
  const found = await lackOf(noble);
  expect(found.lack).toBe(lack);
  expect(found.message).toContain(remedy);
  expect(found.message).toMatch(/^[^.\n]*\S; /);
  expect([process.listenerCount('SIGINT'), process.listenerCount('exit'), openSockets()]).toEqual(before);
}

for (const noble of NOBLES) {
  describeLink(
    `without Bluetooth, @${noble}/noble`,
    () => {
      // First: a module that was loaded once is not asked for again.
      it('is missing', () =>
        without(/noble/, async () => {
          await expectLack(noble, 'module-missing', 'run npm install without --omit=optional');
          expect((await lackOf(noble)).message).toContain(`@${noble}/noble is not installed`);
        }));

      it('has no native part', () =>
        without(/bluetooth[-_]hci[-_]socket/, () =>
          expectLack(noble, 'module-not-built', 'sudo apt install build-essential python3'),
        ));

      const machine = async (
        prepare: (adapter: Controller) => void,
        ...[lack, remedy]: [BluetoothLack, string]
      ) => {
        const adapter = new Air().controller('00:11:22:33:44:55');
        prepare(adapter);
        const unplug = plugIn(adapter);
        await expectLack(noble, lack, remedy).finally(unplug);
      };

      it('finds the adapter off', () =>
        machine(
          (adapter) => {
            adapter.isUp = false;
          },
          'adapter-off',
          'sudo rfkill unblock bluetooth',
        ));

      it('finds an adapter that knows no Low Energy', () =>
        machine(
          (adapter) => {
            adapter.version = VERSION_WITHOUT_LOW_ENERGY;
          },
          'no-low-energy',
          'NOBLE_HCI_DEVICE_ID',
        ));

      it('finds no adapter', async () => {
        const unplug = plugIn(undefined);
        await expectLack(noble, 'no-adapter', 'plug one in').finally(unplug);
      });

      it('may not use the adapter', async () => {
        const unplug = plugIn(new Air().controller('00:11:22:33:44:55'), 'permission');
        await expectLack(noble, 'no-permission', 'sudo setcap cap_net_raw+eip').finally(unplug);
      });

      it('finds a kernel without Bluetooth', async () => {
        const unplug = plugIn(undefined, 'kernel');
        await expectLack(noble, 'no-kernel-support', 'this kernel has no Bluetooth').finally(unplug);
      });
    },
    noble,
  );
}
