import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as protocol from '../../firmware-protocol/index.ts';

// The formatter pads tables: cells are compared without that.
const page = readFileSync(new URL('../../firmware-protocol/PROTOCOL.md', import.meta.url), 'utf8').replace(
  / +\|/g,
  ' |',
);

describe('PROTOCOL.md', () => {
  const example = /```hex\n([^`]*)```/.exec(page)?.[1] ?? '';
  const rows = new Map(
    Array.from(page.matchAll(/^\| `([0-9a-f ]+)` \| ([^|]+) \| ([^|]+) \|$/gm), ([, hex, field, value]) => [
      field,
      { hex, value },
    ]),
  );
  const frame = protocol.decodeStreamFrame(bytesOf(example));

  test('the example is made of the fields that the page names, in that order', () => {
    expect(Array.from(rows.values(), ({ hex }) => hex).join(' ')).toBe(example.trim().replace('\n', ' '));
  });

  test('the example decodes as the page says', () => {
    if (!frame.ok) throw new Error(frame.reason);
    const { session, firstIndex, ticks, samples, flags } = frame.value;
    const told = (field: string) => rows.get(field)?.value;
    expect(String(session)).toBe(told('session'));
    expect(String(firstIndex)).toBe(told('first index'));
    expect(String(ticks)).toBe(told('ticks'));
    expect(String(samples.length)).toBe(told('count'));
    expect(samples.join(', ')).toBe(told('samples'));
    expect(Object.keys(flags).filter((name) => flags[name as keyof typeof flags])).toEqual(['eventMarker']);
    expect(told('flags')).toBe('event marker');
  });

  test('the packed example decodes as the page says', () => {
    const [, packed, told] = /```hex\n([^`]*)```\n\nThese are the samples ([-0-9, ]+): /.exec(page) ?? [
      '',
      '',
      '',
    ];
    const result = protocol.decodeStreamFrame(bytesOf(packed));
    expect(result).toMatchObject({ ok: true, value: { format: 'delta-packed', type: 'live' } });
    if (result.ok) expect(result.value.samples.join(', ')).toBe(told);
  });

  test('what the page answers to a start at the default MTU is what the codec answers', () => {
    const hex = /is answered `([0-9a-f]+) tag ([0-9a-f ]+)`/.exec(page)?.slice(1, 3).join(' 2a ') ?? '';
    expect(protocol.decodeAnswer(bytesOf(hex))).toEqual({
      ok: true,
      value: {
        result: 'refused',
        tag: 0x2a,
        opcode: protocol.OPCODES.start,
        code: 'mtu-too-small',
        mtuNeeded: 119,
      },
    });
  });

  test.each([
    ['service', protocol.PATCH_SERVICE],
    ['stream', protocol.STREAM_CHARACTERISTIC],
    ['info', protocol.INFO_CHARACTERISTIC],
    ['status', protocol.STATUS_CHARACTERISTIC],
    ['control', protocol.CONTROL_CHARACTERISTIC],
  ])('the UUID of %s is the codec’s', (name, uuid) => {
    expect(page).toContain(`| ${name} | \`${uuid}\` |`);
  });

  test.each(Object.entries(protocol.STATUS_CODES))('status code %s is the codec’s', (name, code) => {
    expect(page).toContain(`| ${code} | ${name} |`);
  });

  test.each(Object.entries(protocol.OPCODES))('opcode %s is the codec’s', (name, opcode) => {
    expect(page).toContain(`| ${name} | 0x${opcode.toString(16).padStart(2, '0')} |`);
  });
});

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.trim().split(/\s+/), (byte) => Number.parseInt(byte, 16));
}
