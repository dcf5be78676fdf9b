import type { Estimate } from '../evaluate/explanations/interval.ts';
import type { Method } from '../explain/window-explanation.ts';
import { BASELINES, CURVE_REFERENCES } from './judge-curves.ts';
import type { ClassJudgement, Judgement, MethodJudgement } from './judge-model.ts';
import type { Stability } from './judge-stability.ts';

/** What was judged of one network, as tables in Markdown. */
export function judgementText({ model, classes }: Judgement): string[] {
  const name = model.toUpperCase();
  return [
    `## ${name}`,
    ...table(
      'Windows of each class, called right by the network',
      ['class', 'available', 'called right', 'judged', 'records'],
      classes.map((c) => [
        c.class,
        String(c.available),
        percent(c.right),
        String(c.windows),
        String(c.records),
      ]),
    ),
    ...table(
      'Claims of the figure',
      ['class', 'the figure shows', 'tested', 'windows', 'holds in', 'verdict'],
      classes.flatMap((c) =>
        c.claims.map(({ figure, statement, holds, verdict }) => [
          c.class,
          figure,
          statement,
          `${holds.count} of ${holds.records} records`,
          percentEstimate(holds),
          verdict,
        ]),
      ),
    ),
    ...table(
      'Areas under deletion (low is good) and insertion (high is good) curves',
      ['class', 'reference', 'curve', ...methodsOf(classes), ...BASELINES],
      classes.flatMap(areaRows(methodsOf(classes))),
    ),
    ...table(
      'Lead over the best baseline, with 95 % interval over records; above 0 is better than every baseline',
      [
        'class',
        'method',
        ...CURVE_REFERENCES.flatMap((r) => [`deletion, ${r}`, `insertion, ${r}`]),
        'baselines beaten',
      ],
      classes.flatMap((c) => perMethod(c, (m, method) => [c.class, method, ...leadCells(m)])),
    ),
    ...table(
      'Where the relevance lies: brightest sample in the beat and in its QRS, share of relevance in the beat, and the beat’s part of the window',
      ['class', 'method', 'points into the beat', 'into its QRS', 'mass in the beat', 'its area'],
      classes.flatMap((c) =>
        perMethod(c, (m, method) => [
          c.class,
          method,
          plainEstimate(m.pointing),
          plainEstimate(m.pointingQrs),
          plainEstimate(m.mass),
          two(m.beatArea),
        ]),
      ),
    ),
    ...table(
      'Share of relevance in each wave of all beats; in brackets, over what an even spread would give',
      ['class', 'method', 'P zone', 'QRS', 'ST-T', 'baseline'],
      classes.flatMap((c) =>
        perMethod(c, (m, method) => [
          c.class,
          method,
          ...(['P', 'QRS', 'ST-T', 'baseline'] as const).map(
            (wave) => `${percent(m.shares[wave])} (${m.densities[wave].toFixed(1)})`,
          ),
        ]),
      ),
    ),
    ...table(
      'Sanity: rank correlation with the map of the network whose last layers are shuffled (mean of three shuffles), and, with all of them shuffled, apart from what both share with the energy of the signal; with the energy itself; with maps of other windows of the class; with the map of the network trained with another seed',
      [
        'class',
        'method',
        'shuffled 1 … all layers',
        'beyond energy',
        'energy',
        'other windows',
        'trained again',
      ],
      classes.flatMap((c) =>
        perStability(c, ({ randomised, beyondEnergy, energy, otherWindows, retrained }) => [
          randomised.map(two).join(' '),
          two(beyondEnergy),
          two(energy),
          two(otherWindows),
          retrained === undefined ? '–' : two(retrained),
        ]),
      ),
    ),
    ...table(
      'Stability: rank correlation after a shift of 24 ms; how far the map follows a beat that moves (1) or stays in the window (0)',
      ['class', 'method', 'shift', 'follows'],
      classes.flatMap((c) => perStability(c, ({ shifted, follows }) => [two(shifted), two(follows)])),
    ),
    ...table(
      'Trained again: the first method on the same windows, by the network itself and by those of other seeds',
      ['class', 'points into the beat', 'mass in the beat', 'claim holds in'],
      classes.flatMap(({ class: of, retrained }) =>
        retrained.length > 1
          ? [
              [
                of,
                retrained.map(({ pointing }) => two(pointing)).join(' '),
                retrained.map(({ mass }) => two(mass)).join(' '),
                retrained.map(({ claims }) => claims.map(percent).join()).join(', '),
              ],
            ]
          : [],
      ),
    ),
    ...table(
      'The mask: rounds, converged, processor seconds a window, probability left, rank correlation of two seeds',
      ['class', 'rounds', 'converged', 's', 'left', 'seeds'],
      classes.map(({ class: of, mask, seeds }) => [
        of,
        mask.rounds.toFixed(0),
        percent(mask.converged),
        two(mask.seconds),
        two(mask.after),
        two(seeds),
      ]),
    ),
    ...table(
      'int8 against float: same class, mean distance of the probability; of Grad-CAM rank correlation, overlap of the top fifth, root mean square',
      ['class', 'same class', 'probability', 'rank correlation', 'top fifth', 'root mean square'],
      classes.flatMap(({ class: of, int8 }) =>
        int8
          ? [
              [
                of,
                percent(int8.sameClass),
                int8.probability.toFixed(3),
                ...[int8.spearman, int8.topFifth, int8.rootMeanSquare].map((value) =>
                  value === undefined ? '–' : value.toFixed(3),
                ),
              ],
            ]
          : [],
      ),
    ),
  ];
}

function methodsOf(classes: readonly ClassJudgement[]): Method[] {
  return Object.keys(classes[0]?.methods ?? {}) as Method[];
}

function perMethod(
  { methods }: ClassJudgement,
  row: (judged: MethodJudgement, method: string) => string[],
): string[][] {
  return Object.entries(methods).map(([method, judged]) => row(judged, method));
}

function perStability(
  { class: of, methods }: ClassJudgement,
  cells: (stability: Stability) => string[],
): string[][] {
  return Object.entries(methods).flatMap(([method, { stability }]) =>
    stability ? [[of, method, ...cells(stability)]] : [],
  );
}

function areaRows(methods: readonly Method[]) {
  return (c: ClassJudgement): string[][] =>
    CURVE_REFERENCES.flatMap((reference) =>
      (['deletion', 'insertion'] as const).map((curve) => [
        c.class,
        reference,
        curve,
        ...methods.map((method) => area(c.methods[method]?.curves[reference]?.[curve])),
        ...BASELINES.map((baseline) => area(c.baselines[reference]?.[baseline][curve])),
      ]),
    );
}

function area(of: Estimate | undefined): string {
  return of === undefined ? '–' : of.mean.toFixed(3);
}

/** The smallest lead over any baseline, curve by curve; and how many of all comparisons are won beyond doubt. */
function leadCells({ leads }: MethodJudgement): string[] {
  let won = 0;
  let all = 0;
  const cells = CURVE_REFERENCES.flatMap((reference) =>
    (['deletion', 'insertion'] as const).map((curve) => {
      const over = Object.values(leads[reference] ?? {}).map((lead) => lead[curve]);
      won += over.filter(({ low }) => low > 0).length;
      all += over.length;
      const least = over.reduce((a, b) => (b.mean < a.mean ? b : a));
      return `${signed(least.mean)} (${signed(least.low)} to ${signed(least.high)})`;
    }),
  );
  return [...cells, `${won} of ${all}`];
}

function table(title: string, head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  // The name of a baseline holds strokes itself.
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return ['', `${title}:`, '', line(head), line(head.map(() => '---')), ...rows.map(line)];
}

function percentEstimate({ mean, low, high, records }: Estimate): string {
  const note = records === 1 ? ', one patient' : '';
  return `${percent(mean)} (${percent(low)} to ${percent(high)}${note})`;
}

function plainEstimate({ mean, low, high }: Estimate): string {
  return `${two(mean)} (${two(low)} to ${two(high)})`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}

function two(value: number): string {
  return Number.isNaN(value) ? '–' : value.toFixed(2);
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;
}
