import { type FileHandle, open, rename, rm } from 'node:fs/promises';

/** Health data: nobody else on the machine may read it. */
const OWNER_ONLY = 0o600;

/**
 * Writes a file that appears under its name only when it is whole, readable by its owner alone. What stood
 * under that name stays until then, even when the power goes. @returns its size in bytes
 */
export async function writeWhole(
  path: string,
  chunks: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>,
): Promise<number> {
  const part = `${path}.part`;
  let file: FileHandle | undefined;
  try {
    file = await open(part, 'w', OWNER_ONLY);
    await file.chmod(OWNER_ONLY); // What was left of an earlier try keeps its mode otherwise.
    for await (const chunk of chunks) await file.writeFile(chunk);
    const { size } = await file.stat();
    await file.datasync();
    await file.close();
    await rename(part, path);
    return size;
  } catch (error) {
    await file?.close();
    await rm(part, { force: true });
    throw error;
  }
}
