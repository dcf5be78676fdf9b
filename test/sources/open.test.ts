import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/formats/input-error.ts';
import { openSource } from '../../src/sources/open.ts';
import { temporaryFolder } from './temporary-folder.ts';

const write = temporaryFolder();
const open = (path: string) => openSource(path, { speed: 'max' });

describe('openSource', () => {
  it('knows a capture by its content, whatever its name', async () => {
    expect((await open('recordings/mitdb-208.btsnoop')).title).toBe('mitdb-208.btsnoop');
    expect((await open(write('hci.log', 'btsnoop\0'))).title).toBe('hci.log');
  });

  it('knows a record by its header', async () => {
    const header = write('100.hea', '100 1 250 10\n100.dat 16\n');
    expect((await open(header)).title).toBe('100');
    expect((await open(header.replace('.hea', ''))).title).toBe('100');
    expect(await open(write('100.dat', '')).then(({ title }) => title)).toBe('100');
  });

  it('refuses what is neither, with a remedy', async () => {
    await expect(open(write('a.pcapng', '\n\r\r\n'))).rejects.toThrow(InputError);
    await expect(open(write('b.pcapng', '\n\r\r\n'))).rejects.toThrow(
      /neither .* save captures of other formats/,
    );
    await expect(open('no/such/file')).rejects.toThrow(
      /no\/such\/file does not exist, nor does no\/such\/file\.hea/,
    );
    await expect(open('recordings')).rejects.toThrow(/neither/);
  });
});
