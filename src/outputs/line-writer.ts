import { writeSync } from 'node:fs';

/** The reader of the output has gone, as after `| head`: a reason to stop, not an error. */
export class OutputClosed extends Error {
  override readonly name = 'OutputClosed';
}

/** Milliseconds to wait for a slow reader before trying again. */
const PATIENCE_MS = 5;
const sleeper = new Int32Array(new SharedArrayBuffer(4));

/**
 * Writes lines to a file descriptor and returns when they are written. A stream's push has no other way to
 * slow its source down: were lines queued for a slow reader instead, memory would grow with the stream.
 */
export class LineWriter {
  readonly #descriptor: number;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  /** Writes a line. Throws OutputClosed when nobody reads any more. */
  write(line: string): void {
    const bytes = Buffer.from(`${line}\n`);
    for (let written = 0; written < bytes.length; ) {
      try {
        written += writeSync(this.#descriptor, bytes, written);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'EPIPE') throw new OutputClosed('the output was closed');
        if (code !== 'EAGAIN') throw error; // EAGAIN: a non-blocking pipe is full
        Atomics.wait(sleeper, 0, 0, PATIENCE_MS);
      }
    }
  }
}
