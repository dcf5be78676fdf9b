import { InputError } from '../input-error.ts';

/** One signal line of a header: where the samples are and what they mean. */
export interface SignalSpec {
  /** Name of the signal file, in the header's folder. */
  readonly file: string;
  /** Storage format, as numbered by WFDB: 212, 16 … */
  readonly format: number;
  /** Samples by which this signal lags behind the others in the file. */
  readonly skew: number;
  /** Bytes before the first sample. */
  readonly byteOffset: number;
  /** Digital units per physical unit. */
  readonly gain: number;
  /** Digital value of physical zero. */
  readonly baseline: number;
  /** Physical unit; `mV` unless the header says otherwise. */
  readonly units: string;
  /** First digital sample, where the header gives it. */
  readonly initialValue: number | undefined;
  /** Low 16 bits of the sum of all digital samples; undefined where the header has none, or 0: not computed. */
  readonly checksum: number | undefined;
  /** Name of the lead. */
  readonly description: string;
}

export interface WfdbHeader {
  readonly record: string;
  /** Frames (samples of each signal) a second. */
  readonly rate: number;
  /** Ticks a second of the recorder's own counter; equals `rate` unless the header says otherwise. */
  readonly counterFrequency: number;
  /** Reading of that counter at the first sample. */
  readonly baseCounter: number;
  /** Samples of each signal; undefined where the header leaves it open. */
  readonly length: number | undefined;
  readonly signals: readonly SignalSpec[];
  readonly comments: readonly string[];
}

const DEFAULT_RATE = 250;
/** Digital units per millivolt where the header gives no gain, or 0. */
const DEFAULT_GAIN = 200;
const MAX_SIGNALS = 256;
const MIN_RATE = 1;
const MAX_RATE = 100_000;

const NUMBER = String.raw`[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?`;
const INTEGER = /^[+-]?\d+$/;
// 360, 250/360 or 128/360(12)
const RATE = new RegExp(`^(${NUMBER})(?:/(${NUMBER})(?:\\((${NUMBER})\\))?)?$`);
// 212, 16+24, 212x2, 16:3+24
const FORMAT = /^(\d+)(?:x(\d+))?(?::(\d+))?(?:\+(\d+))?$/;
// 200, 200/mV, 200(1024) or 200(1024)/mV
const GAIN = new RegExp(`^(${NUMBER})(?:\\(([+-]?\\d+)\\))?(?:/(\\S+))?$`);

/**
 * Reads a WFDB header (`.hea`).
 *
 * @param file name for messages
 * @throws InputError naming file and line
 * @see https://physionet.org/physiotools/wag/header-5.htm
 */
export function parseHeader(text: string, file: string): WfdbHeader {
  const comments: string[] = [];
  const lines: Line[] = [];
  text.split(/\r\n|\n|\r/).forEach((raw, index) => {
    const line = raw.trim();
    if (line.startsWith('#')) comments.push(line.slice(1).trim());
    else if (line !== '') lines.push(new Line(line, file, index + 1));
  });
  const recordLine = lines.shift();
  if (recordLine === undefined)
    throw new InputError(`${file} holds no record line: it is not a WFDB header.`);
  const { signalCount, ...record } = parseRecordLine(recordLine);
  if (lines.length < signalCount) {
    throw new InputError(
      `${file} announces ${signalCount} signals but describes ${lines.length}: the header is cut short; copy it again.`,
    );
  }
  return { ...record, comments, signals: lines.slice(0, signalCount).map(parseSignalLine) };
}

function parseRecordLine(line: Line) {
  const [name = '', signals, rateField, length] = line.fields;
  if (name.includes('/'))
    line.refuse(`record "${name}" has several segments; convert its segments one by one`);
  const signalCount = line.integer(signals, 'the number of signals');
  if (signalCount < 1 || signalCount > MAX_SIGNALS)
    line.refuse(`${signalCount} signals is out of 1 to ${MAX_SIGNALS}`);

  let rate = DEFAULT_RATE;
  let counterFrequency = DEFAULT_RATE;
  let baseCounter = 0;
  if (rateField !== undefined) {
    const match = RATE.exec(rateField) ?? line.refuse(`"${rateField}" is no sampling rate`);
    rate = Number(match[1]);
    counterFrequency = match[2] === undefined ? rate : Number(match[2]);
    baseCounter = Number(match[3] ?? 0);
  }
  if (!(rate >= MIN_RATE && rate <= MAX_RATE))
    line.refuse(`a rate of ${rateField} is not ${MIN_RATE} to ${MAX_RATE} Hz`);

  const samples = length === undefined ? 0 : line.integer(length, 'the number of samples');
  if (samples < 0) line.refuse(`${samples} samples cannot be`);
  return {
    record: name,
    signalCount,
    rate,
    counterFrequency,
    baseCounter,
    length: samples === 0 ? undefined : samples,
  };
}

function parseSignalLine(line: Line, index: number): SignalSpec {
  const [file = '', formatField = '', gainField, , zeroField, initialField, checksumField] = line.fields;
  // A signal file lies beside its header: a path could lead anywhere on the machine.
  if (/^[-~]$|[/\\]|^\.\.?$/.test(file)) line.refuse(`signal file "${file}" is not a plain file name`);

  const format = FORMAT.exec(formatField) ?? line.refuse(`"${formatField}" is no signal format`);
  if (format[2] !== undefined && Number(format[2]) !== 1) {
    line.refuse(`${format[2]} samples a frame are not supported; resample the record with WFDB's xform`);
  }

  const gain = GAIN.exec(gainField ?? '0') ?? line.refuse(`"${gainField}" is no gain`);
  if (!Number.isFinite(Number(gain[1])) || Number(gain[1]) < 0)
    line.refuse(`a gain of ${gain[1]} is out of range`);

  const optional = (field: string | undefined, what: string) =>
    field === undefined ? undefined : line.integer(field, what);
  const zero = optional(zeroField, 'the ADC zero') ?? 0;
  return {
    file,
    format: Number(format[1]),
    skew: Number(format[3] ?? 0),
    byteOffset: Number(format[4] ?? 0),
    gain: Number(gain[1]) || DEFAULT_GAIN,
    baseline: gain[2] === undefined ? zero : Number(gain[2]),
    units: gain[3] ?? 'mV',
    initialValue: optional(initialField, 'the initial value'),
    checksum: optional(checksumField, 'the checksum') || undefined,
    description: line.fields.slice(8).join(' ') || `signal ${index}`,
  };
}

/** A header line that knows where it stands, for messages. */
class Line {
  readonly #file: string;
  readonly #number: number;
  readonly fields: readonly string[];

  constructor(text: string, file: string, number: number) {
    this.#file = file;
    this.#number = number;
    this.fields = text.split(/\s+/);
  }

  integer(field: string | undefined, what: string): number {
    if (field === undefined || !INTEGER.test(field) || !Number.isSafeInteger(Number(field))) {
      this.refuse(`${what} is ${field === undefined ? 'missing' : `"${field}", not a whole number`}`);
    }
    return Number(field);
  }

  refuse(why: string): never {
    throw new InputError(`${this.#file} line ${this.#number}: ${why}.`);
  }
}
