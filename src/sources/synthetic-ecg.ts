import { gaussian, seededRandom } from './seeded-random.ts';

/** A wave of the model: where it lies on the cycle (radians from the R peak), how high and how wide it is. */
interface Wave {
  readonly angle: number;
  readonly height: number;
  readonly width: number;
}

/** P, Q, R, S and T, table 1 of the paper. */
const NORMAL: readonly Wave[] = [
  { angle: -Math.PI / 3, height: 1.2, width: 0.25 },
  { angle: -Math.PI / 12, height: -5, width: 0.1 },
  { angle: 0, height: 30, width: 0.1 },
  { angle: Math.PI / 12, height: -7.5, width: 0.1 },
  { angle: Math.PI / 2, height: 0.75, width: 0.4 },
];
/** A premature ventricular beat: no P wave, a wide QRS, and a T wave against it. */
const VENTRICULAR: readonly Wave[] = [
  { angle: 0, height: 8, width: 0.28 },
  { angle: Math.PI / 4, height: -3, width: 0.25 },
  { angle: Math.PI / 1.7, height: -1.2, width: 0.4 },
];

/** Scales the model's R peak to 1.2 mV at 60 beats a minute. */
const MILLIVOLTS_PER_UNIT = 25;
const WANDER_MILLIVOLTS = 0.1;
const RESPIRATION_HZ = 0.25;
/** The rhythm of blood pressure (Mayer waves). */
const PRESSURE_HZ = 0.1;
/** A ventricular beat comes after this share of an interval, and the next one after what makes up for it. */
const PREMATURE = 0.65;
const COMPENSATED = 2 - PREMATURE;

export interface SyntheticEcgOptions {
  /** Samples a second. */
  readonly rate: number;
  /** Mean, beats a minute. */
  readonly heartRate: number;
  /** Standard deviation of the intervals, seconds. */
  readonly variability?: number;
  /** Share of beats that are premature and ventricular. */
  readonly ectopy?: number;
  /** Standard deviation of white noise, millivolts. */
  readonly noise?: number;
  readonly seed: number;
}

/** A beat that was made. */
export interface SyntheticBeat {
  /** Of the R peak, seconds since the first sample. */
  readonly time: number;
  readonly class: 'N' | 'V';
}

/**
 * An ECG that is known by heart: a point goes round a circle once a beat, and is drawn up and down by the waves
 * it passes. Intervals vary with respiration and blood pressure.
 *
 * Source: McSharry, Clifford, Tarassenko and Smith, "A dynamical model for generating synthetic
 * electrocardiogram signals", IEEE Trans. Biomed. Eng. 50(3):289–294, 2003. Of its spectrum of intervals the two
 * bands are one sine each; the ventricular beats are added.
 */
export class SyntheticEcg {
  readonly #rate: number;
  readonly #interval: number;
  readonly #variability: number;
  readonly #ectopy: number;
  readonly #noise: number;
  readonly #random: () => number;
  readonly #phases: readonly [number, number];
  #samples = 0;
  /** Where the point is, −π to π; a beat begins at −π and has its R peak at 0. */
  #angle = -Math.PI;
  #height = 0;
  #waves = NORMAL;
  #class: SyntheticBeat['class'] = 'N';
  #next: SyntheticBeat['class'] = 'N';
  /** Seconds from this R peak to the next. */
  #turn: number;

  constructor({ rate, heartRate, variability = 0.03, ectopy = 0, noise = 0, seed }: SyntheticEcgOptions) {
    this.#rate = rate;
    this.#interval = 60 / heartRate;
    this.#variability = variability;
    this.#ectopy = ectopy;
    this.#noise = noise;
    this.#random = seededRandom(seed);
    this.#phases = [this.#random() * 2 * Math.PI, this.#random() * 2 * Math.PI];
    this.#turn = this.#interval;
  }

  /** The next samples, millivolts, and the beats whose R peaks lie in them. */
  next(count: number): { readonly millivolts: Float32Array; readonly beats: readonly SyntheticBeat[] } {
    const beats: SyntheticBeat[] = [];
    const millivolts = new Float32Array(count);
    for (let n = 0; n < count; n++) {
      const time = this.#samples++ / this.#rate;
      const before = this.#angle;
      this.#step();
      if (before < 0 && this.#angle >= 0) {
        beats.push({ time, class: this.#class });
        this.#chooseNext(time);
      }
      if (this.#angle >= Math.PI) this.#beginBeat();
      const wander = WANDER_MILLIVOLTS * Math.sin(2 * Math.PI * RESPIRATION_HZ * time);
      millivolts[n] = MILLIVOLTS_PER_UNIT * this.#height + wander + this.#noise * gaussian(this.#random);
    }
    return { millivolts, beats };
  }

  /** One Euler step of the model, with the point kept on its circle. */
  #step(): void {
    const speed = (2 * Math.PI) / this.#turn;
    let slope = -this.#height;
    for (const { angle, height, width } of this.#waves) {
      const distance = this.#angle - angle;
      slope -= height * distance * Math.exp((-distance * distance) / (2 * width * width));
    }
    this.#height += slope / this.#rate;
    this.#angle += speed / this.#rate;
  }

  /** At an R peak: which beat comes next, and when. */
  #chooseNext(time: number): void {
    const isVentricular = this.#class === 'V';
    const nextIsVentricular = !isVentricular && this.#random() < this.#ectopy;
    this.#next = nextIsVentricular ? 'V' : 'N';
    const share = nextIsVentricular ? PREMATURE : isVentricular ? COMPENSATED : 1;
    this.#turn = share * (this.#interval + this.#variation(time));
  }

  #beginBeat(): void {
    this.#angle -= 2 * Math.PI;
    this.#class = this.#next;
    this.#waves = this.#class === 'V' ? VENTRICULAR : NORMAL;
  }

  /** Two sines of equal power make up the deviation. */
  #variation(time: number): number {
    const [pressure, respiration] = this.#phases;
    return (
      this.#variability *
      (Math.sin(2 * Math.PI * PRESSURE_HZ * time + pressure) +
        Math.sin(2 * Math.PI * RESPIRATION_HZ * time + respiration))
    );
  }
}
