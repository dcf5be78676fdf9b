import type { SensorProfile } from '../sensor-profile.ts';
import type { Advertisement } from './central.ts';

/** Which sensor to connect to. What is undefined does not matter. */
export interface SensorChoice {
  /** Kinds that will do. */
  readonly profiles: readonly SensorProfile[];
  /** Part of the name, in any case. */
  readonly name?: string | undefined;
  readonly address?: string | undefined;
}

/**
 * Whether a device that advertises is the sensor. Who names it, or gives its address, need not care what it
 * advertises: some sensors do not tell their service before one connects.
 */
export function isChosen({ profiles, name, address }: SensorChoice, device: Advertisement): boolean {
  if (address !== undefined && device.address !== address.toLowerCase()) return false;
  if (name !== undefined && !device.name?.toLowerCase().includes(name.toLowerCase())) return false;
  return address !== undefined || name !== undefined || profileOf(profiles, device) !== undefined;
}

/** The kind of a device, as far as its advertisement tells. */
export function profileOf(
  profiles: readonly SensorProfile[],
  { services, name = '' }: Advertisement,
): SensorProfile | undefined {
  return profiles.find(
    ({ service, advertisedName }) =>
      services.includes(service) || (advertisedName !== undefined && name.startsWith(advertisedName)),
  );
}
