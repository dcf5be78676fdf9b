import { InputError } from '../input-error.ts';
import { type Annotation, codeOf, LAST_CODE, symbolOf } from './annotation.ts';

// The MIT format: 16-bit little-endian words, the code in the high six bits and, for an annotation, the
// distance to the one before in the low ten. Codes from 59 on carry what does not fit.
// https://physionet.org/physiotools/wag/annot-5.htm
const SKIP = 59; // a longer distance follows, as two words, high word first
const NUM = 60; // the low bits are the number, which then stays
const SUB = 61; // the subtype, of this annotation only
const CHN = 62; // the channel, which then stays
const AUX = 63; // that many bytes of text follow, padded to a whole word
const MAX_DISTANCE = 1023;
const MAX_AUX = 255;

const RESOLUTION_NOTE = /^## time resolution: (\d+\.?\d*)$/;

/**
 * Reads an annotation file (`.atr` and the like) in MIT format.
 *
 * @param rate of the record, hertz: a file that counts in another time resolution is converted to it
 * @param file name for messages
 * @throws InputError naming file and byte
 */
export function readAnnotations(bytes: Uint8Array, rate: number, file: string): Annotation[] {
  const annotations = readInFileTime(bytes, file);
  // A note at the very beginning may state the resolution; it is no annotation of the signal.
  const resolution = Number(RESOLUTION_NOTE.exec(annotations[0]?.aux ?? '')?.[1]);
  if (!(resolution > 0)) return annotations;
  return annotations
    .slice(1)
    .map((annotation) => ({ ...annotation, sample: Math.round((annotation.sample * rate) / resolution) }));
}

function readInFileTime(bytes: Uint8Array, file: string): Annotation[] {
  const annotations: Annotation[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const refuse = (why: string): never => {
    throw new InputError(`${file} at byte ${at}: ${why}; copy the file again.`);
  };
  const need = (count: number) =>
    at + count <= bytes.length || refuse('the annotations end without their end mark');

  let time = 0;
  let channel = 0;
  let number = 0;
  for (;;) {
    need(2);
    const word = view.getUint16(at, true);
    if (word === 0) return annotations;
    const code = word >> 10;
    const low = word & MAX_DISTANCE;

    if (code === SKIP) {
      need(6);
      time += (view.getInt16(at + 2, true) << 16) | view.getUint16(at + 4, true);
      at += 6;
      continue;
    }
    if (code <= LAST_CODE) {
      time += low;
      if (time < 0) refuse(`an annotation stands before the record's first sample, at ${time}`);
      // A code of 0 moves the time and marks nothing.
      if (code > 0)
        annotations.push({ sample: time, symbol: symbolOf(code), subtype: 0, channel, number, aux: '' });
      at += 2;
      continue;
    }

    const owner = annotations.pop() ?? refuse('a remark stands before any annotation');
    if (code === NUM) {
      number = signedByte(low);
      annotations.push({ ...owner, number });
    } else if (code === SUB) {
      annotations.push({ ...owner, subtype: signedByte(low) });
    } else if (code === CHN) {
      channel = signedByte(low);
      annotations.push({ ...owner, channel });
    } else if (code === AUX) {
      need(2 + low);
      annotations.push({ ...owner, aux: text(bytes.subarray(at + 2, at + 2 + low)) });
      at += low + (low % 2);
    } else {
      refuse(`${code} is no annotation code`);
    }
    at += 2;
  }
}

/**
 * Writes annotations, ordered by sample, in MIT format. `rdann` and the `wfdb` packages read it back.
 *
 * @throws RangeError for a symbol without code, a sample out of range or a text longer than 255 bytes
 */
export function writeAnnotations(annotations: Iterable<Annotation>): Uint8Array {
  const bytes: number[] = [];
  const word = (value: number) => bytes.push(value & 0xff, (value >> 8) & 0xff);
  let time = 0;
  let channel = 0;
  let number = 0;
  for (const annotation of annotations) {
    const code = codeOf(annotation.symbol);
    if (code === undefined) throw new RangeError(`"${annotation.symbol}" is no annotation symbol`);
    let distance = annotation.sample - time;
    if (!Number.isInteger(distance) || Math.abs(distance) > 0x7fff_ffff || annotation.sample < 0) {
      throw new RangeError(`an annotation cannot stand at sample ${annotation.sample}, after ${time}`);
    }
    time = annotation.sample;

    if (distance < 0 || distance > MAX_DISTANCE) {
      word(SKIP << 10);
      word(distance >> 16);
      word(distance);
      distance = 0;
    }
    word((code << 10) | distance);
    if (annotation.subtype !== 0) word((SUB << 10) | (annotation.subtype & 0xff));
    if (annotation.channel !== channel) {
      channel = annotation.channel;
      word((CHN << 10) | (channel & 0xff));
    }
    if (annotation.number !== number) {
      number = annotation.number;
      word((NUM << 10) | (number & 0xff));
    }
    if (annotation.aux !== '') {
      const aux = new TextEncoder().encode(annotation.aux);
      if (aux.length > MAX_AUX)
        throw new RangeError(`the text "${annotation.aux}" is longer than ${MAX_AUX} bytes`);
      word((AUX << 10) | aux.length);
      bytes.push(...aux);
      if (aux.length % 2 === 1) bytes.push(0);
    }
  }
  word(0);
  return Uint8Array.from(bytes);
}

function signedByte(value: number): number {
  return (value << 24) >> 24;
}

/** Text of a remark; old files end it with a zero byte. */
function text(bytes: Uint8Array): string {
  return new TextDecoder('utf-8').decode(bytes).replace(/\0+$/, '');
}
