import { clockTime, counted } from '../../outputs/numbers.ts';
import { htmlPage } from '../../outputs/picture/html-page.ts';
import { text } from '../../outputs/picture/markup.ts';
import type { Bootstrapped } from '../bootstrap.ts';
import type { RoundedFigures, RoundedScore } from '../figures.ts';
import type { Spread } from '../quantile.ts';
import type { WorstStretch } from '../worst-stretch.ts';
import { CHART_STYLE } from './chart.ts';
import { CHARTS_STYLE, offsetChart, reliabilityChart, rocChart } from './charts.ts';
import type { EvaluationReport, GroupFigures, PeaksReport } from './evaluation-report.ts';
import { EVALUATION_STYLE } from './evaluation-style.ts';
import { labelOf, STRIP_STYLE, strip } from './strip.ts';

/** The worst thirty seconds of a record. */
export interface WorstOf {
  readonly record: string;
  readonly stretch: WorstStretch;
}

const STYLE = [CHART_STYLE, CHARTS_STYLE, STRIP_STYLE, EVALUATION_STYLE].join('\n');

/** A report as one page of HTML that needs nothing else. */
export function evaluationPage(report: EvaluationReport, worst: readonly WorstOf[]): string {
  const body = [
    header(report),
    headline(report),
    gross(report),
    confusions(report),
    probabilities(report.own),
    placesAndDelays(report),
    eachRecord(report),
    worstStretches(report, worst),
    footer(),
  ];
  return htmlPage(`beatlens: evaluation on ${report.database}`, body.join('\n'), STYLE);
}

function header({ database, model, records, own }: EvaluationReport): string {
  const { time, beats } = own.groups[0];
  const facts = [
    ['model', model],
    ['records', `${records}, ${clockTime(time)} h, ${counted(beats, 'beat')}`],
    [
      'counting',
      'ANSI/AAMI EC57, whole records, one lead, matches within 150 ms; records with paced beats count for QRS detection only',
    ],
    ['intervals', '95 %, bootstrap over patients (201 and 202 are one)'],
  ];
  const rows = facts.map(([name, value]) => `<dt>${name}</dt><dd>${text(value)}</dd>`);
  return `<header><p class="brand">beatlens</p><h1>Evaluation on ${text(database)}</h1><dl>${rows.join('')}</dl></header>`;
}

/** What is asked first, in large figures. */
function headline({ own }: EvaluationReport): string {
  const all = own.groups[0];
  const about = own.groups.find(({ name }) => name === own.about) ?? all;
  const normal = own.groups.find(({ name }) => name.startsWith('normal rhythm'));
  const tile = (value: string, what: string, of: string) =>
    `<div class="tile"><p class="value">${value}</p><p>${what}</p><p class="note">${text(of)}</p></div>`;
  const f1 = (group: GroupFigures, task: 'qrs' | 'qrsWithin50ms' | 'veb' | 'sveb', what: string) =>
    tile(`${percent(group[task]?.f1)} %`, what, `${group.name}${within(group, `${task}.f1`)}`);
  const alerts =
    normal?.falseAlerts &&
    tile(
      normal.falseAlerts.perHour.toFixed(1),
      'false alerts an hour',
      `${normal.name}; ${normal.falseAlerts.perDay.toFixed(0)}\u00a0in\u00a024\u00a0h`,
    );
  return `<section class="tiles">${[
    f1(all, 'qrs', 'QRS F1'),
    f1(all, 'qrsWithin50ms', 'QRS F1 within 50 ms'),
    f1(about, 'veb', 'VEB F1'),
    f1(about, 'sveb', 'SVEB F1'),
    alerts ?? '',
  ].join('')}</section>`;
}

function within({ intervals }: GroupFigures, of: Bootstrapped): string {
  const found = intervals?.[of];
  return found === undefined ? '' : `, ${range(found)}`;
}

function range([low, high]: readonly [number, number]): string {
  return `${low.toFixed(1)}–${high.toFixed(1)}`;
}

function gross(report: EvaluationReport): string {
  return `<section><h2>Gross figures</h2>
<p>Percent, with intervals. On the gateway’s own R peaks, missed and extra beats count against it; on those of the reference, only its judgement does.</p>
<div class="wide"><table class="figures"><thead>
<tr><th></th><th></th>${'QRS VEB SVEB'
    .split(' ')
    .map((task) => `<th class="task" colspan="3">${task}</th>`)
    .join('')}<th></th><th class="number first">false alerts</th></tr>
<tr><th></th><th class="number">beats</th>${'<th class="number first">Se</th><th class="number">+P</th><th class="number">F1</th>'.repeat(3)}<th class="number first">accuracy</th><th class="number first">an hour</th></tr>
</thead>${groupRows('own R peaks', report.own)}${groupRows('reference R peaks', report.reference)}</table></div></section>`;
}

const SCORES = ['se', 'ppv', 'f1'] as const;

function groupRows(title: string, { groups }: PeaksReport): string {
  const cells = (group: GroupFigures, task: 'qrs' | 'veb' | 'sveb') =>
    SCORES.map((field, n) => {
      const interval = group.intervals?.[`${task}.${field}`];
      const note = interval ? `<br><span class="note">${range(interval)}</span>` : '';
      return `<td class="number${n === 0 ? ' first' : ''}">${percent(group[task]?.[field])}${note}</td>`;
    }).join('');
  const rows = groups.map((group) => {
    const accuracy = group.intervals?.accuracy;
    return `<tr><th scope="row">${text(group.name)}<br><span class="note">${counted(group.records.length, 'record')}</span></th>
<td class="number">${group.beats.toLocaleString('en')}</td>${cells(group, 'qrs')}${cells(group, 'veb')}${cells(group, 'sveb')}
<td class="number first">${percent(group.accuracy)}${accuracy ? `<br><span class="note">${range(accuracy)}</span>` : ''}</td>
<td class="number first">${group.falseAlerts?.perHour.toFixed(1) ?? '–'}</td></tr>`;
  });
  return `<tbody><tr class="head"><th colspan="13">${title}</th></tr>${rows.join('')}</tbody>`;
}

function confusions({ own, reference }: EvaluationReport): string {
  return `<section><h2>What was called what</h2>
<p>Beats of ${text(own.about)}; rows are the reference, columns the gateway. The shade is the share of the row. ∅: no such beat.</p>
<div class="pair">${confusionTable('own R peaks', own)}${confusionTable('reference R peaks', reference)}</div></section>`;
}

function confusionTable(title: string, { confusion }: PeaksReport): string {
  const rows = Object.entries(confusion).map(([truth, answers]) => {
    const counts = [...'nsvfqo'].map((answer) => answers[answer]);
    const total = counts.reduce((sum, count) => sum + (count ?? 0), 0);
    const cells = counts.map((count, n) => {
      if (count === undefined) return '<td></td>';
      const right = truth.toLowerCase() === 'nsvfqo'[n];
      const part = total === 0 ? 0 : count / total;
      // Never quite empty where there is something.
      const shade = count === 0 ? 0 : 8 + 62 * part;
      return `<td class="number ${right ? 'right' : 'wrong'}" style="--shade:${shade.toFixed(0)}%">${count.toLocaleString('en')}</td>`;
    });
    return `<tr><th scope="row">${truth === 'O' ? '∅' : truth}</th>${cells.join('')}</tr>`;
  });
  const head = [...'NSVFQ∅'].map((letter) => `<th class="number" scope="col">${letter}</th>`).join('');
  return `<div class="wide"><h3>${title}</h3><table class="confusion"><thead><tr><th></th>${head}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}

function probabilities({ about, reliability, roc }: PeaksReport): string {
  const reliabilities = (['S', 'V'] as const).flatMap((name) => {
    const found = reliability[name];
    if (found === null) return [];
    const caption = `${name}: expected error ${(100 * found.expectedError).toFixed(1)} points, Brier score ${found.brier.toFixed(3)}`;
    return figure(reliabilityChart(name, found), caption);
  });
  const areas = (['S', 'V'] as const).flatMap((name) => {
    const curve = roc[name];
    if (curve === null) return [];
    return `<i class="swatch class-${name}-key"></i>${name}: area ${curve.auc.toFixed(4)}, dot at ${(100 * curve.chosen.sensitivity).toFixed(1)} % and ${(100 * curve.chosen.falsePositiveRate).toFixed(2)} %`;
  });
  const curves = areas.length > 0 ? [figure(rocChart(roc), areas.join('<br>'))] : [];
  const shown = [...curves, ...reliabilities];
  if (shown.length === 0) return '';
  return `<section><h2>Probabilities</h2>
<p>Beats of ${text(about)} that were found, on own R peaks, and judged. First, how well a probability tells its class from the others: the dot is where the gateway’s own calls stand. Then, whether a class comes as often as its probability says: on the dashed line it does; bars are 95 % intervals of the share.</p>
<div class="cards">${shown.join('')}</div></section>`;
}

function figure(picture: string, caption: string): string {
  return `<figure>${picture}<figcaption>${caption}</figcaption></figure>`;
}

function placesAndDelays({ offset, delays, own }: EvaluationReport): string {
  const row = (what: string, of: Spread | null) =>
    of === null
      ? ''
      : `<tr><th scope="row">${what}</th>${[of.median, of.mad, of.p5, of.p95, of.p99, of.max].map((value) => `<td class="number">${value.toFixed(0).replace('-', '−')}</td>`).join('')}</tr>`;
  const share =
    offset === null
      ? ''
      : `<p>${offset.within50ms.toFixed(2)} % of the matched beats lie within 50 ms of the reference.</p>`;
  const chart = offset === null ? '' : figure(offsetChart(offset), 'the outermost bars hold all beyond');
  return `<section><h2>R peaks: where and when</h2>
<p>Milliseconds, for ${text(own.groups[0].name)} on own R peaks. Delays are in stream time, the filters’ own included; a verdict waits for the next R peak, at the most 1.5 s.</p>
<div class="pair"><div><div class="wide"><table><thead><tr><th></th>${['median', 'MAD', '5 %', '95 %', '99 %', 'most'].map((name) => `<th class="number">${name}</th>`).join('')}</tr></thead><tbody>
${row('offset from the reference', offset)}${row('R peak to its decision', delays.rPeak)}${row('R peak to its verdict', delays.verdict)}${row('verdict after it was due', delays.overdue)}
</tbody></table></div>${share}</div>${chart}</div></section>`;
}

function eachRecord({ own, reference, worst }: EvaluationReport): string {
  const pictured = new Set(worst.map(({ record }) => record));
  const cells = (score: RoundedScore | null, fields: readonly (keyof RoundedScore)[]) =>
    fields.map((field) => `<td class="number">${percent(score?.[field])}</td>`).join('');
  const ofTask = (score: RoundedScore | null, onReference: RoundedScore | null) =>
    `<td class="number first">${truth(score)}</td>${cells(score, SCORES)}${cells(onReference, ['f1'])}`;
  const rows = own.records.map((figures: RoundedFigures & { readonly record: string }, n) => {
    const { record, beats, qrs, veb, sveb, accuracy } = figures;
    const onReference = reference.records[n];
    const name = pictured.has(record) ? `<a href="#worst-${text(record)}">${text(record)}</a>` : text(record);
    return `<tr><th scope="row">${name}</th><td class="number">${beats.toLocaleString('en')}</td>${cells(qrs, SCORES)}${ofTask(veb, onReference.veb)}${ofTask(sveb, onReference.sveb)}<td class="number first">${percent(accuracy)}</td></tr>`;
  });
  const task =
    '<th class="number first">beats</th><th class="number">Se</th><th class="number">+P</th><th class="number">F1</th><th class="number">F1 ref.</th>';
  return `<section><h2>Each record</h2>
<p>On own R peaks; <i>F1 ref.</i> is on those of the reference. A record leads to its worst thirty seconds.</p>
<div class="wide"><table class="figures"><thead><tr><th></th><th></th><th class="task" colspan="3">QRS</th><th class="task" colspan="5">VEB</th><th class="task" colspan="5">SVEB</th><th></th></tr>
<tr><th></th><th class="number">beats</th><th class="number">Se</th><th class="number">+P</th><th class="number">F1</th>${task}${task}<th class="number first">accuracy</th></tr></thead>
<tbody>${rows.join('')}</tbody></table></div></section>`;
}

/** Beats that were to be found. */
function truth(score: RoundedScore | null): string {
  return score === null ? '–' : (score.tp + score.fn).toLocaleString('en');
}

function worstStretches({ records }: EvaluationReport, worst: readonly WorstOf[]): string {
  const without = records - worst.length;
  const articles = worst.map(({ record, stretch }) => {
    const { from, errors, errorsInRecord } = stretch;
    return `<article class="worst" id="worst-${text(record)}"><h3><b>${text(record)}</b> <span class="time">from ${clockTime(from)}</span> <span class="sureness">${errors} of the record’s ${counted(errorsInRecord, 'error')}</span></h3>
${strip(stretch)}${reasons(stretch)}</article>`;
  });
  return `<section><h2>The worst thirty seconds of each record</h2>
<p>Where most beats were missed, made up or misjudged, on own R peaks. Over a beat stands its class, a dot for a normal one; where the answer was wrong, the reference’s class and the gateway’s (N→S), − before a missed beat’s, or + before an extra one’s. Flagged beats are coloured, and drawn broader, by how much the verdict rests on that place; a large square is 0.2 s wide and 0.5 mV high.</p>
<p class="key">nothing <i class="ramp"></i> most</p>
${without > 0 ? `<p>${counted(without, 'record')} had no error.</p>` : ''}
${articles.join('\n')}</section>`;
}

/** Why beats were flagged that should not have been, or otherwise. */
function reasons({ beats }: WorstStretch): string {
  const flagged = beats.filter(({ wrong, explanation }) => wrong && explanation !== undefined);
  if (flagged.length === 0) return '';
  const items = flagged.map(
    (beat) =>
      `<li><b>${labelOf(beat)}</b> <span class="time">${clockTime(beat.time)}</span> ${text(beat.explanation?.sentence ?? '')}</li>`,
  );
  return `<details><summary>why ${flagged.length === 1 ? 'one beat was' : `${flagged.length} beats were`} wrongly flagged</summary><ul>${items.join('')}</ul></details>`;
}

function footer(): string {
  return '<footer><p>Made by beatlens; this page loads nothing and sends nothing. It shows people’s ECG: keep it where only its readers can. The figures stand beside it as JSON. beatlens is research and engineering software, not a medical device.</p></footer>';
}

function percent(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : value.toFixed(2);
}
