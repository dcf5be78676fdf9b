import { concatenated } from '../dsp/concatenated.ts';
import { mean } from '../dsp/mean.ts';
import { Resampler } from '../dsp/resample.ts';
import { InputError } from '../formats/input-error.ts';
import type { SignalSpec } from '../formats/wfdb/header.ts';
import type { Source } from './source.ts';
import { type Alteration, type WfdbOptions, wfdbSource } from './wfdb.ts';
import { openRecord, recordAnnotations, type Stretch, type WfdbRecord, wholeLead } from './wfdb-record.ts';

/** Noise to be added to a lead. */
export interface AddedNoise {
  /** WFDB record that holds the noise, such as `nstdb/em`. */
  readonly record: string;
  /** The part of it that is used, again and again; without it, all. */
  readonly part?: Stretch;
  /** Seconds of the noise to pass over: 120 gives the stress test's windows noise that it does not use otherwise. */
  readonly from?: number;
  /** Signal-to-noise ratio where there is noise, decibels. */
  readonly decibels: number;
  /** From 5:00 on two minutes with noise and two without, in turn, as in the noise stress test; or all along. */
  readonly when: 'stress-test' | 'always';
}

/** The half hour of a noise record has two parts: what the beat network hears in training, and what is left for tests. */
export const HEARD_NOISE = { to: 900 };
export const UNHEARD_NOISE = { from: HEARD_NOISE.to };

const QUIET_SECONDS = 300;
const TURN_SECONDS = 120;
/** Amplitudes are measured on so many QRS complexes, or seconds of noise, … */
const MEASURED = 300;
/** … of which this share, largest and smallest, is left out. */
const TRIMMED = 0.05;
/** A QRS is this much on either side of its annotation, seconds. */
const QRS_REACH = 0.05;
/** The labels that count as a normal QRS here, as WFDB maps them: all but ventricular beats and fusions with them. */
const NORMAL = 'NLRBaAJSejn/fQ';

/**
 * A WFDB record to which noise is added, scaled to a signal-to-noise ratio.
 * The record needs its reference annotations (`.atr`): they say where its QRS complexes are.
 */
export function noisyRecord(path: string, noise: AddedNoise, options: WfdbOptions): Source {
  return wfdbSource(path, options, withNoise(noise));
}

/**
 * Adds noise to a lead as WFDB's `nst` does. The power of the signal is that of a sine as high, peak to peak, as the
 * normal QRS; that of the noise its mean square about the mean of each second (both trimmed means of the first
 * 300). Noise sample n goes to signal sample n, the noise starting over where it ends, and wherever the gain
 * changes an offset keeps the sum from jumping.
 *
 * Source: Moody, Muldrow and Mark, "A noise stress test for arrhythmia detectors", Computers in Cardiology
 * 11:381–384, 1984; the manual page nst(1).
 *
 * @throws InputError where the noise, or the annotations of the record, cannot be read
 */
export function withNoise({ record: noiseRecord, part, from = 0, decibels, when }: AddedNoise): Alteration {
  return async function* (record, lead, samples) {
    const { rate } = record.header;
    const own = record.header.signals.indexOf(lead);
    const noise = await noiseOf(noiseRecord, part, own, rate);
    const amplitude = await qrsAmplitude(record, lead);
    const gain = ((amplitude / Math.sqrt(8)) * 10 ** (-decibels / 20)) / noise.amplitude;
    const gainAt = (index: number): number => {
      const turn = Math.floor((index / rate - QUIET_SECONDS) / TURN_SECONDS);
      return when === 'always' || (turn >= 0 && turn % 2 === 0) ? gain : 0;
    };

    const passedOver = Math.round(from * rate);
    const position = (index: number) => (index + passedOver) % noise.samples.length;
    let index = 0;
    let gainNow = 0;
    let offset = 0;
    let added = 0;
    for await (const block of samples) {
      yield block.map((value) => {
        const at = position(index);
        if (gainAt(index) !== gainNow || at === 0) {
          gainNow = gainAt(index);
          offset = added - gainNow * noise.samples[at];
        }
        added = gainNow * noise.samples[at] + offset;
        index++;
        return value + added;
      });
    }
  };
}

/** A signal of a noise record, at the rate that is wanted, and its amplitude (root mean square). */
async function noiseOf(path: string, part: Stretch | undefined, number: number, wantedRate: number) {
  const record = await openRecord(path);
  const { signals, rate } = record.header;
  const signal = signals[number % signals.length];
  const original = await wholeLead(record, signal, part);
  const amplitudes: number[] = [];
  for (let at = 0; at + rate <= original.length && amplitudes.length < MEASURED; at += rate) {
    amplitudes.push(deviation(original.subarray(at, at + rate)));
  }
  const amplitude = trimmedMean(amplitudes);
  if (!(amplitude > 0)) throw new InputError(`${path} holds no noise: choose another record.`);
  if (rate === wantedRate) return { samples: original, amplitude };
  const resampler = new Resampler(rate, wantedRate);
  return { samples: concatenated([resampler.push(original), resampler.flush()]), amplitude };
}

/** Height of the record's normal QRS from peak to peak, millivolts. */
async function qrsAmplitude(record: WfdbRecord, lead: SignalSpec): Promise<number> {
  const { rate } = record.header;
  const reach = Math.round(QRS_REACH * rate);
  const normal = (await recordAnnotations(record, 'atr'))
    .filter(({ symbol, sample }) => NORMAL.includes(symbol) && sample >= reach)
    .slice(0, MEASURED);
  const last = normal.at(-1);
  if (last === undefined) throw new InputError(`${record.path} has no normal beats to scale noise by.`);
  const samples = await wholeLead(record, lead, { to: (last.sample + reach) / rate });
  return trimmedMean(
    normal.map(({ sample }) => {
      const qrs = samples.subarray(sample - reach, sample + reach);
      return Math.max(...qrs) - Math.min(...qrs);
    }),
  );
}

function deviation(samples: Float32Array): number {
  const middle = mean(samples);
  return Math.sqrt(samples.reduce((sum, value) => sum + (value - middle) ** 2, 0) / samples.length);
}

function trimmedMean(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const trimmed = Math.floor(sorted.length * TRIMMED);
  return mean(sorted.slice(trimmed, sorted.length - trimmed));
}
