import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  crc16,
  decodeAnswer,
  decodeInfo,
  decodeRequest,
  decodeStatus,
  decodeStreamFrame,
  encodeAnswer,
  encodeInfo,
  encodeRequest,
  encodeStatus,
  encodeStreamFrame,
} from '../../firmware-protocol/index.ts';
import { answers, frames, infos, lineOf, requests, statuses } from './messages.ts';
import { mutant, recheck, seeded } from './mutants.ts';

const EACH = 4_000;
const MUTANTS = 20_000;

const source = fileURLToPath(new URL('../../firmware-protocol/c', import.meta.url));

const missing = ['cc', 'make', 'python3'].filter(
  (tool) => spawnSync(tool, ['--version']).error !== undefined,
);
if (missing.length > 0) {
  process.stderr.write(
    `\n*** SKIPPED: the C codec's tests need ${missing.join(' and ')}, which is absent ***\n`,
  );
}

describe.skipIf(missing.length > 0)('the C codec', () => {
  let build = '';
  afterAll(() => rmSync(build, { recursive: true }));

  beforeAll(() => {
    build = mkdtempSync(join(tmpdir(), 'beatlens-c-'));
    make('all');
  }, 120_000);

  function make(target: string): string {
    return execFileSync('make', ['-s', '-C', source, `BUILD=${build}`, target], { encoding: 'utf8' });
  }

  /** Has the program that was built with sanitizers answer each line. */
  function ask(lines: readonly string[]): string[] {
    const { status, stdout, stderr } = spawnSync(join(build, 'codec-sanitized'), {
      input: `${lines.join('\n')}\n`,
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    return stdout.trimEnd().split('\n');
  }

  test('passes the vectors and its own tests, plainly and under sanitizers', () => {
    expect(make('test')).toMatch(/vectors: \d{3,} lines as expected/);
  }, 120_000);

  const kinds = {
    frame: kind(frames, encodeStreamFrame, decodeStreamFrame, lineOf.frame, (bytes) => recheck(bytes, crc16)),
    info: kind(infos, encodeInfo, decodeInfo, lineOf.info),
    status: kind(statuses, encodeStatus, decodeStatus, lineOf.status),
    request: kind(requests, encodeRequest, decodeRequest, lineOf.request),
    answer: kind(answers, encodeAnswer, decodeAnswer, lineOf.answer),
  };

  describe.each(Object.entries(kinds))('%s', (name, { random, decode, mutants }) => {
    const exchanged = random(EACH);

    test('what TypeScript encodes, C decodes', () => {
      const heard = ask(exchanged.map(({ hex }) => `decode ${name} ${hex}`));
      expect(heard).toEqual(exchanged.map(({ asWritten }) => asWritten));
    });

    test('what C encodes, TypeScript decodes, and they are the same bytes', () => {
      const written = ask(exchanged.map(({ line }) => `encode ${line}`));
      expect(written).toEqual(exchanged.map(({ hex }) => hex));
      expect(written.map(decode)).toEqual(exchanged.map(({ asWritten }) => asWritten));
    });

    test('both make the same of any bytes', () => {
      const bytes = mutants(MUTANTS);
      const ours = bytes.map(decode);
      expect(ask(bytes.map((hex) => `decode ${name} ${hex || '-'}`))).toEqual(ours);
      const accepted = ours.filter((line) => !line.startsWith('refused')).length;
      expect(accepted).toBeGreaterThan(MUTANTS / 50);
      expect(accepted).toBeLessThan(MUTANTS);
    });
  });
});

interface Exchanged {
  /** The message for the C codec to encode. */
  readonly line: string;
  readonly hex: string;
  /** The message that those bytes hold. */
  readonly asWritten: string;
}

function kind<Message>(
  messages: fc.Arbitrary<Message>,
  encode: (message: Message) => Uint8Array,
  decode: (bytes: Uint8Array) => { ok: true; value: Message } | { ok: false; reason: string },
  toLine: (message: Message) => string,
  /** What lets a mutant past the first thing that would refuse it. */
  mend: (bytes: Uint8Array) => Uint8Array = (bytes) => bytes,
) {
  const lineOfBytes = (hex: string): string => {
    const result = decode(Buffer.from(hex, 'hex'));
    return result.ok ? toLine(result.value) : `refused ${result.reason}`;
  };
  return {
    decode: lineOfBytes,
    random: (count: number): Exchanged[] =>
      fc.sample(messages, { numRuns: count, seed: 42 }).map((message) => {
        const bytes = encode(message);
        const written = packedOrNot(message, bytes);
        return { line: toLine(message), hex: toHex(bytes), asWritten: toLine(written) };
      }),
    mutants: (count: number): string[] => {
      const random = seeded(7);
      const originals = fc.sample(messages, { numRuns: 200, seed: 7 }).map(encode);
      return Array.from({ length: count }, () => {
        const bytes = mutant(originals, random);
        return toHex(random(2) === 0 ? mend(bytes) : bytes);
      });
    },
  };
}

/** Samples that are no shorter when packed go as int16: whether these did stands in the frame. */
function packedOrNot<Message>(message: Message, bytes: Uint8Array): Message {
  const isPacked = typeof message === 'object' && message !== null && 'samples' in message;
  return isPacked ? { ...message, format: (bytes[12] & 0x0f) === 2 ? 'delta-packed' : 'int16' } : message;
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
