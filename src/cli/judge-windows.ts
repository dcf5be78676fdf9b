import { readFile } from 'node:fs/promises';
import { RHYTHM_CLASSES, type RhythmClass } from '../classify/rhythm-verdict.ts';
import { RHYTHM_BEFORE, RHYTHM_WINDOW } from '../classify/rhythm-window.ts';
import { type WindowBeat, type WindowWaves, windowWaves } from '../explain/window-waves.ts';
import { InputError } from '../formats/input-error.ts';
import { GRID_RATE } from '../timeline/span.ts';

/** One exported window, with its beats found. */
export interface LabelledWindow {
  readonly record: string;
  /** Time of its R peak in the record, seconds. */
  readonly time: number;
  readonly class: RhythmClass;
  readonly window: Float32Array;
  readonly waves: WindowWaves;
  readonly centre: WindowBeat;
  readonly last: WindowBeat;
}

interface About {
  readonly record: string;
  readonly time: number;
  readonly class: RhythmClass | null;
}

/** How models/training/paper divided the windows, one by one. */
interface Division {
  /** Of the random split: train, choose, test, or empty. */
  readonly part: readonly string[];
  /** Of the folds between patients, or -1. */
  readonly fold: readonly number[];
}

/** Windows as `export-windows` wrote them, each looked at only when it is asked for. */
export class WindowSet {
  readonly #about: readonly About[];
  readonly #values: Float32Array;
  readonly division: Division;

  private constructor(about: readonly About[], values: Float32Array, division: Division) {
    this.#about = about;
    this.#values = values;
    this.division = division;
  }

  /**
   * @param stem path without .json and .windows.f32
   * @throws InputError
   */
  static async read(stem: string): Promise<WindowSet> {
    const read = (file: string) =>
      readFile(file).catch((error: NodeJS.ErrnoException) => {
        throw new InputError(
          `${file} cannot be read (${error.code}); make it with export-windows and train.py, as models/training/README.md says`,
        );
      });
    const { windows } = JSON.parse((await read(`${stem}.json`)).toString('utf8')) as { windows: About[] };
    const bytes = await read(`${stem}.windows.f32`);
    return new WindowSet(
      windows,
      new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / Float32Array.BYTES_PER_ELEMENT),
      JSON.parse((await read(`${stem}.division.json`)).toString('utf8')),
    );
  }

  /** Positions of the windows of a class. */
  ofClass(name: RhythmClass): number[] {
    return this.#about.flatMap((about, i) => (about.class === name ? [i] : []));
  }

  values(i: number): Float32Array {
    return this.#values.slice(i * RHYTHM_WINDOW, (i + 1) * RHYTHM_WINDOW);
  }

  at(i: number): LabelledWindow {
    const { record, time, class: name } = this.#about[i];
    const window = this.values(i);
    const before = RHYTHM_BEFORE / GRID_RATE;
    const peaks: number[] = [];
    let centre = 0;
    // The beats of a record follow each other in time.
    for (let j = i; j >= 0 && this.#near(j, i); j--) peaks.unshift(this.#about[j].time - time + before);
    centre = peaks.length - 1;
    for (let j = i + 1; j < this.#about.length && this.#near(j, i); j++) {
      peaks.push(this.#about[j].time - time + before);
    }
    const waves = windowWaves(window, peaks);
    const inside = waves.beats.filter(({ qrsOffset }) => qrsOffset <= 2 * before);
    const own = waves.beats.find(({ peak }) => peak === peaks[centre]) as WindowBeat;
    return {
      record,
      time,
      class: name as RhythmClass,
      window,
      waves,
      centre: own,
      last: inside.at(-1) ?? own,
    };
  }

  #near(j: number, i: number): boolean {
    const { record, time } = this.#about[j];
    return record === this.#about[i].record && Math.abs(time - this.#about[i].time) < 3;
  }
}

/** Index of a class in the models' outputs. */
export function classIndex(name: RhythmClass): number {
  return RHYTHM_CLASSES.indexOf(name);
}
