"""The beat network: two convolutions, a global maximum, and one hidden layer that sees waveform and rhythm."""

import keras
import numpy as np

from beats import CLASSES, Beats

STEPS, CHANNELS, STRIDE = 64, 2, 2
FILTERS = (16, 24)
KERNELS = (7, 5)
HIDDEN = 16
DROPOUT = 0.2
# Logarithms of RR ratios are small beside slopes: without this the rhythm is learned last.
RHYTHM_GAIN = 5.0

EPOCHS = 10
BATCH = 256
LEARNING_RATE = 2e-3
WEIGHT_DECAY = 1e-4


def build(rhythm_features: int) -> keras.Model:
    """Scores (logits) from the two inputs, for training."""
    waveform = keras.Input((STEPS, CHANNELS), name="waveform")
    rhythm = keras.Input((rhythm_features,), name="rhythm")
    maps = keras.layers.Conv1D(FILTERS[0], KERNELS[0], strides=STRIDE, padding="same", activation="relu", name="conv1")(waveform)
    maps = keras.layers.Conv1D(FILTERS[1], KERNELS[1], padding="same", activation="relu", name="conv2")(maps)
    pooled = keras.layers.Dropout(DROPOUT)(keras.layers.GlobalMaxPooling1D()(maps))
    louder = keras.layers.Rescaling(RHYTHM_GAIN)(rhythm)
    hidden = keras.layers.Add()(
        [
            keras.layers.Dense(HIDDEN, name="hidden_waveform")(pooled),
            keras.layers.Dense(HIDDEN, use_bias=False, name="hidden_rhythm")(louder),
        ]
    )
    hidden = keras.layers.Dropout(DROPOUT)(keras.layers.ReLU()(hidden))
    return keras.Model([waveform, rhythm], keras.layers.Dense(len(CLASSES), name="scores")(hidden))


def augmented(beats: Beats, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One epoch in random order: R peaks off by up to one step, gains off by 15 %, a little noise."""
    order = rng.permutation(len(beats))
    waveform = beats.waveform[order].copy()
    shift = rng.integers(-1, 2, len(order))
    for by in (-1, 1):
        waveform[shift == by] = np.roll(waveform[shift == by], by, axis=1)
    waveform *= rng.uniform(0.85, 1.15, (len(order), 1, 1)).astype("f4")
    waveform[:, :, 0] += rng.normal(0, 0.03, waveform.shape[:2]).astype("f4")
    rhythm = beats.rhythm[order] + rng.normal(0, 0.02, beats.rhythm.shape).astype("f4")
    return waveform, rhythm, beats.label[order]


def train(beats: Beats, seed: int) -> keras.Model:
    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    model = build(beats.rhythm.shape[1])
    schedule = keras.optimizers.schedules.CosineDecay(LEARNING_RATE, len(beats) // BATCH * EPOCHS)
    model.compile(
        keras.optimizers.AdamW(schedule, weight_decay=WEIGHT_DECAY),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    for _ in range(EPOCHS):
        waveform, rhythm, label = augmented(beats, rng)
        model.fit([waveform, rhythm], label, batch_size=BATCH, shuffle=False, verbose=0)
    return model


def scores(model: keras.Model, beats: Beats) -> np.ndarray:
    return model.predict([beats.waveform, beats.rhythm], batch_size=4096, verbose=0)


def deployed(model: keras.Model) -> keras.Model:
    """
    The same network as the gateway runs it: the rhythm gain folded into the weights, feature maps as second output,
    and each score less that of N, which changes no probability. So a score is the log odds of its class against
    normal, and what explains it says why a beat is not taken for a normal one.
    """
    waveform = keras.Input((STEPS, CHANNELS), batch_size=1, name="waveform")
    rhythm = keras.Input((model.inputs[1].shape[1],), batch_size=1, name="rhythm")
    first, second = model.get_layer("conv1"), model.get_layer("conv2")
    maps = second(first(waveform))
    pooled = keras.layers.GlobalMaxPooling1D()(maps)
    of_waveform = keras.layers.Dense(HIDDEN, name="hidden_waveform")
    of_rhythm = keras.layers.Dense(HIDDEN, use_bias=False, name="hidden_rhythm")
    last = keras.layers.Dense(len(CLASSES), name="scores")
    hidden = keras.layers.ReLU()(keras.layers.Add()([of_waveform(pooled), of_rhythm(rhythm)]))
    network = keras.Model([waveform, rhythm], [last(hidden), maps])
    of_waveform.set_weights(model.get_layer("hidden_waveform").get_weights())
    of_rhythm.set_weights([model.get_layer("hidden_rhythm").get_weights()[0] * RHYTHM_GAIN])
    weights, bias = model.get_layer("scores").get_weights()
    last.set_weights([weights - weights[:, :1], bias - bias[0]])
    return network
