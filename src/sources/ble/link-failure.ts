/** An operation on a link, or the link itself, failed. The message says what and why, in words for the user. */
export class LinkFailure extends Error {
  override readonly name = 'LinkFailure';
}

/** Why there is no Bluetooth. */
export type BluetoothLack =
  | 'not-linux'
  | 'module-missing'
  | 'module-not-built'
  | 'no-kernel-support'
  | 'no-adapter'
  | 'adapter-off'
  | 'no-permission'
  | 'no-permission-alone'
  | 'adapter-busy'
  | 'no-low-energy';

/** `MODULE` is put in. */
const SENTENCES: Readonly<Record<BluetoothLack, string>> = {
  'not-linux':
    'a live sensor needs Linux, such as a Raspberry Pi; replay, convert and evaluate work here as well',
  'module-missing': 'the Bluetooth module MODULE is not installed; run npm install without --omit=optional',
  'module-not-built':
    'the native part of the Bluetooth module was not built; install a compiler (sudo apt install build-essential python3), then run npm ci',
  'no-kernel-support':
    'this kernel has no Bluetooth (a container or a virtual machine, perhaps); run it on the machine that has the adapter',
  'no-adapter':
    'there is no Bluetooth adapter; plug one in, or on a Raspberry Pi remove dtoverlay=disable-bt from /boot/firmware/config.txt',
  'adapter-off':
    'the Bluetooth adapter is switched off; run sudo rfkill unblock bluetooth && sudo hciconfig hci0 up',
  'no-permission':
    'this user may not use the Bluetooth adapter; run sudo setcap cap_net_raw+eip $(readlink -f $(which node))',
  'no-permission-alone':
    'this user may not have the Bluetooth adapter for itself; run sudo setcap cap_net_admin,cap_net_raw+eip $(readlink -f $(which node))',
  'adapter-busy': 'another program holds the Bluetooth adapter; end it, or run sudo systemctl stop bluetooth',
  'no-low-energy':
    'the Bluetooth adapter knows no Low Energy; use one with Bluetooth 4.0 or later and name it with NOBLE_HCI_DEVICE_ID',
};

/** There is no Bluetooth to work with. The message is one sentence that names the lack and its remedy. */
export class BluetoothUnavailable extends Error {
  override readonly name = 'BluetoothUnavailable';

  /** @param module the package that the lack is about, where it is about one */
  constructor(
    readonly lack: BluetoothLack,
    module = 'noble',
  ) {
    super(SENTENCES[lack].replace('MODULE', module));
  }
}
