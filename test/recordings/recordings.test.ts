import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { complaints, describeWithTshark, tshark } from '../tshark.ts';

const sums = readFileSync('recordings/SHA256SUMS', 'utf8')
  .trim()
  .split('\n')
  .map((line) => line.split('  '));

describe('recordings', () => {
  it.each(sums)('%s is the checksum of %s', (sum, name) => {
    expect(
      createHash('sha256')
        .update(readFileSync(`recordings/${name}`))
        .digest('hex'),
    ).toBe(sum);
  });

  it('come with the attribution that their licence asks for', () => {
    const readme = readFileSync('recordings/README.md', 'utf8');
    for (const [, name] of sums) expect(readme).toContain(name);
    for (const source of ['Moody GB, Mark RG', 'Goldberger AL', 'opendatacommons.org/licenses/by/1-0']) {
      expect(readme).toContain(source);
    }
  });
});

describeWithTshark('what Wireshark says of the recordings', () => {
  it('finds no fault', () => {
    for (const [, name] of sums) expect(complaints(`recordings/${name}`)).toEqual([]);
  });

  it('counts the connections that the README describes', () => {
    const connections = (name: string) =>
      tshark(`recordings/${name}`, '-Y', 'bthci_evt.le_meta_subevent == 1').length;
    expect(connections('mitdb-208.btsnoop')).toBe(1);
    expect(connections('mitdb-208-faults.btsnoop')).toBe(3);
  });
});
