import { dirname, join } from 'node:path';
import { Command, Option } from 'commander';
import { modelsFolder } from '../classify/card-file.ts';
import { loadRhythmModel } from '../classify/rhythm-model.ts';
import { RHYTHM_CLASSES, type RhythmClass } from '../classify/rhythm-verdict.ts';
import { type FloatNetwork, loadNetwork } from '../explain/network.ts';
import { writeWhole } from '../outputs/write-whole.ts';
import { type Judgement, judgeModel, type ModelName, type Networks } from './judge-model.ts';
import { judgementText } from './judge-text.ts';
import { WindowSet } from './judge-windows.ts';
import { runCommand, throwing } from './run-command.ts';
import { UsageError } from './usage-error.ts';

const MODELS = ['cnn', 'lstm'] as const;

interface JudgeOptions {
  readonly protocol: 'random' | 'patients';
  readonly models: readonly ModelName[];
  readonly classes: readonly RhythmClass[];
  readonly windows: number;
  readonly curves: number;
  readonly repeats: number;
  readonly retrained: number;
  readonly out?: string;
}

/** Judges the explanations of the rhythm models on labelled windows, and prints the tables of the document. */
async function judge(stem: string, options: JudgeOptions): Promise<void> {
  const set = await WindowSet.read(stem);
  const judged: Judgement[] = [];
  const find = options.protocol === 'patients' ? networksOfFolds : networksOfSeeds;
  for (const model of options.models) {
    const networks = await find(model, set, dirname(stem), options);
    const say = (what: string) => process.stderr.write(`${model}: ${what}\n`);
    const one = await judgeModel(model, networks, set, options, say);
    process.stdout.write(`${judgementText(one).join('\n')}\n\n`);
    judged.push(one);
  }
  if (options.out !== undefined) await writeWhole(options.out, [JSON.stringify(judged)]);
}

/**
 * The paper's protocol: the network that ships, and the windows of the random split that it was not trained on; to
 * compare with, its int8 form and the same network trained with other seeds.
 */
async function networksOfSeeds(
  model: ModelName,
  { division }: WindowSet,
  build: string,
  { retrained }: JudgeOptions,
): Promise<Networks> {
  const network = await loadNetwork(join(modelsFolder(), weights(model)));
  const others: FloatNetwork[] = [];
  for (let seed = 1; seed <= retrained; seed++) {
    others.push(await loadNetwork(join(build, `seed-${seed}`, weights(model))));
  }
  return {
    of: (position) => (division.part[position] === 'test' ? network : undefined),
    retrained: others,
    int8: await loadRhythmModel(model),
  };
}

/** Between patients: for each window the network of its fold, which never saw the patient. */
async function networksOfFolds(
  model: ModelName,
  { division }: WindowSet,
  build: string,
  { retrained }: JudgeOptions,
): Promise<Networks> {
  if (retrained > 0)
    throw new UsageError('--retrained is for --protocol random; leave it out between patients');
  const folds = [...new Set(division.fold)].filter((fold) => fold >= 0);
  const networks = new Map<number, FloatNetwork>();
  for (const fold of folds) {
    networks.set(fold, await loadNetwork(join(build, `fold-${fold}`, weights(model))));
  }
  return { of: (position) => networks.get(division.fold[position]), retrained: [], int8: undefined };
}

function weights(model: ModelName): string {
  return `rhythm-${model}.weights.json`;
}

function count(option: string, least = 1): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least) {
      throw new UsageError(`${option} ${text} is no count; give a whole number from ${least} on`);
    }
    return value;
  };
}

/** Reads a list of names with commas between. */
function listOf<Name extends string>(option: string, known: readonly Name[]) {
  return (text: string): readonly Name[] =>
    text.split(',').map((name) => {
      const found = known.find((one) => one === name);
      if (found === undefined) {
        throw new UsageError(`${option} ${name} is not known; choose of ${known.join(',')}`);
      }
      return found;
    });
}

const command = throwing(new Command('judge'))
  .description('Judges the explanations of the rhythm models on windows that models/training/paper made.')
  .argument('<stem>', 'the windows: a path without .json, .windows.f32 and .division.json')
  .addOption(
    new Option(
      '--protocol <name>',
      "the paper's random split with the models that ship, or folds of patients",
    )
      .choices(['random', 'patients'])
      .default('random'),
  )
  .option('--models <list>', 'these models only', listOf('--models', MODELS), MODELS)
  .option('--classes <list>', 'these classes only', listOf('--classes', RHYTHM_CLASSES), RHYTHM_CLASSES)
  .option(
    '--windows <n>',
    'windows of each class, drawn by a seed; more than there are takes all',
    count('--windows'),
    50,
  )
  .option('--curves <n>', 'of those, windows with deletion and insertion curves', count('--curves'), 20)
  .option('--repeats <n>', 'of those, windows that are explained again and again', count('--repeats'), 5)
  .option(
    '--retrained <n>',
    'networks trained with other seeds, in seed-1, seed-2 … beside the windows, to compare with',
    count('--retrained', 0),
    0,
  )
  .option('--out <file>', 'write everything, for npm run paper-figures')
  .action(judge);
process.exitCode = await runCommand(command, process.argv.slice(2));
