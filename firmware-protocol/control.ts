import { Buffer } from 'buffer/index.js';
import { type Decoded, decoded, refused } from './decoded.ts';
import { decodeStatus, encodeStatus, type PatchStatus } from './status.ts';
import { MAX_FRAME_SAMPLES, SAMPLE_FORMAT_INT16 } from './stream-frame.ts';

/** Control opcodes. This codec speaks those of the streaming part: start, stop and get-status. */
export const OPCODES = {
  'get-info': 0x01,
  start: 0x02,
  stop: 0x03,
  'get-status': 0x04,
  'time-ping': 0x05,
  backfill: 0x10,
  abort: 0x11,
} as const;

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
  | {
      readonly opcode: 'start';
      readonly tag: number;
      /** 1 to {@link MAX_FRAME_SAMPLES}, or 0: the patch chooses. */
      readonly samplesPerFrame: number;
    }
  | { readonly opcode: 'stop'; readonly tag: number }
  | { readonly opcode: 'get-status'; readonly tag: number };

/** What the patch indicates. */
export type ControlAnswer =
  | {
      readonly result: 'started';
      readonly tag: number;
      readonly session: number;
      readonly samplesPerFrame: number;
    }
  | { readonly result: 'stopped'; readonly tag: number }
  | { readonly result: 'status'; readonly tag: number; readonly status: PatchStatus }
  | {
      readonly result: 'refused';
      readonly tag: number;
      /** The opcode as it was written, known or not. */
      readonly opcode: number;
      readonly code: Exclude<StatusCode, 'success'>;
    };

export type ControlReason =
  | 'too-short'
  | 'not-an-answer'
  | 'unknown-opcode'
  | 'unknown-status-code'
  | 'bad-length'
  | 'bad-parameter'
  | 'bad-status';

/**
 * Encodes what is written to the control characteristic.
 * @throws RangeError when a field does not fit its place on the wire.
 */
export function encodeRequest(request: ControlRequest): Uint8Array {
  const bytes = Buffer.alloc(request.opcode === 'start' ? 4 : 2);
  bytes.writeUInt8(OPCODES[request.opcode], 0);
  bytes.writeUInt8(request.tag, 1);
  if (request.opcode === 'start') {
    bytes.writeUInt8(SAMPLE_FORMAT_INT16, 2);
    bytes.writeUInt8(checkedCount(request.samplesPerFrame, 0), 3);
  }
  return bytes;
}

/** Decodes a write to the control characteristic. Never throws. */
export function decodeRequest(value: Uint8Array): Decoded<ControlRequest, ControlReason> {
  if (value.length < 2) return refused('too-short');
  const [opcode, tag, format, samplesPerFrame] = value;
  switch (opcode) {
    case OPCODES.start:
      if (value.length !== 4) return refused('bad-length');
      if (format !== SAMPLE_FORMAT_INT16 || samplesPerFrame > MAX_FRAME_SAMPLES)
        return refused('bad-parameter');
      return decoded({ opcode: 'start', tag, samplesPerFrame });
    case OPCODES.stop:
    case OPCODES['get-status']:
      if (value.length !== 2) return refused('bad-length');
      return decoded({ opcode: opcode === OPCODES.stop ? 'stop' : 'get-status', tag });
    default:
      return refused('unknown-opcode');
  }
}

/**
 * Encodes what the control characteristic indicates.
 * @throws RangeError when a field does not fit its place on the wire.
 */
export function encodeAnswer(answer: ControlAnswer): Uint8Array {
  switch (answer.result) {
    case 'started': {
      const parameters = Buffer.alloc(4);
      parameters.writeUInt8(SAMPLE_FORMAT_INT16, 0);
      parameters.writeUInt8(checkedCount(answer.samplesPerFrame, 1), 1);
      parameters.writeUInt16LE(answer.session, 2);
      return answerBytes(OPCODES.start, answer.tag, 'success', parameters);
    }
    case 'stopped':
      return answerBytes(OPCODES.stop, answer.tag, 'success');
    case 'status':
      return answerBytes(OPCODES['get-status'], answer.tag, 'success', encodeStatus(answer.status));
    case 'refused':
      return answerBytes(answer.opcode, answer.tag, answer.code);
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
  if (code !== 'success') {
    return value.length === 3 ? decoded({ result: 'refused', tag, opcode, code }) : refused('bad-length');
  }
  const parameters = Buffer.from(value.buffer as ArrayBuffer, value.byteOffset + 3, value.length - 3);
  switch (opcode) {
    case OPCODES.start: {
      if (parameters.length !== 4) return refused('bad-length');
      const [format, samplesPerFrame] = parameters;
      if (format !== SAMPLE_FORMAT_INT16 || samplesPerFrame < 1 || samplesPerFrame > MAX_FRAME_SAMPLES) {
        return refused('bad-parameter');
      }
      return decoded({ result: 'started', tag, session: parameters.readUInt16LE(2), samplesPerFrame });
    }
    case OPCODES.stop:
      return parameters.length === 0 ? decoded({ result: 'stopped', tag }) : refused('bad-length');
    case OPCODES['get-status']: {
      const status = decodeStatus(parameters);
      return status.ok ? decoded({ result: 'status', tag, status: status.value }) : refused('bad-status');
    }
    default:
      return refused('unknown-opcode');
  }
}

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

function checkedCount(samplesPerFrame: number, least: number): number {
  if (samplesPerFrame < least || samplesPerFrame > MAX_FRAME_SAMPLES) {
    throw new RangeError(`a frame holds ${least} to ${MAX_FRAME_SAMPLES} samples, not ${samplesPerFrame}`);
  }
  return samplesPerFrame;
}
