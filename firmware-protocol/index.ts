export { type Coding, MAX_RATES, type SampleFormat } from './coding.ts';
export {
  type ControlAnswer,
  type ControlReason,
  type ControlRequest,
  decodeAnswer,
  decodeRequest,
  encodeAnswer,
  encodeRequest,
  OPCODES,
  type Refusal,
  STATUS_CODES,
  type StatusCode,
} from './control.ts';
export { crc16 } from './crc16.ts';
export type { Decoded } from './decoded.ts';
export * from './gatt.ts';
export { type Capabilities, decodeInfo, encodeInfo, type PatchInfo, type PatchInfoReason } from './info.ts';
export {
  decodeStatus,
  encodeStatus,
  type PatchStatus,
  type PatchStatusReason,
  type StatusFlags,
} from './status.ts';
export {
  decodeStreamFrame,
  encodeStreamFrame,
  FRAME_HEADER_LENGTH,
  type FrameFlags,
  MAX_FRAME_LENGTH,
  MAX_FRAME_SAMPLES,
  type StreamFrame,
  type StreamFrameReason,
  TICKS_PER_SECOND,
} from './stream-frame.ts';
export { PROTOCOL_MAJOR, PROTOCOL_MINOR } from './version.ts';
