import { execFile } from 'node:child_process';

/** Sends a message to the service manager, such as "READY=1". */
type Notify = (message: string) => void;

/**
 * What systemd is told of this process: that it is ready, and then, as often as it asks for, that it is alive. Alive
 * means that the event loop turns and that what enters a pipe leads to something that leaves it; otherwise systemd
 * hears nothing, and starts the gateway anew.
 */
export class ServiceManager {
  readonly #notify: Notify;
  readonly #everyMs: number | undefined;
  /** Since when something is in a pipe of which nothing has left, by the pipe's source. */
  readonly #waitingSince = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;

  /** @param everyMs how often a sign of life is wanted; undefined: not at all */
  constructor(notify: Notify, everyMs: number | undefined) {
    this.#notify = notify;
    this.#everyMs = everyMs;
  }

  /** The service manager that has started this process, if one has. */
  static of(environment: NodeJS.ProcessEnv): ServiceManager {
    const { NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID = process.pid } = environment;
    if (NOTIFY_SOCKET === undefined) return new ServiceManager(() => {}, undefined);
    const isWatched = WATCHDOG_USEC !== undefined && Number(WATCHDOG_PID) === process.pid;
    // Half of the time that it waits, as its documentation recommends.
    return new ServiceManager(systemdNotify, isWatched ? Number(WATCHDOG_USEC) / 2_000 : undefined);
  }

  /** The gateway can do its work from now on. */
  ready(): void {
    this.#notify('READY=1');
    if (this.#everyMs !== undefined) this.#timer = setInterval(() => this.#tell(), this.#everyMs).unref();
  }

  /** Something has come from a source. */
  entered(source: string): void {
    if (!this.#waitingSince.has(source)) this.#waitingSince.set(source, performance.now());
  }

  /** Something that comes of it was shown. */
  left(source: string): void {
    this.#waitingSince.delete(source);
  }

  /** There is nothing more to tell: the gateway ends. */
  stop(): void {
    clearInterval(this.#timer);
  }

  #tell(): void {
    const latest = performance.now() - (this.#everyMs as number);
    if ([...this.#waitingSince.values()].every((since) => since > latest)) this.#notify('WATCHDOG=1');
  }
}

/** Node has no datagram sockets of this kind, so that systemd's own program sends it: a process for each message. */
function systemdNotify(message: string): void {
  execFile('systemd-notify', [message], (error) => {
    if (error) process.stderr.write(`beatlens: systemd was not told ${message}: ${error.message.trim()}\n`);
  });
}
