/** The global maximum of each feature map over time. @param maps [step × channel] */
export function globalMaximum(maps: Float32Array, channels: number): Float32Array {
  const maximum = maps.slice(0, channels);
  for (let step = channels; step < maps.length; step += channels) {
    for (let k = 0; k < channels; k++) if (maps[step + k] > maximum[k]) maximum[k] = maps[step + k];
  }
  return maximum;
}

/**
 * Grad-CAM in one dimension (Selvaraju et al. 2017): relevance(t) = ReLU(Σ αₖ·mapₖ(t)), scaled to 0..1, where αₖ
 * is the mean over time of ∂score/∂mapₖ(t). Behind a global maximum that gradient is not zero at the maximum
 * only, so its mean is the pooled feature's gradient divided by the number of steps.
 * @param maps feature maps of the last convolution, [step × channel]
 * @param gradient ∂score/∂pooled feature, one for each channel; what follows is not read
 * @param channels number of feature maps
 * @returns one value a step; all zero when nothing in the waveform speaks for the class
 */
export function gradCam(maps: Float32Array, gradient: Float64Array, channels: number): Float32Array {
  const steps = maps.length / channels;
  const relevance = new Float32Array(steps);
  let most = 0;
  for (let step = 0; step < steps; step++) {
    let weighted = 0;
    for (let k = 0; k < channels; k++) weighted += (gradient[k] / steps) * maps[step * channels + k];
    relevance[step] = Math.max(0, weighted);
    most = Math.max(most, relevance[step]);
  }
  return most > 0 ? relevance.map((value) => value / most) : relevance;
}
