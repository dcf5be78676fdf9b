// What is used of ble-host 1.0.3, which has no declarations of its own, and is not there when optional dependencies
// are left out.

export interface HostConnection {
  readonly disconnected: boolean;
  readonly gatt: { readonly currentMtu: number };
  on(event: 'disconnect', listener: (reason: number) => void): void;
  disconnect(): void;
}

export interface HostManager {
  readonly gattDb: { addServices(services: readonly object[]): void };
  setAdvertisingData(data: Buffer): void;
  setScanResponseData(data: Buffer): void;
  startAdvertising(options: object, callback: (status: number, connection: HostConnection) => void): void;
}

export interface BleHost {
  readonly BleManager: {
    create(
      transport: object,
      options: object,
      callback: (error: Error | null, manager: HostManager) => void,
    ): void;
  };
  readonly AttErrors: Readonly<Record<string, number>>;
}
