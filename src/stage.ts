import { defer, Observable, type OperatorFunction } from 'rxjs';

/**
 * A stage of the pipe: a small causal object. It says which kinds of item it takes, returns what became
 * ready, and owns all of its state, so that no cost or memory grows with the length of the stream.
 */
export interface Stage<In extends Item, Out extends Item> {
  /** Kinds of item that this stage takes; everything else passes by, in order. */
  readonly takes: readonly In['kind'][];
  push(item: In): readonly Out[];
  /** The source has ended: returns what was held back. */
  flush(): readonly Out[];
}

/** Whatever travels through the pipe. */
export interface Item {
  readonly kind: string;
}

/** Adds up the processor time of each stage, for the summary. */
export class StageClock {
  /** By stage, in the order of the pipe. */
  readonly milliseconds = new Map<string, number>();

  /** Takes up a stage that has not run yet. */
  register(stage: string): void {
    if (!this.milliseconds.has(stage)) this.milliseconds.set(stage, 0);
  }

  measure<T>(stage: string, work: () => T): T {
    const before = performance.now();
    try {
      return work();
    } finally {
      this.milliseconds.set(stage, (this.milliseconds.get(stage) ?? 0) + performance.now() - before);
    }
  }
}

/** What leaves a stage: what it made, and what it does not take. */
export type Passed<Through extends Item, In extends Item, Out extends Item> =
  | Exclude<Through, { kind: In['kind'] }>
  | Out;

/**
 * The operator that runs a stage. Each subscription makes its own, so that two subscribers never share state.
 */
export function through<Through extends Item, In extends Item, Out extends Item>(
  name: string,
  make: () => Stage<In, Out>,
  clock: StageClock,
): OperatorFunction<Through, Passed<Through, In, Out>> {
  clock.register(name);
  return (source) =>
    defer(() => {
      const stage = make();
      const takes = new Set<string>(stage.takes);
      return new Observable<Passed<Through, In, Out>>((subscriber) =>
        source.subscribe({
          next(item) {
            if (!takes.has(item.kind)) {
              subscriber.next(item as Passed<Through, In, Out>);
              return;
            }
            // Narrowed by `takes`, which lists exactly the kinds of In.
            for (const made of clock.measure(name, () => stage.push(item as unknown as In)))
              subscriber.next(made);
          },
          error: (error) => subscriber.error(error),
          complete() {
            for (const made of clock.measure(name, () => stage.flush())) subscriber.next(made);
            subscriber.complete();
          },
        }),
      );
    });
}
