"""Trains copies of one network at once, each from its own seed on its own choice of windows."""

import sys
import time
from functools import cache, partial

import jax
import jax.numpy as jnp
import numpy as np
import optax

from networks import NETWORKS

EPOCHS = 32
BATCH = 512
LEARNING_RATE = 3e-3
WEIGHT_DECAY = 1e-2
DROPOUT = 0.1
SCORED_AT_ONCE = 4096


def fit(network: str, x: np.ndarray, label: np.ndarray, chosen: list[np.ndarray], seeds: list[int], epochs: int = EPOCHS):
    """
    @param x [window, sample]; @param label [window]
    @param chosen for each copy the windows to train on; @param seeds for each copy
    @returns the copies' parameters, stacked along the first axis
    """
    init, apply = NETWORKS[network]
    classes = int(label.max()) + 1
    steps = max(len(c) for c in chosen) // BATCH
    sizes = jnp.array([len(c) for c in chosen])
    members = jnp.array(np.stack([np.resize(c, max(map(len, chosen))) for c in chosen]))
    schedule = optax.warmup_cosine_decay_schedule(0.0, LEARNING_RATE, steps * epochs // 20, steps * epochs)
    optimiser = optax.chain(optax.clip_by_global_norm(1.0), optax.adamw(schedule, weight_decay=WEIGHT_DECAY))

    def loss(params, key, windows, labels):
        key_of_drop, key = jax.random.split(key)

        def drop(values):
            kept = jax.random.bernoulli(key_of_drop, 1 - DROPOUT, values.shape)
            return jnp.where(kept, values / (1 - DROPOUT), 0)

        return optax.softmax_cross_entropy_with_integer_labels(apply(params, augmented(key, windows), drop), labels).mean()

    def step(data, labels, members, size, state, key):
        params, optimiser_state = state
        pick, key = jax.random.split(key)
        batch = members[jax.random.randint(pick, (BATCH,), 0, size)]
        value, gradient = jax.value_and_grad(loss)(params, key, data[batch], labels[batch])
        update, optimiser_state = optimiser.update(gradient, optimiser_state, params)
        return (optax.apply_updates(params, update), optimiser_state), value

    @partial(jax.vmap, in_axes=(None, None, 0, 0, 0, 0))
    def epoch(data, labels, members, size, state, key):
        state, values = jax.lax.scan(
            lambda state, key: step(data, labels, members, size, state, key), state, jax.random.split(key, steps)
        )
        return state, values.mean()

    epoch = jax.jit(epoch, donate_argnums=4)
    keys = jnp.stack([jax.random.key(seed) for seed in seeds])
    params = jax.vmap(lambda key: init(key, classes))(keys)
    state = (params, jax.vmap(optimiser.init)(params))
    data, labels = jnp.array(x), jnp.array(label)
    began = time.time()
    for number in range(epochs):
        keys = jax.vmap(lambda key: jax.random.fold_in(key, number))(keys)
        state, value = epoch(data, labels, members, sizes, state, keys)
        if number % 5 == 4 or number + 1 == epochs:
            mean = float(value.mean())
            print(f"{network}: epoch {number + 1} of {epochs}, loss {mean:.4f}, {time.time() - began:.0f} s", file=sys.stderr, flush=True)
    return jax.tree.map(np.asarray, state[0])


def augmented(key, windows):
    """R peaks off by up to two samples (16 ms), time stretched by up to 4 %, gains off by a fifth, a little noise."""
    keys = jax.random.split(key, 4)
    count, samples = windows.shape
    shift = jax.random.uniform(keys[0], (count, 1), minval=-2, maxval=2)
    stretch = jax.random.uniform(keys[1], (count, 1), minval=0.96, maxval=1.04)
    at = jnp.clip((jnp.arange(samples) - samples // 2) * stretch + samples // 2 + shift, 0, samples - 1.001)
    before = at.astype(int)
    value = lambda index: jnp.take_along_axis(windows, index, axis=1)
    moved = value(before) + (at - before) * (value(before + 1) - value(before))
    gain = jax.random.uniform(keys[2], (count, 1), minval=0.8, maxval=1.2)
    return moved * gain + 0.03 * jax.random.normal(keys[3], windows.shape)


@cache
def forward(network: str):
    _, apply = NETWORKS[network]
    return jax.jit(lambda params, windows: apply(params, windows, lambda values: values))


def scores(network: str, params, x: np.ndarray) -> np.ndarray:
    """Scores of one network (not stacked), [window, class]."""
    padded = np.concatenate([x, np.zeros((-len(x) % SCORED_AT_ONCE, x.shape[1]), "f4")])
    parts = [np.asarray(forward(network)(params, part)) for part in padded.reshape(-1, SCORED_AT_ONCE, x.shape[1])]
    return np.concatenate(parts)[: len(x)]
