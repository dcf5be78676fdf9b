"""
The beat network: two convolutions, a global maximum, and hidden layers that see waveform and rhythm together. The
larger size is three of them side by side, whose scores are averaged.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import keras
import numpy as np

from beats import CLASSES, NOT_S, Beats, joined

STEPS, CHANNELS, STRIDE = 64, 2, 2
# Grid samples from one step of the waveform to the next.
STEP = 2
# Steps of the waveform that hold the QRS: 50 ms on either side of the R peak.
QRS = slice(30, 43)
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
# Part of the beats with noise, how loud, and where the waveform ends.
NOISY = 0.3
DECIBELS = (0, 24)
WAVEFORM_BOUND = 3

# Shares of a batch: the annotated databases equally, and the handheld recordings of each rhythm.
RHYTHM_SHARE = 0.05


@dataclass(frozen=True)
class Lessons:
    """What a network learns from."""

    annotated: Beats
    # Recordings labelled as wholes.
    rhythms: Beats
    # [kind][sample], at the grid's rate, with a root mean square of one; a kind may be there twice.
    noise: list[np.ndarray]


@dataclass(frozen=True)
class Size:
    members: int
    # Of each member.
    filters: tuple[int, int]
    hidden: tuple[int, ...]


DEFAULT = Size(members=3, filters=(16, 32), hidden=(32, 16))
TINY = Size(members=1, filters=(12, 24), hidden=(24, 12))


def build(rhythm_features: int, size: Size) -> keras.Model:
    """Scores (logits) of one member from the two inputs, for training."""
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


def augmented(beats: Beats, noise: list[np.ndarray], rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """
    R peaks off by up to one step, gains off by 15 %, electrodes swapped now and then, noise. And some normal beats
    made early, with a pause after or without: what comes early and looks normal is supraventricular, whosever beat it
    is, and the few patients who have such beats do not show every way of it.
    """
    count = len(beats)
    waveform, rhythm, label = beats.waveform.copy(), beats.rhythm.copy(), beats.label.copy()
    shift = rng.integers(-1, 2, count)
    for by in (-1, 1):
        waveform[shift == by] = np.roll(waveform[shift == by], by, axis=1)
    gain = rng.uniform(0.85, 1.15, count) * np.where(rng.random(count) < TURNED_OVER, -1, 1)
    waveform *= gain[:, None, None].astype("f4")
    waveform[:, :, 0] += rng.normal(0, 0.03, waveform.shape[:2]).astype("f4")
    noisy = rng.random(count) < NOISY
    waveform[noisy, :, 0] += noise_for(waveform[noisy], noise, rng)
    waveform = np.clip(waveform, -WAVEFORM_BOUND, WAVEFORM_BOUND)

    early = (label == CLASSES.index("N")) & (rng.random(count) < MADE_EARLY)
    for interval, by in (("rr-before", EARLIER), ("rr-after", LATER)):
        columns = [i for i, name in enumerate(beats.rhythm_features) if name.startswith(f"ln {interval} /")]
        rhythm[np.ix_(early, columns)] += rng.uniform(*by, (early.sum(), 1)).astype("f4")
    rhythm = np.clip(rhythm, -BOUND, BOUND) + rng.normal(0, 0.02, rhythm.shape).astype("f4")
    label[early] = CLASSES.index("S")
    return waveform, rhythm, label


def noise_for(waveform: np.ndarray, noise: list[np.ndarray], rng: np.random.Generator) -> np.ndarray:
    """
    Slopes [beat, step] of noise to be added to beats, each at a stretch and a level of its own. The level is relative
    to the running median beat's QRS as in the noise stress test: to a sine of its height from peak to peak.
    """
    count = len(waveform)
    kind = rng.integers(0, len(noise), count)
    start = rng.integers(0, min(map(len, noise)) - STEPS * STEP, count)
    at = start[:, None] + STEP * np.arange(STEPS + 1)
    slopes = np.empty((count, STEPS), "f4")
    for number, samples in enumerate(noise):
        slopes[kind == number] = np.diff(samples[at[kind == number]], axis=1)
    height = np.ptp(waveform[:, QRS, 1].cumsum(axis=1), axis=1)
    level = height / np.sqrt(8) * 10 ** (-rng.uniform(*DECIBELS, count) / 20)
    return slopes * level[:, None].astype("f4")


def loss(label, class_scores):
    """Cross-entropy; of a beat of which only one class is ruled out, by the probability of the others."""
    of_classes = keras.ops.logsumexp(class_scores, axis=-1)
    label = keras.ops.cast(label, "int32")
    ruled_out = keras.ops.one_hot(CLASSES.index("S"), len(CLASSES)) * -1e9
    of_others = keras.ops.logsumexp(class_scores + ruled_out, axis=-1)
    of_label = keras.ops.sum(class_scores * keras.ops.one_hot(label, len(CLASSES)), axis=-1)
    return of_classes - keras.ops.where(label == NOT_S, of_others, of_label)


def train(lessons: Lessons, seed: int, size: Size) -> list[keras.Model]:
    """Members that differ in their seeds alone."""
    return [train_member(lessons, seed * size.members + member, size) for member in range(size.members)]


def train_member(lessons: Lessons, seed: int, size: Size) -> keras.Model:
    """Trains on batches of which each annotated database gives the same share, however many beats it has."""
    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    beats = joined([lessons.annotated, lessons.rhythms])
    model = build(beats.rhythm.shape[1], size)
    model.compile(
        keras.optimizers.AdamW(keras.optimizers.schedules.CosineDecay(LEARNING_RATE, BATCHES), weight_decay=WEIGHT_DECAY),
        loss=loss,
    )
    annotated = len(lessons.annotated)
    pools = [np.flatnonzero(lessons.annotated.database == database) for database in lessons.annotated.databases()]
    rhythms = [annotated + np.flatnonzero(lessons.rhythms.label == label) for label in np.unique(lessons.rhythms.label)]
    shares = [(1 - RHYTHM_SHARE * len(rhythms)) / len(pools)] * len(pools) + [RHYTHM_SHARE] * len(rhythms)
    at_once = BATCHES_AT_ONCE * BATCH
    for _ in range(BATCHES // BATCHES_AT_ONCE):
        chosen = np.concatenate([rng.choice(pool, round(share * at_once)) for pool, share in zip(pools + rhythms, shares)])
        waveform, rhythm, label = augmented(beats[rng.permutation(chosen)], lessons.noise, rng)
        model.fit([waveform, rhythm], label, batch_size=BATCH, shuffle=False, verbose=0)
    return model


def scores(members: list[keras.Model], beats: Beats) -> np.ndarray:
    inputs = [beats.waveform, beats.rhythm]
    return np.mean([member.predict(inputs, batch_size=4096, verbose=0) for member in members], axis=0)


def deployed(members: list[keras.Model]) -> keras.Model:
    """
    The members as the gateway runs them: one network, with the rhythm gain folded into the weights, feature maps as
    second output, and each score less that of N, which changes no probability. So a score is the log odds of its class
    against normal, and what explains it says why a beat is not taken for a normal one. In its hidden layers the weights
    from one member to another are zero.
    """
    waveform = keras.Input((STEPS, CHANNELS), batch_size=1, name="waveform")
    rhythm = keras.Input((members[0].inputs[1].shape[1],), batch_size=1, name="rhythm")

    def copied(layer: keras.layers.Layer, number: int, inputs):
        copy = type(layer).from_config({**layer.get_config(), "name": f"{layer.name}_of_{number}"})
        outputs = copy(inputs)
        copy.set_weights(layer.get_weights())
        return outputs

    of_members = [
        copied(member.get_layer("conv2"), number, copied(member.get_layer("conv1"), number, waveform))
        for number, member in enumerate(members)
    ]
    maps = keras.layers.Concatenate()(of_members) if len(members) > 1 else of_members[0]

    def dense(name: str, weights: np.ndarray, bias: np.ndarray | None, **options) -> keras.layers.Dense:
        layer = keras.layers.Dense(weights.shape[1], name=name, use_bias=bias is not None, **options)
        layer.build((1, weights.shape[0]))
        layer.set_weights([weights] if bias is None else [weights, bias])
        return layer

    # Layer by layer, each of all members.
    (first, *further, (last, last_biases)) = (zip(*layer) for layer in zip(*heads(members)))
    weights, biases = first
    filters = of_members[0].shape[-1]
    of_waveform = dense("hidden_waveform", diagonal([own[:filters] for own in weights]), np.concatenate(biases))
    of_rhythm = dense("hidden_rhythm", np.concatenate([own[filters:] for own in weights], axis=1), None)
    hidden = keras.layers.Add()([of_waveform(keras.layers.GlobalMaxPooling1D()(maps)), of_rhythm(rhythm)])
    hidden = keras.layers.ReLU()(hidden)
    for number, (weights, biases) in enumerate(further, 2):
        hidden = dense(f"hidden_{number}", diagonal(weights), np.concatenate(biases), activation="relu")(hidden)
    scores_of = dense("scores", np.concatenate(last) / len(members), np.mean(last_biases, axis=0))
    return keras.Model([waveform, rhythm], [scores_of(hidden), maps])


def heads(members: list[keras.Model]) -> list[list[tuple[np.ndarray, np.ndarray]]]:
    """
    Weights [from][to] and bias of each member's dense layers, from its pooled feature maps and the rhythm to scores
    that are relative to that of N: what explanations take apart.
    """

    def head(member: keras.Model) -> list[tuple[np.ndarray, np.ndarray]]:
        of_waveform, bias = member.get_layer("hidden_waveform").get_weights()
        (of_rhythm,) = member.get_layer("hidden_rhythm").get_weights()
        weights, last_bias = member.get_layer("scores").get_weights()
        return [
            (np.concatenate([of_waveform, of_rhythm * RHYTHM_GAIN]), bias),
            *(layer.get_weights() for layer in further_layers(member)),
            (weights - weights[:, :1], last_bias - last_bias[0]),
        ]

    return [head(member) for member in members]


def diagonal(blocks: Sequence[np.ndarray]) -> np.ndarray:
    """Blocks along the diagonal of a matrix of zeros."""
    rows, columns = blocks[0].shape
    out = np.zeros((rows * len(blocks), columns * len(blocks)), "f4")
    for number, block in enumerate(blocks):
        out[number * rows : (number + 1) * rows, number * columns : (number + 1) * columns] = block
    return out


def further_layers(model: keras.Model) -> list[keras.layers.Dense]:
    """The hidden layers after the first, in order."""
    return [layer for layer in model.layers if layer.name.startswith("hidden_") and layer.name[7:].isdigit()]
