import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { InputError } from '../formats/input-error.ts';

/** Headers and annotation files are small; one that is not is something else. */
const MAX_WHOLE_FILE = 64 * 1024 * 1024;

/** The bytes of a file, piece by piece. @throws InputError where it cannot be read */
export async function* fileChunks(path: string): AsyncGenerator<Uint8Array, void> {
  try {
    for await (const chunk of createReadStream(path)) yield chunk;
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** A small file as a whole. @throws InputError where it cannot be read or is not small */
export async function wholeFile(path: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    if (size > MAX_WHOLE_FILE)
      throw new InputError(`${path} is too large (${size} bytes) to be what its name says.`);
    return await readFile(path);
  } catch (error) {
    throw unreadable(path, error);
  }
}

const CAUSES: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist: check the path',
  EACCES: 'may not be read by this user: change its permissions',
  EISDIR: 'is a folder: name a file in it',
  ENOTDIR: 'does not exist: a folder on the way is a file',
  EIO: 'cannot be read: the medium reports an error',
};

function unreadable(path: string, error: unknown): unknown {
  const cause = CAUSES[(error as NodeJS.ErrnoException).code ?? ''];
  return cause === undefined ? error : new InputError(`${path} ${cause}.`);
}
