"""The beat network: two convolutions, a global maximum, and hidden layers that see waveform and rhythm together."""

from dataclasses import dataclass

import keras
import numpy as np

from beats import CLASSES, Beats

STEPS, CHANNELS, STRIDE = 64, 2, 2
KERNELS = (7, 5)
DROPOUT = 0.2
# Logarithms of RR ratios are small beside slopes: without this the rhythm is learned last.
RHYTHM_GAIN = 5.0

BATCHES = 3000
BATCH = 512
BATCHES_AT_ONCE = 100
LEARNING_RATE = 2e-3
WEIGHT_DECAY = 1e-2

# Augmentation: part of the beats, and how far.
TURNED_OVER = 0.1
MADE_EARLY = 0.03
EARLIER = (-0.7, -0.2)
LATER = (-0.1, 0.35)
BOUND = 1.2


@dataclass(frozen=True)
class Size:
    filters: tuple[int, int]
    hidden: tuple[int, ...]


DEFAULT = Size(filters=(16, 32), hidden=(32, 16))
TINY = Size(filters=(12, 24), hidden=(24, 12))


def build(rhythm_features: int, size: Size) -> keras.Model:
    """Scores (logits) from the two inputs, for training."""
    waveform = keras.Input((STEPS, CHANNELS), name="waveform")
    rhythm = keras.Input((rhythm_features,), name="rhythm")
    convolution = dict(padding="same", activation="relu")
    maps = keras.layers.Conv1D(size.filters[0], KERNELS[0], strides=STRIDE, name="conv1", **convolution)(waveform)
    maps = keras.layers.Conv1D(size.filters[1], KERNELS[1], name="conv2", **convolution)(maps)
    pooled = keras.layers.Dropout(DROPOUT)(keras.layers.GlobalMaxPooling1D()(maps))
    louder = keras.layers.Rescaling(RHYTHM_GAIN)(rhythm)
    hidden = keras.layers.Add()(
        [
            keras.layers.Dense(size.hidden[0], name="hidden_waveform")(pooled),
            keras.layers.Dense(size.hidden[0], use_bias=False, name="hidden_rhythm")(louder),
        ]
    )
    hidden = keras.layers.Dropout(DROPOUT)(keras.layers.ReLU()(hidden))
    for number, units in enumerate(size.hidden[1:], 2):
        hidden = keras.layers.Dense(units, activation="relu", name=f"hidden_{number}")(hidden)
    return keras.Model([waveform, rhythm], keras.layers.Dense(len(CLASSES), name="scores")(hidden))


def augmented(beats: Beats, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """
    R peaks off by up to one step, gains off by 15 %, electrodes swapped now and then, a little noise. And some normal
    beats made early, with a pause after or without: what comes early and looks normal is supraventricular, whosever
    beat it is, and the few patients who have such beats do not show every way of it.
    """
    count = len(beats)
    waveform, rhythm, label = beats.waveform.copy(), beats.rhythm.copy(), beats.label.copy()
    shift = rng.integers(-1, 2, count)
    for by in (-1, 1):
        waveform[shift == by] = np.roll(waveform[shift == by], by, axis=1)
    gain = rng.uniform(0.85, 1.15, count) * np.where(rng.random(count) < TURNED_OVER, -1, 1)
    waveform *= gain[:, None, None].astype("f4")
    waveform[:, :, 0] += rng.normal(0, 0.03, waveform.shape[:2]).astype("f4")

    early = (label == CLASSES.index("N")) & (rng.random(count) < MADE_EARLY)
    for interval, by in (("rr-before", EARLIER), ("rr-after", LATER)):
        columns = [i for i, name in enumerate(beats.rhythm_features) if name.startswith(f"ln {interval} /")]
        rhythm[np.ix_(early, columns)] += rng.uniform(*by, (early.sum(), 1)).astype("f4")
    rhythm = np.clip(rhythm, -BOUND, BOUND) + rng.normal(0, 0.02, rhythm.shape).astype("f4")
    label[early] = CLASSES.index("S")
    return waveform, rhythm, label


def train(beats: Beats, seed: int, size: Size = DEFAULT) -> keras.Model:
    """Trains on batches of which each database gives the same share, however many beats it has."""
    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    model = build(beats.rhythm.shape[1], size)
    model.compile(
        keras.optimizers.AdamW(keras.optimizers.schedules.CosineDecay(LEARNING_RATE, BATCHES), weight_decay=WEIGHT_DECAY),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    pools = [np.flatnonzero(beats.database == database) for database in beats.databases()]
    share = BATCHES_AT_ONCE * BATCH // len(pools)
    for _ in range(BATCHES // BATCHES_AT_ONCE):
        chosen = np.concatenate([rng.choice(pool, share) for pool in pools])
        waveform, rhythm, label = augmented(beats[rng.permutation(chosen)], rng)
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
    units = model.get_layer("hidden_waveform").units
    of_waveform = keras.layers.Dense(units, name="hidden_waveform")
    of_rhythm = keras.layers.Dense(units, use_bias=False, name="hidden_rhythm")
    last = keras.layers.Dense(len(CLASSES), name="scores")
    hidden = keras.layers.ReLU()(keras.layers.Add()([of_waveform(pooled), of_rhythm(rhythm)]))
    for layer in further_layers(model):
        hidden = layer(hidden)
    network = keras.Model([waveform, rhythm], [last(hidden), maps])
    of_waveform.set_weights(model.get_layer("hidden_waveform").get_weights())
    of_rhythm.set_weights([model.get_layer("hidden_rhythm").get_weights()[0] * RHYTHM_GAIN])
    weights, bias = model.get_layer("scores").get_weights()
    last.set_weights([weights - weights[:, :1], bias - bias[0]])
    return network


def further_layers(model: keras.Model) -> list[keras.layers.Dense]:
    """The hidden layers after the first, in order."""
    return [layer for layer in model.layers if layer.name.startswith("hidden_") and layer.name[7:].isdigit()]
