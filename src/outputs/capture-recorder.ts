import { constants } from 'node:fs';
import { access, type FileHandle, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { btsnoopHeader } from '../formats/btsnoop.ts';
import { InputError } from '../formats/input-error.ts';
import type { Service } from '../sources/ble/central.ts';
import type { SourceItem } from '../sources/source.ts';
import { LinkTranscript } from './link-transcript.ts';

/** Health data: nobody else on the machine may read it. */
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
/** At most this much is lost when the power goes. */
const FLUSH_MS = 1_000;
const ROTATE_MS = 3_600_000;
const RETRY_MS = 10_000;
/** A disk that does not take it any more must not fill the memory instead. */
const MOST_WAITING_BYTES = 16 * 1024 * 1024;

/**
 * Writes a live stream into a folder as it comes: btsnoop captures, a new one each hour, each of which can be
 * replayed by itself. What was taken is on the disk a second later. A disk that fails costs the recording and
 * never the stream: it is told once, and tried again with the next file.
 */
export class CaptureRecorder {
  readonly #folder: string;
  readonly #complain: (message: string) => void;
  readonly #transcript = new LinkTranscript();
  readonly #timer: NodeJS.Timeout;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #file: FileHandle | undefined;
  #takenAtMs = 0;
  #rotateAtMs = Number.NEGATIVE_INFINITY;
  #writing: Promise<void> = Promise.resolve();
  #isFailing = false;

  private constructor(folder: string, complain: (message: string) => void) {
    this.#folder = folder;
    this.#complain = complain;
    this.#timer = setInterval(() => this.#flush(), FLUSH_MS);
    this.#timer.unref();
  }

  /**
   * @param complain told of a disk that fails, in words
   * @throws InputError where the folder cannot be written to
   */
  static async open(folder: string, complain: (message: string) => void): Promise<CaptureRecorder> {
    try {
      await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
      await access(folder, constants.W_OK);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new InputError(
        `${folder} cannot be recorded into (${code}): choose a folder that you may write to.`,
      );
    }
    return new CaptureRecorder(folder, complain);
  }

  /** What the sensor has, before any of its values is taken. */
  discovered(services: readonly Service[]): void {
    this.#append(this.#transcript.discovered(services));
  }

  take(item: SourceItem): void {
    this.#takenAtMs = item.receivedAtMs;
    if (item.receivedAtMs >= this.#rotateAtMs) this.#rotate(item.receivedAtMs);
    this.#append(this.#transcript.take(item));
  }

  /** Writes what is left. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#flush();
    await this.#writing;
    await this.#file?.close();
    this.#file = undefined;
  }

  #append(records: readonly Uint8Array[]): void {
    for (const record of records) {
      this.#waiting.push(record);
      this.#waitingBytes += record.length;
    }
    if (this.#waitingBytes > MOST_WAITING_BYTES) this.#forget();
  }

  #rotate(atMs: number): void {
    this.#flush();
    this.#rotateAtMs = atMs + ROTATE_MS;
    const head = [btsnoopHeader(), ...this.#transcript.introduction(atMs)];
    this.#then(async () => {
      await this.#file?.close();
      this.#file = undefined;
      this.#file = await this.#create(atMs);
    });
    this.#append(head);
  }

  /** A file of its own, whatever is there. */
  async #create(atMs: number): Promise<FileHandle> {
    const name = new Date(atMs).toISOString().replace(/[:.]/g, '-');
    for (let n = 1; ; n++) {
      const path = join(this.#folder, `${name}${n === 1 ? '' : `-${n}`}.btsnoop`);
      try {
        return await open(path, 'wx', FILE_MODE);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || n > 99) throw error;
      }
    }
  }

  #flush(): void {
    const bytes = Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#waitingBytes = 0;
    if (bytes.length === 0) return;
    this.#then(async () => {
      if (this.#file === undefined) return; // It could not be made, which was told.
      await this.#file.appendFile(bytes);
      await this.#file.datasync();
      this.#isFailing = false;
    });
  }

  #then(work: () => Promise<void>): void {
    this.#writing = this.#writing.then(work).catch((error: NodeJS.ErrnoException) => {
      this.#forget();
      this.#rotateAtMs = this.#takenAtMs + RETRY_MS;
      if (!this.#isFailing) {
        this.#complain(
          `${this.#folder} takes no recording (${error.code ?? error.message}), and monitoring goes on; make room on the disk`,
        );
      }
      this.#isFailing = true;
    });
  }

  #forget(): void {
    this.#waiting = [];
    this.#waitingBytes = 0;
  }
}
