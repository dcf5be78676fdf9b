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

  add(stage: string, milliseconds: number): void {
    this.milliseconds.set(stage, (this.milliseconds.get(stage) ?? 0) + milliseconds);
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
      return new Observable<Passed<Through, In, Out>>((subscriber) => {
        const pass = (made: readonly Out[], began: number) => {
          clock.add(name, performance.now() - began);
          for (const item of made) subscriber.next(item);
        };
        return source.subscribe({
          next(item) {
            if (!takes.has(item.kind)) {
              subscriber.next(item as Passed<Through, In, Out>);
              return;
            }
            const began = performance.now();
            // Narrowed by `takes`, which lists exactly the kinds of In.
            pass(stage.push(item as unknown as In), began);
          },
          error: (error) => subscriber.error(error),
          complete() {
            const began = performance.now();
            pass(stage.flush(), began);
            subscriber.complete();
          },
        });
      });
    });
}
