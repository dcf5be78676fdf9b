import type { Alert } from '../../src/alerts/alert.ts';
import { type Beat, ECG_AFTER, ECG_BEFORE } from '../../src/beats/beat.ts';
import { RHYTHM_CLASSES, type RhythmVerdict } from '../../src/classify/rhythm-verdict.ts';
import { type BeatClass, CLASSES, type Verdict } from '../../src/classify/verdict.ts';
import type { ExplainedVerdict, Explanation } from '../../src/explain/explanation.ts';
import type { OutputItem } from '../../src/outputs/output-item.ts';
import type { QualityFlaw, Signal } from '../../src/signal/signal.ts';
import { type Gap, type GapCause, GRID_RATE } from '../../src/timeline/span.ts';

// What leaves the gateway, made by hand: the outputs' tests need exact values at exact times.

/** Unix time at which the streams of these tests begin, milliseconds. */
export const BEGAN_AT_MS = 1_700_000_000_000;

const bump = (t: number, at: number, width: number, height: number) =>
  height * Math.exp(-(((t - at) / width) ** 2));

/** Millivolts of a beat, t seconds after its R peak. */
function ecgOf(t: number, beat: BeatClass | 'Q'): number {
  if (beat === 'V') return bump(t, 0, 0.05, 1.4) - bump(t, 0.1, 0.06, 0.5) - bump(t, 0.3, 0.08, 0.4);
  return (
    bump(t, -0.17, 0.03, 0.12) + bump(t, 0, 0.014, 1) - bump(t, 0.03, 0.012, 0.25) + bump(t, 0.26, 0.06, 0.25)
  );
}

export interface BeatSketch {
  /** Time of the R peak, seconds. */
  readonly time: number;
  readonly class: BeatClass | 'Q';
  readonly rrBefore?: number;
}

/** A verdict as the gateway would give it; S, V and F are flagged. */
export function verdict({ time, class: name, rrBefore }: BeatSketch): Verdict {
  const index = Math.round(time * GRID_RATE);
  const beat: Beat = {
    kind: 'beat',
    index,
    time,
    peakDecidedAt: index + 75,
    decidedAt: index + 200,
    rrBefore,
    rrAfter: 0.8,
    usualRr: 0.8,
    irregularity: 0,
    ecg: Float32Array.from({ length: ECG_BEFORE + ECG_AFTER }, (_, i) =>
      ecgOf((i - ECG_BEFORE) / GRID_RATE, name),
    ),
    waveform: new Float32Array(1),
    rhythm: new Float32Array(1),
    flaw: name === 'Q' ? 'noisy' : undefined,
  };
  return {
    kind: 'verdict',
    beat,
    class: name,
    reason: name === 'Q' ? 'the signal is noisy' : undefined,
    probabilities: Float32Array.from(CLASSES, (other) => (name === 'Q' ? 0 : other === name ? 0.97 : 0.01)),
    scores: Float32Array.from(CLASSES, (other) => (other === name ? 3.9 : -1)),
    beatsBefore: new Float32Array(CLASSES.length),
    ownShare: name === 'Q' ? undefined : 0.05,
    flagged: name !== 'N' && name !== 'Q',
    featureMaps: undefined,
  };
}

/** An explanation whose relevance is a bump over the QRS. */
export function explanation(): Explanation {
  const relevanceStart = -0.4;
  const relevanceStep = 0.032;
  return {
    score: 3.9,
    waveform: 3.1,
    rhythm: [
      { feature: 'early', value: 0.5812345, contribution: 1.0 },
      { feature: 'pause', value: 1.3, contribution: 0.2 },
    ],
    beatsBefore: 0,
    intercept: -0.4,
    relevance: Float32Array.from({ length: 32 }, (_, i) =>
      bump(relevanceStart + i * relevanceStep, 0.02, 0.1, 1),
    ),
    relevanceStart,
    relevanceStep,
    waves: { P: 0.05, QRS: 0.81, 'ST-T': 0.1, baseline: 0.04 },
    sentence: 'VEB 0.97: early (0.58 of usual RR), wide QRS (148 ms); evidence 72 % waveform, 28 % rhythm',
  };
}

/** A beat as it leaves the gateway: explained and followed by its alert where it is flagged. */
export function beat(sketch: BeatSketch): (ExplainedVerdict | Alert)[] {
  const made = verdict(sketch);
  if (!made.flagged) return [{ kind: 'explained', verdict: made, explanation: undefined }];
  const why = explanation();
  return [
    { kind: 'explained', verdict: made, explanation: why },
    { kind: 'alert', verdict: made, explanation: why },
  ];
}

/** A second opinion, sure of itself; Q where the signal forbids one. */
export function rhythm(time: number, name: RhythmVerdict['class']): RhythmVerdict {
  const { beat } = verdict({ time, class: 'N' });
  return {
    kind: 'rhythm',
    beat,
    decidedAt: beat.index + 259,
    class: name,
    reason: name === 'Q' ? 'gap' : undefined,
    probabilities: Float32Array.from(RHYTHM_CLASSES, (other) =>
      other === name ? 0.93 : name === 'Q' ? 0 : 0.01,
    ),
    window: new Float32Array(250),
  };
}

/** Signal from `time` on, with the given beats in it. */
export function signal(
  time: number,
  seconds: number,
  beats: readonly BeatSketch[] = [],
  flaw?: QualityFlaw,
): Signal {
  const start = Math.round(time * GRID_RATE);
  const ecg = Float32Array.from({ length: Math.round(seconds * GRID_RATE) }, (_, i) => {
    const t = time + i / GRID_RATE;
    return beats.reduce((sum, each) => sum + ecgOf(t - each.time, each.class), 0);
  });
  return { kind: 'signal', start, time, ecg, noise: -5, flaw };
}

export function gap(time: number, duration: number, cause: GapCause = 'link-lost'): Gap {
  const length = Math.round(duration * GRID_RATE);
  return { kind: 'gap', start: Math.round(time * GRID_RATE), length, time, duration, cause };
}

const at = (seconds: number) => BEGAN_AT_MS + seconds * 1000;

/** A sensor that connects and says what it is, just before its first sample. */
export const opening: readonly OutputItem[] = [
  { kind: 'link', state: 'connected', receivedAtMs: at(-1), address: 'C0:FF:EE:00:00:01' },
  {
    kind: 'sensor-info',
    receivedAtMs: at(0),
    model: 'Patch',
    serial: '0042',
    protocol: '1',
    rate: 250,
    lossEvidence: 'index',
  },
  { kind: 'sensor-status', receivedAtMs: at(0.2), batteryPercent: 87 },
];

/**
 * Twenty seconds of a stream. Beats every 0.8 s but each fifth, which is V: early, and followed by a pause. From
 * 10 to 12 s the link is lost, at 13 s a frame is bad, from 16 to 18 s the lead is off.
 */
export function shortStream(): OutputItem[] {
  const beats: BeatSketch[] = [];
  for (let n = 0, time = 0.6, rr = 0.8; time < 19; n++, time += rr) {
    const isHidden = (time > 9.5 && time < 12.5) || (time > 15.6 && time < 18.2);
    if (!isHidden) beats.push({ time, class: n % 5 === 4 ? 'V' : 'N', ...(n > 0 ? { rrBefore: rr } : {}) });
    rr = n % 5 === 3 ? 0.5 : n % 5 === 4 ? 1.1 : 0.8;
  }
  const items: OutputItem[] = [...opening];
  for (let tenth = 0; tenth < 200; tenth++) {
    const time = tenth / 10;
    const leadOff = tenth >= 160 && tenth < 180;
    if (tenth === 100) {
      items.push({ kind: 'link', state: 'lost', receivedAtMs: at(11.5), reason: 'supervision timeout' });
      items.push({ kind: 'link', state: 'connected', receivedAtMs: at(11.9) }, gap(10, 2));
    }
    if (tenth === 130)
      items.push({ kind: 'bad-frame', receivedAtMs: at(13), reason: 'checksum does not match' });
    if (tenth === 160) items.push({ kind: 'quality', start: 4000, time, flaw: 'lead-off' });
    if (tenth === 180) items.push({ kind: 'quality', start: 4500, time, flaw: undefined });
    if (tenth < 100 || tenth >= 120) {
      items.push(leadOff ? signal(time, 0.1, [], 'lead-off') : signal(time, 0.1, beats));
    }
    for (const each of beats) if (Math.floor(each.time * 10) + 9 === tenth) items.push(...beat(each));
  }
  items.push({ kind: 'clock', time: 19.9, rate: 250.0251, drift: -1.004e-4 });
  return items;
}
