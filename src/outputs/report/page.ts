import type { Alert } from '../../alerts/alert.ts';
import { relevanceAt } from '../../explain/explanation.ts';
import { GRID_RATE } from '../../timeline/span.ts';
import { clockTime, counted } from '../numbers.ts';
import type { Provenance } from '../output.ts';
import { type BeatPicture, badge, pictureCard } from '../picture/beat-picture.ts';
import { beatMark } from '../picture/ecg-trace.ts';
import { htmlPage } from '../picture/html-page.ts';
import { text } from '../picture/markup.ts';
import { LEVELS } from '../picture/relevance-colours.ts';
import { printable } from '../printable.ts';
import { summaryRows } from '../summary.ts';
import type { Tally } from '../tally.ts';
import { type Incidents, KEPT_INCIDENTS } from './incidents.ts';
import {
  AFTER,
  BEFORE,
  type KeptAlert,
  type KeptAlerts,
  NEWEST,
  probability,
  SURESTS,
} from './kept-alerts.ts';
import type { Trend } from './trend.ts';
import { trendChart } from './trend-chart.ts';

/** Everything that the page shows. */
export interface ReportContent {
  readonly provenance: Provenance;
  readonly tally: Tally;
  readonly trend: Trend;
  readonly alerts: KeptAlerts;
  readonly incidents: Incidents;
  /** Unix time of the stream's beginning, milliseconds, where the clock of the day means anything. */
  readonly beganAtMs: number | undefined;
}

const CLASS_MEANINGS: readonly (readonly [letter: string, meaning: string])[] = [
  ['S', 'supraventricular ectopic beat (SVEB): too early, from above the ventricles, usually a narrow QRS'],
  ['V', 'ventricular ectopic beat (VEB): from a ventricle, usually a wide QRS and a pause after it'],
  ['F', 'fusion of a ventricular and a normal beat'],
  ['Q', 'not classifiable: the signal does not allow a verdict'],
];

/** The report as one page of HTML that needs nothing else. */
export function reportPage(content: ReportContent): string {
  const parts = [
    header(content),
    rhythm(content),
    beatsByClass(content),
    alerts(content),
    incidents(content),
  ];
  return htmlPage(`beatlens: ${printable(content.provenance.source)}`, [...parts, footer()].join('\n'));
}

function header({ provenance, tally, beganAtMs }: ReportContent): string {
  const facts = [
    ...(beganAtMs === undefined ? [] : [['began', new Date(beganAtMs).toLocaleString('en-GB')] as const]),
    ...summaryRows(tally, provenance),
  ];
  const rows = facts.map(([name, value]) => `<dt>${text(name)}</dt><dd>${text(printable(value))}</dd>`);
  return `<header><p class="brand">beatlens</p><h1>${text(printable(provenance.source))}</h1>
<dl>${rows.join('')}</dl></header>`;
}

function rhythm({ trend, tally }: ReportContent): string {
  return `<section><h2>Rhythm over time</h2>
${trendChart(trend, tally.duration)}
<p class="key"><i class="swatch middle-key"></i>mean heart rate <i class="swatch range-key"></i>its range <i class="swatch class-V-key"></i>V <i class="swatch class-S-key"></i>S <i class="swatch class-F-key"></i>F <i class="swatch class-Q-key"></i>Q <i class="swatch missing-key"></i>no signal <i class="swatch flawed-key"></i>signal not fit to judge</p></section>`;
}

function beatsByClass({ tally }: ReportContent): string {
  const share = (count: number) => (tally.beats === 0 ? '' : `${((100 * count) / tally.beats).toFixed(1)} %`);
  const row = (letter: string, meaning: string) => {
    const count = tally.beatsByClass[letter as keyof Tally['beatsByClass']];
    return `<tr><td>${badge(letter)}</td><td class="number">${count.toLocaleString('en')}</td><td class="number">${share(count)}</td><td>${meaning}</td></tr>`;
  };
  const rows = [['N', 'normal, or at least of the patient’s usual kind'], ...CLASS_MEANINGS];
  return `<section><h2>Beats by class</h2><table><thead><tr><th>class</th><th class="number">beats</th><th class="number">share</th><th>meaning</th></tr></thead>
<tbody>${rows.map(([letter, meaning]) => row(letter, meaning)).join('')}</tbody></table></section>`;
}

function alerts({ alerts, tally, beganAtMs }: ReportContent): string {
  const kept = alerts.kept();
  const which =
    kept.length < tally.explained
      ? `The report keeps the newest ${NEWEST} alerts and, of each class, the ${SURESTS} of the highest probability: ${kept.length.toLocaleString('en')} of ${counted(tally.explained, 'alert')}.`
      : `All of them: ${counted(kept.length, 'alert')}.`;
  const cards = kept.map((one) => alertCard(one, beganAtMs));
  return `<section><h2>Alerts</h2>
<p>${which} Each picture has ${(BEFORE + AFTER).toFixed(0)} s of ECG; a large square is 0.2 s wide and 0.5 mV high. The letter over a beat is its class, a dot a normal beat. Around the flagged beat the trace is coloured, and drawn broader, by how much the network’s verdict rests on that place:</p>
<p class="key">nothing <i class="ramp"></i> most</p>
<p>Under it the score in its parts: what speaks for the class against “normal” points to the right, what speaks against it to the left.</p>
<div class="cards">${cards.join('\n') || '<p>There was no alert.</p>'}</div></section>`;
}

function alertCard(kept: KeptAlert, beganAtMs: number | undefined): string {
  const { time } = kept.alert.verdict.beat;
  const clock =
    beganAtMs === undefined ? '' : ` · ${new Date(beganAtMs + 1000 * time).toLocaleString('en-GB')}`;
  return pictureCard({ ...alertPicture(kept), when: `${clockTime(time)}${clock}` });
}

/** An alert as a picture. */
export function alertPicture({ alert, ecg, beats }: KeptAlert): BeatPicture {
  const { verdict, explanation } = alert;
  const { beat } = verdict;
  return {
    class: verdict.class,
    when: clockTime(beat.time),
    aside: `${(100 * probability(alert)).toFixed(0)} %`,
    trace: {
      samples: ecg,
      rate: GRID_RATE,
      start: -BEFORE,
      relevance: windowed(alert),
      marks: beats.map((other) => beatMark(other.class, (other.index - beat.index) / GRID_RATE)),
    },
    sentence: explanation.sentence,
    parts: explanation,
  };
}

/** The relevance of an alert's own window; elsewhere none was asked. */
function windowed({ explanation }: Pick<Alert, 'explanation'>): (time: number) => number | undefined {
  const { relevance, relevanceStart, relevanceStep } = explanation;
  const from = relevanceStart - relevanceStep / 2;
  const to = from + relevance.length * relevanceStep;
  return (time) => (time < from || time > to ? undefined : relevanceAt(explanation, time));
}

function incidents({ incidents, tally }: ReportContent): string {
  const listed = incidents.listed();
  if (listed.length === 0)
    return '<section><h2>Gaps and quality</h2><p>None: all of the signal could be judged.</p></section>';
  const rows = listed.map(
    ({ time, what, duration }) =>
      `<tr><td class="number">${clockTime(time)}</td><td>${text(what)}</td><td class="number">${duration === undefined ? 'to the end' : `${duration.toFixed(1)} s`}</td></tr>`,
  );
  const which =
    listed.length >= KEPT_INCIDENTS
      ? `<p>The newest ${KEPT_INCIDENTS}; ${counted(tally.gaps, 'gap')} in all.</p>`
      : '';
  return `<section><h2>Gaps and quality</h2>${which}<table><thead><tr><th class="number">time</th><th>what</th><th class="number">lasted</th></tr></thead><tbody>${rows.join('')}</tbody></table></section>`;
}

function footer(): string {
  return `<footer><p>Made by beatlens on the machine that heard the sensor; this page loads nothing and sends nothing. It is health data: keep it where only its reader can. beatlens is research and engineering software, not a medical device. Relevance has ${LEVELS} shades; times count from the stream’s beginning.</p></footer>`;
}
