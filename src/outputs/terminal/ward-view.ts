import type { Alert } from '../../alerts/alert.ts';
import { clockTime, counted } from '../numbers.ts';
import { alertBlock } from './alert-block.ts';
import type { LiveState } from './live-state.ts';
import type { Palette } from './palette.ts';
import { type Piece, row, singleWidth } from './text.ts';
import { alertRule, classCounts, linkField, qualityField } from './view.ts';

/** Alerts kept: as many as the tallest screens show. */
const KEPT_ALERTS = 24;
/** Columns that the name of a sensor may take. */
const MOST_NAME = 24;
/** Rows that alerts and their rule keep, however many sensors there are. */
const LEAST_ALERT_ROWS = 6;

/** Several sensors side by side, as of the newest item; bounded however long the streams. */
export class WardState {
  readonly sensors: readonly LiveState[];
  /** Of all sensors, newest first, each with the sensor that it came from. */
  readonly alerts: { readonly alert: Alert; readonly of: LiveState }[] = [];

  constructor(sensors: readonly LiveState[]) {
    this.sensors = sensors;
  }

  alerted(alert: Alert, of: LiveState): void {
    this.alerts.unshift({ alert, of });
    this.alerts.length = Math.min(this.alerts.length, KEPT_ALERTS);
  }
}

/**
 * The live view of several sensors: a row each, and under them the latest alerts of all. Pure: the same state gives
 * the same rows, at most `height` of them and none wider than `width` columns.
 */
export function wardView(state: WardState, width: number, height: number, palette: Palette): string[] {
  const { sensors, alerts } = state;
  const nameWidth = Math.min(MOST_NAME, Math.max(...sensors.map(({ title }) => title.length)));
  const most = Math.max(1, height - 1 - LEAST_ALERT_ROWS);
  const shown = sensors.length > most ? sensors.slice(0, most - 1) : sensors;
  const rows = [
    row([['beatlens ', palette.plain.bold], [counted(sensors.length, 'sensor')]], width),
    ...shown.map((sensor) => sensorRow(sensor, nameWidth, width, palette)),
  ];
  if (shown.length < sensors.length) {
    const left = counted(sensors.length - shown.length, 'sensor');
    rows.push(row([[`and ${left} more, for which this screen has no room`, palette.plain.yellow]], width));
  }
  rows.push(alertRule(width, palette));
  if (alerts.length === 0) rows.push(row([['no alert yet', palette.plain.dim]], width));
  for (const { alert, of } of alerts) {
    const block = alertBlock(alert, width, palette, nameOf(of, nameWidth).trimEnd());
    if (alert !== alerts[0].alert && rows.length + block.length > height) break;
    rows.push(...block, '');
  }
  return rows.slice(0, height);
}

function sensorRow(state: LiveState, nameWidth: number, width: number, { plain }: Palette): string {
  const { tally, quality, heartRate } = state;
  const rate = heartRate === undefined ? '--' : heartRate.toFixed(0);
  const fields: Piece[] = [
    [clockTime(tally.duration), plain.dim],
    [`♥ ${rate.padStart(3)} bpm`, plain.bold],
    linkField(state.link, plain),
    ...(quality === undefined || quality === 'good' ? [] : [qualityField(quality, plain)]),
    [counted(tally.beats, 'beat')],
    ...classCounts(state, plain).filter(([text]) => !text.startsWith('N')),
    ...(tally.gaps > 0 ? [[counted(tally.gaps, 'gap'), plain.yellow] as Piece] : []),
  ];
  const name: Piece = [nameOf(state, nameWidth), plain.bold];
  return row([name, ...fields.flatMap((field): Piece[] => [['  '], field])], width);
}

function nameOf({ title }: LiveState, width: number): string {
  return singleWidth(title).slice(0, width).padEnd(width);
}
