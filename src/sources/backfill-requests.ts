import {
  CONTROL_CHARACTERISTIC,
  type ControlAnswer,
  decodeAnswer,
  decodeStreamFrame,
  encodeRequest,
  OPCODES,
  STREAM_CHARACTERISTIC,
  type StreamFrame,
} from '../../firmware-protocol/index.ts';
import { unwrap32 } from '../dsp/unwrap.ts';

/** Holes that are remembered; beyond, the oldest is forgotten: it leaves the patch's ring first. */
const MAX_HOLES = 256;
/** So often a hole is asked for: backfill can be lost like anything else. */
const MAX_TRIES = 5;
/**
 * Live frames after a request until it is taken for lost, and until a refused one is made again: a patch answers
 * between two frames, and the timeline keeps the place of what is missing free for four.
 */
const PATIENCE = 2;
/** Live frames without one of those that were asked for, once the patch has begun to send them: a few seconds. */
const PATIENCE_FOR_NEXT = 25;
const CYCLE = 2 ** 32;

/** Samples of the session that have not come: from, to (exclusive), unwrapped. */
interface Hole {
  readonly from: number;
  readonly to: number;
  readonly tries: number;
}

/**
 * The gateway's side of backfill: hears what a patch sends, finds what is missing, and says what to write to the
 * control characteristic. Asks for one hole at a time, the oldest first, and again where the answer or some of the
 * backfill was lost too.
 */
export class BackfillRequests {
  #session: number | undefined;
  /** Index of the sample that comes next, unwrapped. */
  #next = 0;
  #holes: Hole[] = [];
  /** Of the request under way. */
  #tag = 0;
  #underWay = false;
  /** Live frames until it is taken for lost. */
  #patience = 0;

  /** @returns the request to write now, if any */
  hear(characteristic: string, value: Uint8Array): Uint8Array | undefined {
    if (characteristic === STREAM_CHARACTERISTIC) {
      const frame = decodeStreamFrame(value);
      if (frame.ok) this.#frame(frame.value);
    } else if (characteristic === CONTROL_CHARACTERISTIC) {
      const answer = decodeAnswer(value);
      if (answer.ok && answer.value.tag === this.#tag) this.#answer(answer.value);
    }
    return this.#ask();
  }

  /** The link was lost, and with it the request under way. */
  linkLost(): void {
    this.#underWay = false;
  }

  #frame({ type, session, firstIndex, samples }: StreamFrame): void {
    if (type === 'backfill') {
      this.#patience = PATIENCE_FOR_NEXT;
      if (session === this.#session) this.#fill(unwrap32(firstIndex, this.#next), samples.length);
      return;
    }
    if (--this.#patience <= 0) this.#underWay = false;
    if (session !== this.#session) {
      this.#session = session;
      this.#next = firstIndex;
      this.#holes = [];
    }
    const first = unwrap32(firstIndex, this.#next);
    if (first > this.#next) {
      this.#holes.push({ from: this.#next, to: first, tries: 0 });
      if (this.#holes.length > MAX_HOLES) this.#holes.shift();
    }
    this.#next = Math.max(this.#next, first + samples.length);
  }

  #fill(from: number, count: number): void {
    const to = from + count;
    this.#holes = this.#holes.flatMap((hole) =>
      [
        { ...hole, to: Math.min(hole.to, from) },
        { ...hole, from: Math.max(hole.from, to) },
      ].filter((rest) => rest.from < rest.to),
    );
  }

  #answer(answer: ControlAnswer): void {
    switch (answer.result) {
      case 'backfilling': {
        this.#patience = PATIENCE_FOR_NEXT;
        // What lies before is not in the ring any more.
        const { from } = this.#holes[0] ?? { from: 0 };
        const first = unwrap32(answer.firstIndex, this.#next);
        if (first > from) this.#fill(from, first - from);
        break;
      }
      case 'backfill-ended':
        this.#underWay = false;
        break;
      case 'refused':
        // One that is busy is asked again when this one's time is up.
        if (answer.opcode !== OPCODES.backfill || answer.code === 'busy') break;
        this.#underWay = false;
        this.#holes.shift();
        break;
    }
  }

  #ask(): Uint8Array | undefined {
    if (this.#underWay) return undefined;
    this.#holes = this.#holes.filter(({ tries }) => tries < MAX_TRIES);
    const [hole] = this.#holes;
    if (hole === undefined) return undefined;
    this.#holes[0] = { ...hole, tries: hole.tries + 1 };
    this.#underWay = true;
    this.#patience = PATIENCE;
    this.#tag = (this.#tag + 1) & 0xff;
    return encodeRequest({
      opcode: 'backfill',
      tag: this.#tag,
      session: this.#session as number,
      firstIndex: hole.from % CYCLE,
      count: hole.to - hole.from,
    });
  }
}
