import { join } from 'node:path';
import { Command } from 'commander';
import { modelsFolder } from '../classify/card-file.ts';
import { loadRhythmModel } from '../classify/rhythm-model.ts';
import { RHYTHM_CLASSES } from '../classify/rhythm-verdict.ts';
import { loadNetwork } from '../explain/network.ts';
import { writeWhole } from '../outputs/write-whole.ts';
import { type Judgement, judgeModel } from './judge-model.ts';
import { judgementText } from './judge-text.ts';
import { WindowSet } from './judge-windows.ts';
import { runCommand, throwing } from './run-command.ts';
import { UsageError } from './usage-error.ts';

interface JudgeOptions {
  readonly models?: string;
  readonly records?: string;
  readonly windows: number;
  readonly curves: number;
  readonly repeats: number;
  readonly out?: string;
}

/** Judges the explanations of the rhythm models on labelled windows, and prints the tables of the document. */
async function judge(stem: string, options: JudgeOptions): Promise<void> {
  const set = await WindowSet.read(stem);
  const records = options.records === undefined ? undefined : new Set(options.records.split(','));
  const folder = options.models ?? modelsFolder();
  const judged: Judgement[] = [];
  for (const model of ['cnn', 'lstm'] as const) {
    const network = await loadNetwork(join(folder, `rhythm-${model}.weights.json`));
    const int8 = options.models === undefined ? await loadRhythmModel(model) : undefined;
    const say = (what: string) => process.stderr.write(`${model}: ${what}\n`);
    const one = await judgeModel(
      model,
      network,
      int8,
      set,
      { ...options, records, classes: RHYTHM_CLASSES },
      say,
    );
    process.stdout.write(`${judgementText(one).join('\n')}\n\n`);
    judged.push(one);
  }
  if (options.out !== undefined) await writeWhole(options.out, [JSON.stringify(judged)]);
}

function count(option: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < 1) {
      throw new UsageError(`${option} ${text} is no count; give a whole number above 0`);
    }
    return value;
  };
}

const command = throwing(new Command('judge'))
  .description('Judges the explanations of the rhythm models on windows that export-windows wrote.')
  .argument('<stem>', 'the windows: a path without .json and .windows.f32')
  .option('--models <folder>', 'folder with rhythm-*.weights.json (default: the models that ship)')
  .option('--records <list>', 'windows of these records only, with commas between')
  .option('--windows <n>', 'windows of each class, drawn by a seed', count('--windows'), 100)
  .option('--curves <n>', 'of those, windows with deletion and insertion curves', count('--curves'), 40)
  .option('--repeats <n>', 'of those, windows that are explained again and again', count('--repeats'), 10)
  .option('--out <file>', 'write everything, for npm run figures')
  .action(judge);
process.exitCode = await runCommand(command, process.argv.slice(2));
