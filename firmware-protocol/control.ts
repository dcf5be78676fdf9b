import { Buffer } from 'buffer/index.js';
import { type Coding, codingByte, formatOf, rateNumberOf } from './coding.ts';
import { type Decoded, decoded, refused } from './decoded.ts';
import { decodeInfo, encodeInfo, type PatchInfo } from './info.ts';
import { decodeStatus, encodeStatus, type PatchStatus } from './status.ts';
import { MAX_FRAME_SAMPLES } from './stream-frame.ts';

/** Control opcodes: what the gateway can ask for. */
export const OPCODES = {
  'get-info': 0x01,
  start: 0x02,
  stop: 0x03,
  'get-status': 0x04,
  'time-ping': 0x05,
  backfill: 0x10,
  abort: 0x11,
} as const;

/** Indicated with the answer bit as well, although nothing asks for it: a backfill has come to its end. */
const BACKFILL_ENDED = 0x12;

/** An answer repeats the opcode of its request with this bit set. */
const ANSWER_BIT = 0x80;

/** How a request ended. */
export const STATUS_CODES = {
  success: 0,
  'unknown-opcode': 1,
  'bad-length': 2,
  'bad-parameter': 3,
  'not-supported': 4,
  'already-streaming': 5,
  'not-streaming': 6,
  'mtu-too-small': 7,
  'not-subscribed': 8,
  busy: 9,
  'not-in-ring': 10,
  'battery-too-low': 11,
  'hardware-fault': 12,
} as const;

export type StatusCode = keyof typeof STATUS_CODES;

/** What the gateway writes; the answer carries the same tag (0 to 255). */
export type ControlRequest =
  | ({
      readonly opcode: 'start';
      readonly tag: number;
      /** 1 to {@link MAX_FRAME_SAMPLES}, or 0: the patch chooses. */
      readonly samplesPerFrame: number;
    } & Coding)
  | {
      readonly opcode: 'time-ping';
      readonly tag: number;
      /** Anything of 32 bits; the answer brings it back. */
      readonly token: number;
    }
  | {
      readonly opcode: 'backfill';
      readonly tag: number;
      readonly session: number;
      /** Index of the first sample that is missing, modulo 2^32. */
      readonly firstIndex: number;
      /** Samples that are missing, at least 1. */
      readonly count: number;
    }
  | { readonly opcode: 'get-info' | 'stop' | 'get-status' | 'abort'; readonly tag: number };

/** What the patch indicates: an answer to each request, and the end of a backfill. */
export type ControlAnswer =
  | { readonly result: 'info'; readonly tag: number; readonly info: PatchInfo }
  | ({
      readonly result: 'started';
      readonly tag: number;
      readonly session: number;
      readonly samplesPerFrame: number;
    } & Coding)
  | { readonly result: 'stopped'; readonly tag: number }
  | { readonly result: 'status'; readonly tag: number; readonly status: PatchStatus }
  | {
      readonly result: 'time';
      readonly tag: number;
      readonly token: number;
      /** The patch's clock when it took up the request, in 1/32,768 s, modulo 2^32. */
      readonly ticks: number;
    }
  | {
      readonly result: 'backfilling';
      readonly tag: number;
      /** What the ring still holds of the samples asked for. */
      readonly firstIndex: number;
      readonly count: number;
    }
  | { readonly result: 'aborted'; readonly tag: number }
  | {
      readonly result: 'backfill-ended';
      /** Of the backfill request. */
      readonly tag: number;
      /** Not so when new samples took the place of some before they could be sent. */
      readonly complete: boolean;
    }
  | Refusal;

/** A request was refused. */
export type Refusal = {
  readonly result: 'refused';
  readonly tag: number;
  /** The opcode as it was written, known or not, without its highest bit. */
  readonly opcode: number;
} & (
  | { readonly code: Exclude<StatusCode, 'success' | 'mtu-too-small'> }
  | {
      readonly code: 'mtu-too-small';
      /** The ATT MTU from which on the request would not be refused for this. */
      readonly mtuNeeded: number;
    }
);

export type ControlReason =
  | 'too-short'
  | 'not-an-answer'
  | 'unknown-opcode'
  | 'unknown-status-code'
  | 'bad-length'
  | 'bad-parameter'
  | 'bad-info'
  | 'bad-status';

/**
 * Encodes what is written to the control characteristic.
 * @throws RangeError when a field does not fit its place on the wire.
 */
export function encodeRequest(request: ControlRequest): Uint8Array {
  const opcode = OPCODES[request.opcode];
  const bytes = Buffer.alloc(REQUEST_LENGTHS.get(opcode) as number);
  bytes.writeUInt8(opcode, 0);
  bytes.writeUInt8(request.tag, 1);
  switch (request.opcode) {
    case 'start':
      bytes.writeUInt8(codingByte(request), 2);
      bytes.writeUInt8(checkedCount(request.samplesPerFrame, 0), 3);
      break;
    case 'time-ping':
      bytes.writeUInt32LE(request.token, 2);
      break;
    case 'backfill':
      if (request.count === 0) throw new RangeError('a backfill of no samples');
      bytes.writeUInt16LE(request.session, 2);
      bytes.writeUInt32LE(request.firstIndex, 4);
      bytes.writeUInt32LE(request.count, 8);
  }
  return bytes;
}

/** Decodes a write to the control characteristic. Never throws. */
export function decodeRequest(value: Uint8Array): Decoded<ControlRequest, ControlReason> {
  if (value.length < 2) return refused('too-short');
  const bytes = Buffer.from(value.buffer as ArrayBuffer, value.byteOffset, value.length);
  const [opcode, tag] = bytes;
  const length = REQUEST_LENGTHS.get(opcode);
  if (length === undefined) return refused('unknown-opcode');
  if (bytes.length !== length) return refused('bad-length');
  switch (opcode) {
    case OPCODES.start: {
      const start = startParameters(bytes[2], bytes[3], 0);
      return start ? decoded({ opcode: 'start', tag, ...start }) : refused('bad-parameter');
    }
    case OPCODES['time-ping']:
      return decoded({ opcode: 'time-ping', tag, token: bytes.readUInt32LE(2) });
    case OPCODES.backfill: {
      const count = bytes.readUInt32LE(8);
      if (count === 0) return refused('bad-parameter');
      const session = bytes.readUInt16LE(2);
      return decoded({ opcode: 'backfill', tag, session, firstIndex: bytes.readUInt32LE(4), count });
    }
    case OPCODES['get-info']:
      return decoded({ opcode: 'get-info', tag });
    case OPCODES.stop:
      return decoded({ opcode: 'stop', tag });
    case OPCODES['get-status']:
      return decoded({ opcode: 'get-status', tag });
    default:
      return decoded({ opcode: 'abort', tag });
  }
}

/**
 * Encodes what the control characteristic indicates.
 * @throws RangeError when a field does not fit its place on the wire.
 */
export function encodeAnswer(answer: ControlAnswer): Uint8Array {
  switch (answer.result) {
    case 'info':
      return answerBytes(OPCODES['get-info'], answer.tag, 'success', encodeInfo(answer.info));
    case 'started': {
      const parameters = Buffer.alloc(4);
      parameters.writeUInt8(codingByte(answer), 0);
      parameters.writeUInt8(checkedCount(answer.samplesPerFrame, 1), 1);
      parameters.writeUInt16LE(answer.session, 2);
      return answerBytes(OPCODES.start, answer.tag, 'success', parameters);
    }
    case 'stopped':
      return answerBytes(OPCODES.stop, answer.tag, 'success');
    case 'status':
      return answerBytes(OPCODES['get-status'], answer.tag, 'success', encodeStatus(answer.status));
    case 'time':
      return answerBytes(OPCODES['time-ping'], answer.tag, 'success', pair(answer.token, answer.ticks));
    case 'backfilling':
      if (answer.count === 0) throw new RangeError('a backfill of no samples');
      return answerBytes(OPCODES.backfill, answer.tag, 'success', pair(answer.firstIndex, answer.count));
    case 'aborted':
      return answerBytes(OPCODES.abort, answer.tag, 'success');
    case 'backfill-ended':
      return answerBytes(BACKFILL_ENDED, answer.tag, answer.complete ? 'success' : 'not-in-ring');
    case 'refused': {
      if (answer.code !== 'mtu-too-small') return answerBytes(answer.opcode, answer.tag, answer.code);
      const needed = Buffer.alloc(2);
      needed.writeUInt16LE(answer.mtuNeeded, 0);
      return answerBytes(answer.opcode, answer.tag, answer.code, needed);
    }
  }
}

/** Decodes an indication of the control characteristic. Never throws. */
export function decodeAnswer(value: Uint8Array): Decoded<ControlAnswer, ControlReason> {
  if (value.length < 3) return refused('too-short');
  const [opcodeByte, tag, codeByte] = value;
  if ((opcodeByte & ANSWER_BIT) === 0) return refused('not-an-answer');
  const opcode = opcodeByte & ~ANSWER_BIT;
  const code = CODE_NAMES.get(codeByte);
  if (code === undefined) return refused('unknown-status-code');
  const parameters = Buffer.from(value.buffer as ArrayBuffer, value.byteOffset + 3, value.length - 3);
  if (opcode === BACKFILL_ENDED && (code === 'success' || code === 'not-in-ring')) {
    if (parameters.length !== 0) return refused('bad-length');
    return decoded({ result: 'backfill-ended', tag, complete: code === 'success' });
  }
  return code === 'success'
    ? decodeSuccess(opcode, tag, parameters)
    : decodeRefusal(opcode, tag, code, parameters);
}

function decodeRefusal(
  opcode: number,
  tag: number,
  code: Exclude<StatusCode, 'success'>,
  parameters: Buffer,
): Decoded<ControlAnswer, ControlReason> {
  if (code !== 'mtu-too-small') {
    return parameters.length === 0
      ? decoded({ result: 'refused', tag, opcode, code })
      : refused('bad-length');
  }
  if (parameters.length !== 2) return refused('bad-length');
  return decoded({ result: 'refused', tag, opcode, code, mtuNeeded: parameters.readUInt16LE(0) });
}

function decodeSuccess(
  opcode: number,
  tag: number,
  parameters: Buffer,
): Decoded<ControlAnswer, ControlReason> {
  // Info and status may grow with a minor version, and say so themselves.
  if (opcode === OPCODES['get-info']) {
    const info = decodeInfo(parameters);
    return info.ok ? decoded({ result: 'info', tag, info: info.value }) : refused('bad-info');
  }
  if (opcode === OPCODES['get-status']) {
    const status = decodeStatus(parameters);
    return status.ok ? decoded({ result: 'status', tag, status: status.value }) : refused('bad-status');
  }
  const length = SUCCESS_LENGTHS.get(opcode);
  if (length === undefined) return refused('unknown-opcode');
  if (parameters.length !== length) return refused('bad-length');
  switch (opcode) {
    case OPCODES.start: {
      const start = startParameters(parameters[0], parameters[1], 1);
      if (start === undefined) return refused('bad-parameter');
      return decoded({ result: 'started', tag, ...start, session: parameters.readUInt16LE(2) });
    }
    case OPCODES['time-ping']: {
      const [token, ticks] = [parameters.readUInt32LE(0), parameters.readUInt32LE(4)];
      return decoded({ result: 'time', tag, token, ticks });
    }
    case OPCODES.backfill: {
      const [firstIndex, count] = [parameters.readUInt32LE(0), parameters.readUInt32LE(4)];
      return count > 0
        ? decoded({ result: 'backfilling', tag, firstIndex, count })
        : refused('bad-parameter');
    }
    case OPCODES.stop:
      return decoded({ result: 'stopped', tag });
    default:
      return decoded({ result: 'aborted', tag });
  }
}

/** Bytes of each request, opcode and tag among them. */
const REQUEST_LENGTHS = new Map<number, number>([
  [OPCODES['get-info'], 2],
  [OPCODES.start, 4],
  [OPCODES.stop, 2],
  [OPCODES['get-status'], 2],
  [OPCODES['time-ping'], 6],
  [OPCODES.backfill, 12],
  [OPCODES.abort, 2],
]);

/** Bytes after the status code of an answer that brings good news. */
const SUCCESS_LENGTHS = new Map<number, number>([
  [OPCODES.start, 4],
  [OPCODES.stop, 0],
  [OPCODES['time-ping'], 8],
  [OPCODES.backfill, 8],
  [OPCODES.abort, 0],
]);

const CODE_NAMES = new Map<number, StatusCode>(
  Object.entries(STATUS_CODES).map(([name, code]) => [code, name as StatusCode]),
);

function answerBytes(
  opcode: number,
  tag: number,
  code: StatusCode,
  parameters: Uint8Array = new Uint8Array(0),
): Uint8Array {
  const bytes = Buffer.alloc(3 + parameters.length);
  bytes.writeUInt8(opcode | ANSWER_BIT, 0);
  bytes.writeUInt8(tag, 1);
  bytes.writeUInt8(STATUS_CODES[code], 2);
  bytes.set(parameters, 3);
  return bytes;
}

function pair(first: number, second: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(first, 0);
  bytes.writeUInt32LE(second, 4);
  return bytes;
}

/** @returns undefined when a value is one that this version does not know */
function startParameters(
  coding: number,
  samplesPerFrame: number,
  least: number,
): (Coding & { samplesPerFrame: number }) | undefined {
  const format = formatOf(coding);
  const rateNumber = rateNumberOf(coding);
  if (format === undefined || rateNumber === undefined) return undefined;
  if (samplesPerFrame < least || samplesPerFrame > MAX_FRAME_SAMPLES) return undefined;
  return { format, rateNumber, samplesPerFrame };
}

function checkedCount(samplesPerFrame: number, least: number): number {
  if (samplesPerFrame < least || samplesPerFrame > MAX_FRAME_SAMPLES) {
    throw new RangeError(`a frame holds ${least} to ${MAX_FRAME_SAMPLES} samples, not ${samplesPerFrame}`);
  }
  return samplesPerFrame;
}
