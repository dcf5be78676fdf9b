/** What is used of ble-host, which has no declarations of its own. */
declare module 'ble-host' {
  export interface Connection {
    readonly disconnected: boolean;
    disconnect(): void;
    on(event: 'disconnect', listener: (reason: number) => void): void;
    readonly gatt: { readonly currentMtu: number };
  }
  export interface Manager {
    readonly gattDb: {
      setDeviceName(name: string): void;
      addServices(services: readonly object[]): void;
    };
    setAdvertisingData(data: Buffer): void;
    setScanResponseData(data: Buffer): void;
    startAdvertising(options: object, callback: (status: number, connection: Connection) => void): void;
  }
  export const BleManager: {
    create(
      transport: object,
      options: object,
      callback: (error: Error | null, manager: Manager) => void,
    ): void;
  };
  export const AttErrors: Readonly<Record<string, number>>;
}
