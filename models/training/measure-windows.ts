/**
 * Runs rhythm models over the test windows of the random split, in the gateway's own runtime, and says how often each
 * is right and how often they agree.
 *
 *   node dist/measure-windows.js STEM CARD [CARD …]    STEM as export-windows wrote it, and train.py divided it
 *
 * The first card is the one that the others are compared with: give the float model first.
 */
import { readFile } from 'node:fs/promises';
import { loadRhythmModel } from '../../src/classify/rhythm-model.ts';
import { RHYTHM_CLASSES, type RhythmClass } from '../../src/classify/rhythm-verdict.ts';
import { RHYTHM_WINDOW } from '../../src/classify/rhythm-window.ts';

const [stem, ...cards] = process.argv.slice(2);
const json = async (path: string) => JSON.parse(await readFile(path, 'utf8'));
const about: { windows: { class: RhythmClass }[] } = await json(`${stem}.json`);
const { part }: { part: string[] } = await json(`${stem}.division.json`);
const bytes = await readFile(`${stem}.windows.f32`);
const samples = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
const tested = part.flatMap((name, i) => (name === 'test' ? [i] : []));
const truth = tested.map((i) => RHYTHM_CLASSES.indexOf(about.windows[i].class));

let first: readonly number[] | undefined;
for (const card of cards) {
  const model = await loadRhythmModel(card);
  const began = performance.now();
  const called = tested.map((i) => {
    const scores = model.scores(samples.subarray(i * RHYTHM_WINDOW, (i + 1) * RHYTHM_WINDOW));
    return scores.indexOf(Math.max(...scores));
  });
  const each = (performance.now() - began) / tested.length;
  first ??= called;
  const percent = (holds: (n: number) => boolean) =>
    `${((100 * called.filter((_, n) => holds(n)).length) / called.length).toFixed(2)} %`;
  const f1 = RHYTHM_CLASSES.map((name, k) => {
    const both = called.filter((c, n) => c === k && truth[n] === k).length;
    const either = called.filter((c) => c === k).length + truth.filter((t) => t === k).length;
    return `${name} ${((200 * both) / either).toFixed(1)}`;
  });
  process.stdout.write(
    `${model.card.name}: ${tested.length} windows, right ${percent((n) => called[n] === truth[n])}, ` +
      `as the first model ${percent((n) => called[n] === first?.[n])}, ${each.toFixed(2)} ms a window\n` +
      `  F1: ${f1.join(', ')}\n`,
  );
}
