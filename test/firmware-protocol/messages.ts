import fc from 'fast-check';
import {
  type Capabilities,
  type ControlAnswer,
  type ControlRequest,
  type FrameFlags,
  MAX_FRAME_SAMPLES,
  OPCODES,
  type PatchInfo,
  type PatchStatus,
  STATUS_CODES,
  type StatusCode,
  type StatusFlags,
  type StreamFrame,
} from '../../firmware-protocol/index.ts';

/** The flags of a frame that nothing is to be said of. */
export const NO_FLAGS: FrameFlags = {
  leadOffPositive: false,
  leadOffNegative: false,
  saturated: false,
  discontinuity: false,
  lowBattery: false,
  eventMarker: false,
};

/** Any message of each kind that the protocol allows. */

const bool = fc.boolean();
const u8 = fc.nat({ max: 0xff });
const u16 = fc.nat({ max: 0xffff });
const u32 = fc.nat({ max: 0xffffffff });
const some = fc.integer({ min: 1, max: 0xffffffff });

const frameFlags: fc.Arbitrary<FrameFlags> = fc.record({
  leadOffPositive: bool,
  leadOffNegative: bool,
  saturated: bool,
  discontinuity: bool,
  lowBattery: bool,
  eventMarker: bool,
});

const samples = fc
  .oneof(
    fc.array(fc.integer({ min: -32768, max: 32767 }), { minLength: 1, maxLength: MAX_FRAME_SAMPLES }),
    // Small steps, as a signal has them: these pack well.
    fc
      .array(fc.integer({ min: -40, max: 40 }), { minLength: 1, maxLength: MAX_FRAME_SAMPLES })
      .map((steps) => steps.map((_, i) => steps.slice(0, i + 1).reduce((sum, step) => sum + step))),
  )
  .map((values) => Int32Array.from(values));

const format = fc.constantFrom<StreamFrame['format']>('int16', 'delta-packed');
const rateNumber = fc.nat({ max: 7 });

/** A frame to be delta-packed may come back as int16, where packing makes it no shorter. */
export const frames: fc.Arbitrary<StreamFrame> = fc.record({
  type: fc.constantFrom('live', 'backfill'),
  format,
  rateNumber,
  flags: frameFlags,
  session: u16,
  firstIndex: u32,
  ticks: u32,
  samples,
});

const capabilities: fc.Arbitrary<Capabilities> = fc.record({
  backfill: bool,
  timePing: bool,
  leadOffPerElectrode: bool,
  eventButton: bool,
  temperature: bool,
  deltaPackedSamples: bool,
  int24Samples: bool,
});

const text = fc.string({
  maxLength: 24,
  unit: fc.integer({ min: 0x20, max: 0x7e }).map(String.fromCharCode),
});

export const infos: fc.Arbitrary<PatchInfo> = fc.record({
  major: fc.constant(1),
  minor: fc.constant(0),
  capabilities,
  nanovoltsPerUnit: fc.integer({ min: 1, max: 1_000_000 }),
  ratesMillihertz: fc.array(fc.integer({ min: 1_000, max: 8_000_000 }), { minLength: 1, maxLength: 8 }),
  ringDepth: u32,
  model: text,
  serial: text,
});

const statusFlags: fc.Arbitrary<StatusFlags> = fc.record({
  leadOffPositive: bool,
  leadOffNegative: bool,
  streaming: bool,
  lowBattery: bool,
  charging: bool,
});

export const statuses: fc.Arbitrary<PatchStatus> = fc.record({
  major: fc.constant(1),
  minor: fc.constant(0),
  batteryPercent: fc.option(fc.nat({ max: 100 }), { nil: undefined }),
  flags: statusFlags,
  session: u16,
  centidegrees: fc.option(fc.integer({ min: -32767, max: 32767 }), { nil: undefined }),
  samplesDropped: u32,
  ringHighWater: u32,
});

const tag = u8;

export const requests: fc.Arbitrary<ControlRequest> = fc.oneof(
  fc.record({ opcode: fc.constantFrom('get-info', 'stop', 'get-status', 'abort'), tag }),
  fc.record({
    opcode: fc.constant('start'),
    tag,
    format,
    rateNumber,
    samplesPerFrame: fc.nat({ max: MAX_FRAME_SAMPLES }),
  }),
  fc.record({ opcode: fc.constant('time-ping'), tag, token: u32 }),
  fc.record({ opcode: fc.constant('backfill'), tag, session: u16, firstIndex: u32, count: some }),
) as fc.Arbitrary<ControlRequest>;

const refusalCodes = (Object.keys(STATUS_CODES) as StatusCode[]).filter(
  (code) => code !== 'success' && code !== 'mtu-too-small',
);
const refused = fc.nat({ max: 0x7f }).filter((opcode) => opcode !== 0x12);

export const answers: fc.Arbitrary<ControlAnswer> = fc.oneof(
  fc.record({ result: fc.constantFrom('stopped', 'aborted'), tag }),
  fc.record({ result: fc.constant('info'), tag, info: infos }),
  fc.record({
    result: fc.constant('started'),
    tag,
    format,
    rateNumber,
    samplesPerFrame: fc.integer({ min: 1, max: MAX_FRAME_SAMPLES }),
    session: u16,
  }),
  fc.record({ result: fc.constant('status'), tag, status: statuses }),
  fc.record({ result: fc.constant('time'), tag, token: u32, ticks: u32 }),
  fc.record({ result: fc.constant('backfilling'), tag, firstIndex: u32, count: some }),
  fc.record({ result: fc.constant('backfill-ended'), tag, complete: bool }),
  fc.record({
    result: fc.constant('refused'),
    tag,
    opcode: refused,
    code: fc.constantFrom(...refusalCodes),
  }),
  fc.record({
    result: fc.constant('refused'),
    tag,
    opcode: refused,
    code: fc.constant('mtu-too-small'),
    mtuNeeded: u16,
  }),
) as fc.Arbitrary<ControlAnswer>;

/**
 * A message as the C codec program writes it: its kind and its fields in the order of the structs in
 * beatlens_patch.h. The bits are counted here once more, apart from the codec under test.
 */
export const lineOf = {
  frame: (frame: StreamFrame): string => `frame ${frameFields(frame)}`,
  info: (info: PatchInfo): string => `info ${infoFields(info)}`,
  status: (status: PatchStatus): string => `status ${statusFields(status)}`,
  request: (request: ControlRequest): string =>
    ['request', OPCODES[request.opcode], request.tag, ...requestFields(request)].join(' '),
  answer: (answer: ControlAnswer): string => ['answer', ...answerFields(answer)].join(' '),
};

function frameFields(frame: StreamFrame): string {
  const { type, flags, session, firstIndex, ticks } = frame;
  const names = [
    'leadOffPositive',
    'leadOffNegative',
    'saturated',
    'discontinuity',
    'lowBattery',
    'eventMarker',
  ] as const;
  const typeNumber = type === 'live' ? 1 : 2;
  return `${typeNumber} ${bits(flags, names)} ${coding(frame)} ${session} ${firstIndex} ${ticks} ${frame.samples.join()}`;
}

function infoFields(info: PatchInfo): string {
  const bitsSet = bits(info.capabilities, [
    'backfill',
    'timePing',
    'leadOffPerElectrode',
    'eventButton',
    'temperature',
    'deltaPackedSamples',
    'int24Samples',
  ]);
  const { major, minor, nanovoltsPerUnit, ratesMillihertz, ringDepth, model, serial } = info;
  const texts = `${hexOfText(model)} ${hexOfText(serial)}`;
  return `${major} ${minor} ${bitsSet} ${nanovoltsPerUnit} ${ratesMillihertz.join()} ${ringDepth} ${texts}`;
}

function statusFields(status: PatchStatus): string {
  const { major, minor, batteryPercent = 255, session, centidegrees = -32768 } = status;
  const names = ['leadOffPositive', 'leadOffNegative', 'streaming', 'lowBattery', 'charging'] as const;
  const fields = [major, minor, batteryPercent, bits(status.flags, names), session, centidegrees];
  return [...fields, status.samplesDropped, status.ringHighWater].join(' ');
}

function requestFields(request: ControlRequest): (string | number)[] {
  switch (request.opcode) {
    case 'start':
      return [coding(request), request.samplesPerFrame, 0];
    case 'time-ping':
      return [request.token, 0];
    case 'backfill':
      return [request.session, request.firstIndex, request.count];
    default:
      return [];
  }
}

function answerFields(answer: ControlAnswer): (string | number)[] {
  const { tag } = answer;
  switch (answer.result) {
    case 'info':
      return [1, tag, 0, infoFields(answer.info)];
    case 'started':
      return [2, tag, 0, coding(answer), answer.samplesPerFrame, answer.session];
    case 'stopped':
      return [3, tag, 0];
    case 'status':
      return [4, tag, 0, statusFields(answer.status)];
    case 'time':
      return [5, tag, 0, answer.token, answer.ticks];
    case 'backfilling':
      return [0x10, tag, 0, 0, answer.firstIndex, answer.count];
    case 'aborted':
      return [0x11, tag, 0];
    case 'backfill-ended':
      return [0x12, tag, answer.complete ? 0 : 10];
    case 'refused': {
      const mtu = answer.code === 'mtu-too-small' ? [answer.mtuNeeded] : [];
      return [answer.opcode, tag, STATUS_CODES[answer.code], ...mtu];
    }
  }
}

function coding({ format, rateNumber }: Pick<StreamFrame, 'format' | 'rateNumber'>): string {
  return `${format === 'int16' ? 1 : 2} ${rateNumber}`;
}

function bits<Name extends string>(flags: Record<Name, boolean>, names: readonly Name[]): number {
  return names.reduce((sum, name, bit) => sum + (flags[name] ? 2 ** bit : 0), 0);
}

function hexOfText(content: string): string {
  return Buffer.from(content).toString('hex') || '-';
}
