import { HEART_RATE_MEASUREMENT } from '../formats/standard-services.ts';
import type { SensorProfile } from '../sources/sensor-profile.ts';
import type { Notification } from '../sources/source.ts';
import type { Stage } from '../stage.ts';
import { HEALTHYPI_MOVE, HealthyPiMoveDriver } from './healthypi-move.ts';
import { MOVESENSE, MovesenseDriver } from './movesense.ts';
import { PATCH, PatchDriver } from './patch.ts';
import { POLAR_H10, PolarH10Driver } from './polar-h10.ts';
import type { SensorDriver, SensorItem } from './sensor.ts';
import { StandardServicesDriver } from './standard-services.ts';

/** Every sensor that the gateway understands, the patch first. */
export const SENSORS: readonly SensorProfile[] = [PATCH, POLAR_H10, MOVESENSE, HEALTHYPI_MOVE];

/**
 * Decodes whatever sensor it hears. Nobody has to say which one it is: each notification goes to the driver that
 * owns its characteristic, and no two sensors share one. Characteristics of nobody are left alone.
 */
export class AnySensor implements Stage<Notification, SensorItem> {
  readonly takes = ['notification'] as const;
  readonly #drivers: readonly SensorDriver[] = [
    new PatchDriver(),
    new PolarH10Driver(),
    new MovesenseDriver(),
    new HealthyPiMoveDriver(),
    new StandardServicesDriver(),
  ];
  readonly #byCharacteristic = new Map(
    this.#drivers.flatMap((driver) => driver.characteristics.map((one) => [one, driver] as const)),
  );
  /** Straps tell of lost skin contact beside the heart rate, and not in their frames. */
  #leadOff = false;

  push(notification: Notification): readonly SensorItem[] {
    const items = this.#byCharacteristic.get(notification.characteristic)?.push(notification) ?? [];
    return items.map((item) => {
      if (item.kind === 'sensor-status' && notification.characteristic === HEART_RATE_MEASUREMENT) {
        this.#leadOff = item.leadOff ?? this.#leadOff;
      }
      return item.kind === 'block' && this.#leadOff ? { ...item, leadOff: true } : item;
    });
  }

  flush(): readonly SensorItem[] {
    return this.#drivers.flatMap((driver) => driver.flush());
  }
}
