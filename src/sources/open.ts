import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { InputError } from '../formats/input-error.ts';
import { type CaptureOptions, captureSource } from './capture.ts';
import type { Source } from './source.ts';
import { type WfdbOptions, wfdbSource } from './wfdb.ts';
import { withoutExtension } from './wfdb-record.ts';

const CAPTURE_MAGIC = 'btsnoop\0';

/**
 * Opens a capture, by what it begins with, or a WFDB record, by its header's being there.
 *
 * @throws InputError where the path is neither
 */
export async function openSource(path: string, options: CaptureOptions & WfdbOptions): Promise<Source> {
  if (await isCapture(path)) return captureSource(path, options);
  if (existsSync(`${withoutExtension(path)}.hea`)) return wfdbSource(path, options);
  throw new InputError(
    existsSync(path)
      ? `${path} is neither a btsnoop capture nor a WFDB record with its .hea file beside it: save captures of other formats as btsnoop with Wireshark.`
      : `${path} does not exist, nor does ${path}.hea: check the path.`,
  );
}

/** Whether a file begins as a btsnoop capture does. */
export async function isCapture(path: string): Promise<boolean> {
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(
        Buffer.alloc(CAPTURE_MAGIC.length),
        0,
        CAPTURE_MAGIC.length,
        0,
      );
      return buffer.toString('latin1', 0, bytesRead) === CAPTURE_MAGIC;
    } finally {
      await file.close();
    }
  } catch {
    return false; // Not there, or no file: whoever opens it next says so in words.
  }
}
