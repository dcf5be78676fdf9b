import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadBeatModel } from '../../src/classify/beat-model.ts';
import { agreement, beatsThrough, directBeats, percentages } from '../../src/cli/sensor-agreement.ts';
import { SENSORS } from '../../src/sensors/any-sensor.ts';
import { describeWithData } from '../shared-data.ts';

/** A record with many ventricular beats and fusions, whose classes hang by a thread. */
const RECORD = 'mitdb/208';
const SECONDS = 600;

/** What is asked of a sensor: percent of the direct way's beats and classes. */
const LEAST: Readonly<Record<string, { qrs: number; classes: number }>> = {
  patch: { qrs: 100, classes: 100 },
  'polar-h10': { qrs: 99.8, classes: 97 },
  movesense: { qrs: 99.8, classes: 97 },
  'healthypi-move': { qrs: 99.8, classes: 97 },
};

describeWithData('one record by way of every sensor', (data) => {
  const path = join(data, RECORD);

  it.each(SENSORS)('$name: the gateway decides as it does on the record itself', async (profile) => {
    const model = await loadBeatModel();
    const direct = await directBeats(path, model, SECONDS);
    const heard = await beatsThrough(profile, path, model, SECONDS);
    const { qrs, classes } = percentages(agreement(direct, heard));
    expect(direct.length).toBeGreaterThan(1_000);
    expect(qrs).toBeGreaterThanOrEqual(LEAST[profile.name].qrs);
    expect(classes).toBeGreaterThanOrEqual(LEAST[profile.name].classes);
  });
});
