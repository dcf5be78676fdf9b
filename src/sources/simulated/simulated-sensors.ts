import { SimulatedHealthyPiMove } from './healthypi-move.ts';
import { SimulatedMovesense } from './movesense.ts';
import { SimulatedPatch } from './patch.ts';
import { SimulatedPolarH10 } from './polar-h10.ts';
import type { SimulatedSensor } from './simulated-sensor.ts';

/** Makes a sensor that measures a signal: its rate in hertz, and what to call it, such as the name of a record. */
type MakeSensor = (rate: number, serial: string) => SimulatedSensor;

/** Every sensor that can be simulated, by the name of its profile. */
export const SIMULATED_SENSORS: Readonly<Record<string, MakeSensor>> = {
  patch: (rate, serial) => new SimulatedPatch(rate, { serial }),
  'polar-h10': (rate, serial) => new SimulatedPolarH10(rate, serial),
  movesense: (rate, serial) => new SimulatedMovesense(rate, serial),
  'healthypi-move': (rate, serial) => new SimulatedHealthyPiMove(rate, serial),
};
