"""
The beat network: two convolutions, a global maximum, and hidden layers that see waveform and rhythm together. The
larger size is three of them side by side, whose scores are averaged.
"""

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
# Part of the beats whose heart has sped up or slowed down for minutes, by how much against the mean of 400 beats, and
# the share of it against that of 80: an interval is short then, and not early.
DRIFTED = 0.1
DRIFT = (-0.5, 0.3)
DRIFT_OF_80 = (0.1, 0.35)
# Part of the normal beats that a pause follows, and how long it is: a beat that is not early is normal even so.
PAUSED = 0.03
PAUSE = (0.1, 0.6)
# Part of the beats with noise, how loud, and where the waveform ends.
NOISY = 0.3
DECIBELS = (0, 24)
WAVEFORM_BOUND = 3

# Shares of a batch: the annotated databases equally, and the handheld recordings of each rhythm.
RHYTHM_SHARE = 0.05
# Of what an annotated database gives, by the other lead of its records.
OTHER_LEAD_SHARE = 0.3

# What a network is told of a beat's database, for the score of S alone: patients of svdb were chosen for their
# supraventricular beats, and what is early is S more often there than elsewhere.
TOLD = {"mitdb": 1.0, "rhythms": 0.0, "svdb": -1.0}
# A patient of the gateway was chosen as those of mitdb were.
DEPLOYED_AS = "mitdb"

# One for S among the classes, zero for the others.
OF_S = np.eye(len(CLASSES), dtype="f4")[CLASSES.index("S")]


@dataclass(frozen=True)
class Lessons:
    """What a network learns from."""

    annotated: Beats
    # The same records by their other lead: what a beat looks like where electrodes are elsewhere.
    other_lead: Beats
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


@dataclass(frozen=True)
class Head:
    """
    The dense layers of one member as the gateway has them, from its pooled feature maps and the rhythm to scores that
    are relative to that of N, which changes no probability. So a score is the log odds of its class against normal, and
    what explains it says why a beat is not taken for a normal one.
    """

    # Weights [from][to] and bias of each.
    layers: list[tuple[np.ndarray, np.ndarray]]
    # Takes the place of the first layer's bias for the score of S.
    bias_of_s: np.ndarray


def build(rhythm_features: int, size: Size) -> keras.Model:
    """
    Scores (logits) of one member from waveform, rhythm and TOLD, for training. The layers after the feature maps are
    gone through twice: for the score of S they know what they are told of the database, for the others they do not.
    """
    waveform = keras.Input((STEPS, CHANNELS), name="waveform")
    rhythm = keras.Input((rhythm_features,), name="rhythm")
    told = keras.Input((1,), name="told")
    convolution = dict(padding="same", activation="relu")
    maps = keras.layers.Conv1D(size.filters[0], KERNELS[0], strides=STRIDE, name="conv1", **convolution)(waveform)
    maps = keras.layers.Conv1D(size.filters[1], KERNELS[1], name="conv2", **convolution)(maps)
    pooled = keras.layers.Dropout(DROPOUT)(keras.layers.GlobalMaxPooling1D()(maps))
    louder = keras.layers.Rescaling(RHYTHM_GAIN)(rhythm)
    first, *further = size.hidden
    hidden = keras.layers.Add()(
        [
            keras.layers.Dense(first, name="hidden_waveform")(pooled),
            keras.layers.Dense(first, use_bias=False, name="hidden_rhythm")(louder),
        ]
    )
    of_told = keras.layers.Dense(first, use_bias=False, name="hidden_told")(told)
    dropout = keras.layers.Dropout(DROPOUT)
    layers = [
        *(keras.layers.Dense(units, activation="relu", name=f"hidden_{number}") for number, units in enumerate(further, 2)),
        keras.layers.Dense(len(CLASSES), name="scores"),
    ]

    def relative_to_n(inputs):
        outputs = dropout(keras.layers.ReLU()(inputs))
        for layer in layers:
            outputs = layer(outputs)
        return outputs - outputs[:, :1]

    blind, knowing = relative_to_n(hidden), relative_to_n(hidden + of_told)
    return keras.Model([waveform, rhythm, told], blind * (1 - OF_S) + knowing * OF_S)


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

    drift = (rng.random(count) < DRIFTED) * rng.uniform(*DRIFT, count)
    of_horizon = {"mean-400": drift, "mean-80": drift * rng.uniform(*DRIFT_OF_80, count)}
    for horizon, by in of_horizon.items():
        for interval in ("rr-before", "rr-after"):
            rhythm[:, beats.rhythm_features.index(f"ln {interval} / {horizon}")] += by.astype("f4")
    part = np.where(label == CLASSES.index("N"), rng.random(count), np.nan)
    early, paused = part < MADE_EARLY, part > 1 - PAUSED
    for chosen, interval, by in ((early, "rr-before", EARLIER), (early, "rr-after", LATER), (paused, "rr-after", PAUSE)):
        columns = [i for i, name in enumerate(beats.rhythm_features) if name.startswith(f"ln {interval} /")]
        rhythm[np.ix_(chosen, columns)] += rng.uniform(*by, (chosen.sum(), 1)).astype("f4")
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
    of_others = keras.ops.logsumexp(class_scores - 1e9 * OF_S, axis=-1)
    of_label = keras.ops.sum(class_scores * keras.ops.one_hot(label, len(CLASSES)), axis=-1)
    return of_classes - keras.ops.where(label == NOT_S, of_others, of_label)


def train(lessons: Lessons, seed: int, size: Size) -> list[keras.Model]:
    """Members that differ in their seeds alone."""
    return [train_member(lessons, seed * size.members + member, size) for member in range(size.members)]


def train_member(lessons: Lessons, seed: int, size: Size) -> keras.Model:
    """Trains on batches of which each annotated database gives the same share, however many beats it has."""
    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    beats = joined([lessons.annotated, lessons.other_lead, lessons.rhythms])
    model = build(beats.rhythm.shape[1], size)
    model.compile(
        keras.optimizers.AdamW(keras.optimizers.schedules.CosineDecay(LEARNING_RATE, BATCHES), weight_decay=WEIGHT_DECAY),
        loss=loss,
    )
    pools, shares = pools_of(lessons)
    at_once = BATCHES_AT_ONCE * BATCH
    for _ in range(BATCHES // BATCHES_AT_ONCE):
        chosen = np.concatenate([rng.choice(pool, round(share * at_once)) for pool, share in zip(pools, shares)])
        batches = beats[rng.permutation(chosen)]
        told = told_of(batches.database)
        waveform, rhythm, label = augmented(batches, lessons.noise, rng)
        model.fit([waveform, rhythm, told], label, batch_size=BATCH, shuffle=False, verbose=0)
    return model


def pools_of(lessons: Lessons) -> tuple[list[np.ndarray], list[float]]:
    """What a batch is drawn from: numbers of beats, in the order of the lessons, and the share of each pool."""
    databases = lessons.annotated.databases()
    of_rhythms = np.unique(lessons.rhythms.label)
    of_database = (1 - RHYTHM_SHARE * len(of_rhythms)) / len(databases)
    usual, other = len(lessons.annotated), len(lessons.other_lead)
    pools, shares = [], []
    for database in databases:
        pools.append(np.flatnonzero(lessons.annotated.database == database))
        shares.append(of_database * (1 - OTHER_LEAD_SHARE))
        pools.append(usual + np.flatnonzero(lessons.other_lead.database == database))
        shares.append(of_database * OTHER_LEAD_SHARE)
    for label in of_rhythms:
        pools.append(usual + other + np.flatnonzero(lessons.rhythms.label == label))
        shares.append(RHYTHM_SHARE)
    return pools, shares


def told_of(databases: np.ndarray) -> np.ndarray:
    """[beat, 1]"""
    return np.array([[TOLD[database]] for database in databases], "f4")


def scores(members: list[keras.Model], beats: Beats) -> np.ndarray:
    """As the gateway has them: whatever database a beat is from, as if it were from the one that is told there."""
    inputs = [beats.waveform, beats.rhythm, np.full((len(beats), 1), TOLD[DEPLOYED_AS], "f4")]
    return np.mean([member.predict(inputs, batch_size=4096, verbose=0) for member in members], axis=0)


def deployed(members: list[keras.Model]) -> keras.Model:
    """
    The members as the gateway runs them: one network, with the rhythm gain and what is told of the database folded into
    the weights, and the feature maps as second output. The hidden layers of each member see two rows, of which the
    first is for V and F and the second for S.
    """
    waveform = keras.Input((STEPS, CHANNELS), batch_size=1, name="waveform")
    rhythm = keras.Input((members[0].inputs[1].shape[1],), batch_size=1, name="rhythm")

    def copied(layer: keras.layers.Layer, number: int, inputs):
        copy = type(layer).from_config({**layer.get_config(), "name": f"{layer.name}_of_{number}"})
        outputs = copy(inputs)
        copy.set_weights(layer.get_weights())
        return outputs

    def dense(inputs, weights: np.ndarray, bias: np.ndarray | None = None, **options):
        layer = keras.layers.Dense(weights.shape[1], use_bias=bias is not None, **options)
        outputs = layer(inputs)
        layer.set_weights([weights] if bias is None else [weights, bias])
        return outputs

    of_members = [
        copied(member.get_layer("conv2"), number, copied(member.get_layer("conv1"), number, waveform))
        for number, member in enumerate(members)
    ]
    maps = beside(of_members)
    pooled = keras.ops.split(keras.layers.GlobalMaxPooling1D()(maps), len(members), axis=1)

    hidden, weights_of_scores, biases = [], [], []
    for own, head in zip(pooled, (head_of(member) for member in members)):
        (weights, bias), *further, (last, last_bias) = head.layers
        filters, units = own.shape[1], len(bias)
        of_waveform = keras.layers.Reshape((1, units))(dense(own, weights[:filters]))
        of_rhythm = dense(rhythm, np.tile(weights[filters:], 2), np.concatenate([bias, head.bias_of_s]))
        rows = keras.layers.ReLU()(of_waveform + keras.layers.Reshape((2, units))(of_rhythm))
        for weights, bias in further:
            rows = dense(rows, weights, bias, activation="relu")
        hidden.append(keras.layers.Flatten()(rows))
        weights_of_scores += [last * (1 - OF_S), last * OF_S]
        biases.append(last_bias)
    class_scores = dense(beside(hidden), np.concatenate(weights_of_scores) / len(members), np.mean(biases, axis=0))
    return keras.Model([waveform, rhythm], [class_scores, maps])


def beside(tensors: list):
    return keras.layers.Concatenate()(tensors) if len(tensors) > 1 else tensors[0]


def head_of(member: keras.Model) -> Head:
    of_waveform, bias = member.get_layer("hidden_waveform").get_weights()
    (of_rhythm,) = member.get_layer("hidden_rhythm").get_weights()
    (of_told,) = member.get_layer("hidden_told").get_weights()
    further = [layer for layer in member.layers if layer.name.startswith("hidden_") and layer.name[7:].isdigit()]
    weights, last_bias = member.get_layer("scores").get_weights()
    return Head(
        layers=[
            (np.concatenate([of_waveform, of_rhythm * RHYTHM_GAIN]), bias),
            *(layer.get_weights() for layer in further),
            (weights - weights[:, :1], last_bias - last_bias[0]),
        ],
        bias_of_s=bias + TOLD[DEPLOYED_AS] * of_told[0],
    )
