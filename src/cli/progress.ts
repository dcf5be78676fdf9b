/** How far the work is, on stderr: on one line where someone watches, else now and then. */
export class Progress {
  #done = 0;
  readonly #total: number;
  readonly #noun: string;

  /** @param noun what is counted, such as "records" */
  constructor(total: number, noun: string) {
    this.#total = total;
    this.#noun = noun;
  }

  advance(): void {
    this.#done++;
    const said = `${this.#done} of ${this.#total} ${this.#noun}`;
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${said}`);
    else if (this.#done % 10 === 0 || this.#done === this.#total) process.stderr.write(`beatlens: ${said}\n`);
  }

  end(): void {
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  }
}
