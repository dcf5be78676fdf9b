/** How far the work is, on stderr: on one line where someone watches, else now and then. */
export class Progress {
  #done = 0;
  readonly #total: number;
  readonly #noun: string;
  readonly #every: number;

  /** @param noun what is counted, such as "records"; @param every after how many of them it is told */
  constructor(total: number, noun: string, every = 10) {
    this.#total = total;
    this.#noun = noun;
    this.#every = every;
  }

  advance(): void {
    this.#done++;
    const said = `${this.#done} of ${this.#total} ${this.#noun}`;
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${said}`);
    else if (this.#done % this.#every === 0 || this.#done === this.#total)
      process.stderr.write(`beatlens: ${said}\n`);
  }

  end(): void {
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  }
}
