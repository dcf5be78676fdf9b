import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { type MessagePort, Worker, workerData } from 'node:worker_threads';
import { type BeatModel, loadBeatModel } from '../classify/beat-model.ts';
import { Confusion } from '../evaluate/confusion.ts';
import type { RecordResult } from '../evaluate/record-result.ts';
import { InputError } from '../formats/input-error.ts';
import { evaluateRecord, type Job } from './evaluate-record.ts';

type Confusions = 'confusion' | 'near' | 'gated';

/** A record's result as it crosses between threads, where classes do not survive. */
type Answer =
  | (Omit<RecordResult, Confusions> & { readonly [name in Confusions]: Confusion['cells'] })
  | { readonly failure: string; readonly inputError: boolean };

type Evaluate = (name: string) => Promise<RecordResult>;

/**
 * Evaluates records, as many at a time as there are processor cores.
 * @param done called after each record
 * @returns results in the order of the names
 */
export async function evaluateAll(
  names: readonly string[],
  job: Job,
  done: () => void,
): Promise<RecordResult[]> {
  const results = new Array<RecordResult>(names.length);
  const waiting = [...names.entries()];
  const drain = async (evaluate: Evaluate) => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, name] = next;
      results[index] = await evaluate(name);
      done();
    }
  };
  const count = Math.min(names.length, availableParallelism());
  // Run from source there is no bundle that a thread could be started from.
  if (count === 1 || import.meta.url.endsWith('.ts')) {
    const model = await loadBeatModel(job.model);
    await drain((name) => evaluateRecord(name, job, model));
    return results;
  }
  const workers = Array.from({ length: count }, () => startWorker(job));
  try {
    await Promise.all(workers.map((worker) => drain((name) => ask(worker, name))));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  return results;
}

/**
 * Starts a thread from the program's own bundle, with its own command line: it comes by the same way to the
 * evaluate command, which sees that it runs in a thread and calls `serve`.
 */
function startWorker(job: Job): Worker {
  return new Worker(new URL(import.meta.url), { argv: process.argv.slice(2), workerData: job });
}

async function ask(worker: Worker, name: string): Promise<RecordResult> {
  const listening = new AbortController();
  const { signal } = listening;
  worker.postMessage(name);
  const answer = await Promise.race([
    once(worker, 'message', { signal }).then(([message]) => message as Answer), // rejects on an error event
    once(worker, 'exit', { signal }).then(() => ({
      failure: `the thread for record ${name} ended`,
      inputError: false,
    })),
  ]).finally(() => listening.abort());
  if ('failure' in answer)
    throw answer.inputError ? new InputError(answer.failure) : new Error(answer.failure);
  const { confusion, near, gated } = answer;
  return {
    ...answer,
    confusion: Confusion.of(confusion),
    near: Confusion.of(near),
    gated: Confusion.of(gated),
  };
}

/** The thread's side: evaluates each record that is asked for, until the thread is terminated. */
export async function serve(port: MessagePort): Promise<void> {
  const job = workerData as Job;
  let model: Promise<BeatModel> | undefined;
  port.on('message', async (name: string) => {
    port.postMessage(await answer(name));
  });
  async function answer(name: string): Promise<Answer> {
    try {
      model ??= loadBeatModel(job.model);
      const result = await evaluateRecord(name, job, await model);
      const { confusion, near, gated } = result;
      return { ...result, confusion: confusion.cells, near: near.cells, gated: gated.cells };
    } catch (error) {
      return { failure: (error as Error).message, inputError: error instanceof InputError };
    }
  }
  await new Promise((resolve) => port.once('close', resolve));
}
