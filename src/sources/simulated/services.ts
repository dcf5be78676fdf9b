import { CharacteristicProperty, type ServiceSpec } from '../../formats/att-build.ts';
import {
  BATTERY_LEVEL,
  DEVICE_INFORMATION_SERVICE,
  FIRMWARE_REVISION,
  MANUFACTURER_NAME,
  MODEL_NUMBER,
  SERIAL_NUMBER,
} from '../../formats/standard-services.ts';
import { fullUuid } from '../../formats/uuid.ts';

const { READ } = CharacteristicProperty;

/** Generic Access with the device's name and appearance, which every peripheral has. */
export const GENERIC_ACCESS: ServiceSpec = {
  uuid: fullUuid(0x1800),
  characteristics: { [fullUuid(0x2a00)]: READ, [fullUuid(0x2a01)]: READ },
};

export const DEVICE_INFORMATION: ServiceSpec = {
  uuid: DEVICE_INFORMATION_SERVICE,
  characteristics: {
    [MANUFACTURER_NAME]: READ,
    [MODEL_NUMBER]: READ,
    [SERIAL_NUMBER]: READ,
    [FIRMWARE_REVISION]: READ,
  },
};

const BATTERY_PERCENT = 85;

/** What a simulated sensor says of itself. */
export interface DeviceTexts {
  readonly maker: string;
  readonly model: string;
  readonly serial: string;
  readonly firmware: string;
}

/** What reading a characteristic of Device Information or Battery gives. */
export function standardValue(characteristic: string, texts: DeviceTexts): Uint8Array {
  switch (characteristic) {
    case BATTERY_LEVEL:
      return Uint8Array.of(BATTERY_PERCENT);
    case MANUFACTURER_NAME:
      return ascii(texts.maker);
    case MODEL_NUMBER:
      return ascii(texts.model);
    case SERIAL_NUMBER:
      return ascii(texts.serial);
    default:
      return ascii(texts.firmware);
  }
}

/** As much as every peripheral takes. */
const MAX_TEXT = 24;

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text.replace(/[^\x20-\x7e]/g, '?').slice(0, MAX_TEXT));
}
