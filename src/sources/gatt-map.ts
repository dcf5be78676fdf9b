import { GattType } from '../formats/att-build.ts';
import { fullUuid, uuidFromBytes } from '../formats/uuid.ts';

/** More than any sensor has. */
const MAX_CHARACTERISTICS = 512;

/** The type that marks the declaration of a characteristic. */
export const CHARACTERISTIC_DECLARATION = fullUuid(GattType.CHARACTERISTIC);

/** Which characteristic each handle of a peer stands for, as a captured discovery tells. */
export class GattMap {
  readonly #characteristics = new Map<number, string>();

  /** @param declaration value of a characteristic's declaration: properties, value handle (2), UUID */
  learn(declaration: Uint8Array): void {
    const uuid = uuidFromBytes(declaration.subarray(3));
    if (uuid === undefined || this.#characteristics.size >= MAX_CHARACTERISTICS) return;
    this.#characteristics.set(declaration[1] | (declaration[2] << 8), uuid);
  }

  /** UUID of the characteristic whose value has this handle; undefined where no discovery told. */
  at(valueHandle: number): string | undefined {
    return this.#characteristics.get(valueHandle);
  }

  clear(): void {
    this.#characteristics.clear();
  }
}
