import type { Decoded } from '../formats/decoded.ts';
import {
  BATTERY_LEVEL,
  decodeBatteryLevel,
  decodeHeartRate,
  decodeText,
  FIRMWARE_REVISION,
  HEART_RATE_MEASUREMENT,
  MANUFACTURER_NAME,
  MODEL_NUMBER,
  SERIAL_NUMBER,
} from '../formats/standard-services.ts';
import type { Notification } from '../sources/source.ts';
import { badFrame } from './bad-frame.ts';
import type { SensorDriver, SensorInfo, SensorItem, SensorStatus } from './sensor.ts';

/** What each text of the device information service says. */
const TEXTS: Readonly<Record<string, (text: string) => Omit<SensorInfo, 'kind' | 'receivedAtMs'>>> = {
  [MANUFACTURER_NAME]: (maker) => ({ maker }),
  [MODEL_NUMBER]: (model) => ({ model }),
  [SERIAL_NUMBER]: (serial) => ({ serial }),
  [FIRMWARE_REVISION]: (firmware) => ({ firmware }),
};

/**
 * The driver of the services that most sensors have: Heart Rate, of which it takes rate and skin contact, Battery
 * and Device Information. Source of all bytes: `formats/standard-services.ts`.
 */
export class StandardServicesDriver implements SensorDriver {
  readonly takes = ['notification'] as const;
  readonly characteristics = [HEART_RATE_MEASUREMENT, BATTERY_LEVEL, ...Object.keys(TEXTS)];

  push({ characteristic, value, receivedAtMs }: Notification): readonly SensorItem[] {
    const item = <T>(part: string, decoded: Decoded<T>, make: (value: T) => SensorItem): SensorItem[] => [
      decoded.ok ? make(decoded.value) : badFrame(part, decoded.reason, receivedAtMs),
    ];
    const status = (fields: Partial<SensorStatus>): SensorStatus => ({
      kind: 'sensor-status',
      receivedAtMs,
      ...fields,
    });
    switch (characteristic) {
      case HEART_RATE_MEASUREMENT:
        return item('heart rate', decodeHeartRate(value), ({ rate, contact }) =>
          status({ heartRate: rate, ...(contact !== undefined && { leadOff: !contact }) }),
        );
      case BATTERY_LEVEL:
        return item('battery', decodeBatteryLevel(value), (batteryPercent) => status({ batteryPercent }));
      default:
        return item('device information', decodeText(value), (text) => ({
          kind: 'sensor-info',
          receivedAtMs,
          ...TEXTS[characteristic](text),
        }));
    }
  }

  flush(): readonly SensorItem[] {
    return [];
  }
}
