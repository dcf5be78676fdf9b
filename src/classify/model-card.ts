/**
 * What the gateway must know of a beat model beside its .tflite file. `models/training/` writes the card as
 * JSON; everything here is read at run time.
 */
export interface ModelCard {
  readonly name: string;
  /** File name of the model, beside the card. */
  readonly file: string;
  readonly sha256: string;
  readonly classes: readonly string[];
  /** Names of the rhythm inputs, in order; must equal RHYTHM_FEATURES. */
  readonly rhythmFeatures: readonly string[];
  /** Affine int8 quantisation of each tensor, by the tensor's role: real = scale × (int8 − zeroPoint). */
  readonly quantisation: Readonly<
    Record<
      'waveform' | 'rhythm' | 'scores' | 'featureMaps',
      { readonly scale: number; readonly zeroPoint: number }
    >
  >;
  /** Shape of the last convolution's output, and where its steps lie relative to the R peak, seconds. */
  readonly featureMaps: {
    readonly steps: number;
    readonly channels: number;
    readonly start: number;
    readonly step: number;
  };
  /** Divides the scores before the softmax (temperature scaling). */
  readonly temperature: number;
  /** A beat is S, V or F when its probability reaches the threshold. */
  readonly thresholds: Readonly<Record<'S' | 'V' | 'F', number>>;
  /** What the gateway knows of the patient beside the beat, when it comes to S. */
  readonly supraventricular: {
    /** Where the normal beats’ rhythm is more irregular than this (`Irregularity.lately`), nobody can say which is early. */
    readonly mostIrregular: number;
    /** What share of a patient's beats is called S where nothing is known of the patient. */
    readonly usualShare: number;
    /** Over how many beats the patient's own share is a running mean. */
    readonly ofBeats: number;
    /** By how much it moves the log odds of S, at most. */
    readonly mostShift: number;
  };
  /**
   * The float heads of the networks that stand side by side, whose scores are averaged; the feature maps are the first
   * head's, then the second's, and so on, as many for each.
   */
  readonly heads: readonly Head[];
}

/** Dense layers with a ReLU between any two, from [global maximum of each feature map…, rhythm…] to the scores. */
export interface Head {
  readonly layers: readonly DenseLayer[];
  /** Takes the place of the first layer's bias for the score of S. */
  readonly biasOfS: readonly number[];
}

export interface DenseLayer {
  /** [to][from] */
  readonly weights: readonly (readonly number[])[];
  readonly bias: readonly number[];
}
