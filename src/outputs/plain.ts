import type { RhythmVerdict } from '../classify/rhythm-verdict.ts';
import type { SensorInfo } from '../sensors/sensor.ts';
import type { LinkChange } from '../sources/source.ts';
import type { StageClock } from '../stage.ts';
import type { LineWriter } from './line-writer.ts';
import { clockTime } from './numbers.ts';
import type { Output, Provenance } from './output.ts';
import type { OutputItem } from './output-item.ts';
import { printable } from './printable.ts';
import { StreamTime } from './stream-time.ts';
import { summaryText } from './summary.ts';
import type { Tally } from './tally.ts';

/** Skipped frames and faults beyond these are only counted: a broken input must not bury the alerts. */
const SKIPPED_SHOWN = 10;

/** Plain lines for pipes and files: one an alert, one a gap or a change of link or quality, then the summary. */
export class PlainOutput implements Output {
  readonly #lines: LineWriter;
  readonly #tally: Tally;
  readonly #clock: StageClock;
  readonly #provenance: Provenance;
  readonly #time = new StreamTime();
  readonly #linkSaid = new Set<string>();
  #rhythm: RhythmVerdict['class'] = 'N';
  #skipped = 0;

  constructor(lines: LineWriter, provenance: Provenance, tally: Tally, clock: StageClock) {
    this.#tally = tally;
    this.#lines = lines;
    this.#provenance = provenance;
    this.#clock = clock;
  }

  take(item: OutputItem): void {
    const time = clockTime(this.#time.of(item));
    const words = this.#words(item);
    if (words !== undefined) this.#lines.write(`${time}  ${printable(words)}`);
  }

  close(): void {}

  summarise(): void {
    this.#lines.write('');
    for (const line of summaryText(this.#tally, this.#clock, this.#provenance)) this.#lines.write(line);
  }

  #words(item: OutputItem): string | undefined {
    switch (item.kind) {
      case 'alert':
        return item.explanation.sentence;
      case 'rhythm':
        return this.#rhythmWords(item);
      case 'gap':
        return `gap of ${item.duration.toFixed(2)} s: ${item.cause}`;
      case 'quality':
        return item.flaw ? `signal ${item.flaw}` : 'signal good';
      case 'link':
        return this.#linkWords(item);
      case 'sensor-info':
        return sensorWords(item);
      case 'bad-frame':
        return this.#skippedWords(`skipped a bad frame: ${item.reason}`);
      case 'source-fault':
        return this.#skippedWords(`skipped input: ${item.message}`);
      default:
        return undefined;
    }
  }

  /** Each change of the second opinion to anything but normal: a fibrillating heart must not bury the alerts. */
  #rhythmWords({ class: rhythm, probabilities }: RhythmVerdict): string | undefined {
    const before = this.#rhythm;
    this.#rhythm = rhythm;
    if (rhythm === before || rhythm === 'N' || rhythm === 'Q') return undefined;
    return `second opinion: ${rhythm} ${Math.max(...probabilities).toFixed(2)}`;
  }

  /** Each state once until a link stands or is lost: a sensor that stays away must not fill a disk with lines. */
  #linkWords({ state, address, reason }: LinkChange): string | undefined {
    const words = `link ${state}${state === 'connected' && address ? ` to ${address}` : ''}${reason ? `: ${reason}` : ''}`;
    if (state === 'connected' || state === 'lost') this.#linkSaid.clear();
    if (this.#linkSaid.has(words) || state === 'connecting') return undefined;
    this.#linkSaid.add(words);
    return words;
  }

  #skippedWords(words: string): string | undefined {
    this.#skipped++;
    if (this.#skipped > SKIPPED_SHOWN) return undefined;
    return this.#skipped === SKIPPED_SHOWN ? `${words} (further ones are only counted)` : words;
  }
}

function sensorWords({ maker, model, serial, firmware, protocol, rate, lossEvidence }: SensorInfo): string {
  const parts = [
    maker !== undefined && `by ${maker}`,
    model,
    serial !== undefined && `serial ${serial}`,
    firmware !== undefined && `firmware ${firmware}`,
    protocol !== undefined && `protocol ${protocol}`,
    rate !== undefined && `${rate} Hz`,
    lossEvidence === 'none' && 'lost samples cannot be seen',
  ];
  return `sensor ${parts.filter((part) => part !== undefined && part !== false).join(', ')}`;
}
