import { basename, dirname, join } from 'node:path';
import { concatenated } from '../dsp/concatenated.ts';
import { InputError } from '../formats/input-error.ts';
import type { Annotation } from '../formats/wfdb/annotation.ts';
import { readAnnotations } from '../formats/wfdb/annotations.ts';
import { parseHeader, type SignalSpec, type WfdbHeader } from '../formats/wfdb/header.ts';
import { isVoltage, SignalDecoder, toMillivolts } from '../formats/wfdb/signals.ts';
import { fileChunks, wholeFile } from './files.ts';

/** A WFDB record on disk: its header, and where its other files are. */
export interface WfdbRecord {
  /** Path without extension, as WFDB's own tools take it. */
  readonly path: string;
  readonly header: WfdbHeader;
}

/** The lead that a chest patch's own is nearest to. */
const USUAL_LEAD = 'MLII';

/**
 * Opens a record.
 *
 * @param path `dir/100`, `dir/100.hea` or `dir/100.dat`
 * @throws InputError
 */
export async function openRecord(path: string): Promise<WfdbRecord> {
  const bare = withoutExtension(path);
  const file = `${bare}.hea`;
  const text = new TextDecoder('latin1').decode(await wholeFile(file));
  return { path: bare, header: parseHeader(text, file) };
}

/**
 * The annotations of a record.
 *
 * @param annotator the file's extension, such as `atr`
 * @throws InputError
 */
export async function recordAnnotations(record: WfdbRecord, annotator: string): Promise<Annotation[]> {
  const file = `${record.path}.${annotator}`;
  return readAnnotations(await wholeFile(file), record.header.rate, file);
}

/**
 * Finds a lead by name. Unless one is named, it is MLII, or the first signal of a record without MLII.
 *
 * @throws InputError where the record has no such lead, or it is no voltage
 */
export function chooseLead({ path, header }: WfdbRecord, name?: string): SignalSpec {
  const named = (wanted: string) =>
    header.signals.find(({ description }) => description.toLowerCase() === wanted.toLowerCase());
  const lead = name === undefined ? (named(USUAL_LEAD) ?? header.signals[0]) : named(name);
  if (lead === undefined) {
    const leads = header.signals.map(({ description }) => description).join(', ');
    throw new InputError(`${path} has no lead ${name}: choose one of ${leads}.`);
  }
  if (!isVoltage(lead)) {
    throw new InputError(
      `${path}, signal ${lead.description} is in ${lead.units}, which is no voltage: choose another lead.`,
    );
  }
  return lead;
}

/**
 * The first voltage of a record beside a lead.
 *
 * @throws InputError where there is none
 */
export function otherLead({ path, header }: WfdbRecord, lead: SignalSpec): SignalSpec {
  const other = header.signals.find((signal) => signal !== lead && isVoltage(signal));
  if (other === undefined) throw new InputError(`${path} has no lead beside ${lead.description}.`);
  return other;
}

/** Part of a record, in seconds from its beginning. */
export interface Stretch {
  readonly from?: number;
  readonly to?: number;
}

/**
 * One lead in millivolts, NaN where samples are missing, block by block. The checksum is verified once the
 * last sample was read, so not where `to` stands before it.
 *
 * @throws InputError
 */
export async function* leadSamples(
  record: WfdbRecord,
  lead: SignalSpec,
  { from = 0, to = Number.POSITIVE_INFINITY }: Stretch = {},
): AsyncGenerator<Float32Array, void> {
  const { header } = record;
  const first = Math.round(from * header.rate) + lead.skew;
  const end = Math.round(to * header.rate) + lead.skew;
  const file = join(dirname(record.path), lead.file);
  const decoder = new SignalDecoder(header, lead.file, file);
  const channel = decoder.signals.indexOf(lead);
  let position = 0;
  const part = (blocks: Int16Array[]) => {
    const block = blocks[channel];
    const wanted = block.subarray(Math.max(0, first - position), Math.max(0, end - position));
    position += block.length;
    return toMillivolts(wanted, lead);
  };
  for await (const chunk of fileChunks(file)) {
    yield part(decoder.push(chunk));
    if (position >= end) return;
  }
  yield part(decoder.finish());
  // A lagging signal ends before the others do.
  const lag = Math.min(position + lead.skew, end) - Math.max(position, first);
  if (lag > 0) yield new Float32Array(lag).fill(Number.NaN);
}

/**
 * The same, of one piece.
 *
 * @throws InputError
 */
export async function wholeLead(
  record: WfdbRecord,
  lead: SignalSpec,
  stretch?: Stretch,
): Promise<Float32Array<ArrayBuffer>> {
  const blocks: Float32Array[] = [];
  for await (const block of leadSamples(record, lead, stretch)) blocks.push(block);
  return concatenated(blocks);
}

/** Path of a record as WFDB's own tools take it, from that of its header or signal file. */
export function withoutExtension(path: string): string {
  return path.replace(/\.(hea|dat)$/, '');
}

/** Name of a record, from its path. */
export function recordName(path: string): string {
  return basename(withoutExtension(path));
}
