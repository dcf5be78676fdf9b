import type { Provenance } from '../output.ts';
import type { OutputItem } from '../output-item.ts';
import { StreamTime } from '../stream-time.ts';
import type { Tally } from '../tally.ts';
import { writeWhole } from '../write-whole.ts';
import { Incidents } from './incidents.ts';
import { KeptAlerts } from './kept-alerts.ts';
import { reportPage } from './page.ts';
import { Trend } from './trend.ts';

/** How often the report of a live stream is written: no more than this is lost when the power goes. */
const REWRITE_MS = 60_000;

export interface ReportOptions {
  readonly path: string;
  /** The stream happens now: the time of day is told, and the report is written again and again. */
  readonly live: boolean;
  /** Told of a disk that does not take the report, in words; monitoring goes on. */
  readonly complain: (message: string) => void;
}

/** Gathers a stream into one page of HTML, in memory that does not grow with it. */
export class ReportOutput {
  readonly #provenance: Provenance;
  readonly #tally: Tally;
  readonly #options: ReportOptions;
  readonly #time = new StreamTime();
  readonly #trend = new Trend();
  readonly #alerts = new KeptAlerts();
  readonly #incidents = new Incidents();
  readonly #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #isFailing = false;

  constructor(provenance: Provenance, tally: Tally, options: ReportOptions) {
    this.#provenance = provenance;
    this.#tally = tally;
    this.#options = options;
    if (options.live) this.#timer = setInterval(() => this.#rewrite(), REWRITE_MS).unref();
  }

  take(item: OutputItem): void {
    this.#time.of(item);
    this.#trend.take(item);
    this.#alerts.take(item);
    this.#incidents.take(item);
  }

  /** Writes the report for good. @throws what the file system says */
  async finish(): Promise<void> {
    clearInterval(this.#timer);
    await this.#writing;
    await this.#write();
  }

  #rewrite(): void {
    this.#writing = this.#write().then(
      () => {
        this.#isFailing = false;
      },
      (error: NodeJS.ErrnoException) => {
        const { path, complain } = this.#options;
        if (!this.#isFailing)
          complain(
            `${path} cannot be written (${error.code}), and monitoring goes on; make room on the disk`,
          );
        this.#isFailing = true;
      },
    );
  }

  async #write(): Promise<void> {
    const page = reportPage({
      provenance: this.#provenance,
      tally: this.#tally,
      trend: this.#trend,
      alerts: this.#alerts,
      incidents: this.#incidents,
      beganAtMs: this.#options.live ? this.#time.beganAtMs : undefined,
    });
    await writeWhole(this.#options.path, [page]);
  }
}
