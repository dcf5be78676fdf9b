import { Command } from 'commander';
import { loadBeatModel } from '../classify/beat-model.ts';
import { SENSORS } from '../sensors/any-sensor.ts';
import { runCommand, throwing } from './run-command.ts';
import {
  type Agreement,
  added,
  agreement,
  beatsThrough,
  directBeats,
  percentages,
} from './sensor-agreement.ts';

const NONE: Agreement = { direct: 0, heard: 0, both: 0, judged: 0, sameClass: 0 };

/** Prints how far each sensor's beats agree with those of the records themselves, as a table for the docs. */
async function compare(records: readonly string[]): Promise<void> {
  const model = await loadBeatModel();
  const sums = new Map(SENSORS.map(({ name }) => [name, NONE]));
  for (const path of records) {
    const direct = await directBeats(path, model);
    for (const profile of SENSORS) {
      const one = agreement(direct, await beatsThrough(profile, path, model));
      sums.set(profile.name, added(sums.get(profile.name) as Agreement, one));
    }
    process.stderr.write(`${path} done\n`);
  }
  const rows = [...sums].map(([name, sum]) => {
    const { qrs, classes } = percentages(sum);
    return `| ${name} | ${sum.heard} of ${sum.direct} | ${qrs.toFixed(2)} % | ${classes.toFixed(2)} % |`;
  });
  const head = ['| sensor | beats | QRS F1 | same class |', '| --- | --- | --- | --- |'];
  process.stdout.write(`${[...head, ...rows].join('\n')}\n`);
}

const command = throwing(new Command('agreement'))
  .description('Compares the beats of records sent by each sensor with those of the records themselves.')
  .argument('<records...>', 'WFDB records, by their names without extension')
  .action(compare);
process.exitCode = await runCommand(command, process.argv.slice(2));
