"""
The networks, as functions of their parameters, so that many can be trained at once (jax.vmap over the parameters).

A network is a pair: `init(key, classes)` makes parameters, `apply(params, x, drop)` makes scores (logits) [window, class]
from x [window, sample]. `drop(values)` is dropout while training and nothing otherwise.
"""

import jax
import jax.numpy as jnp
import numpy as np

SAMPLES = 250
# The LSTM reads frames of five samples (40 ms).
FRAME = 5
LSTM_UNITS = 96

# Kernel, filters, stride, dilation of each convolution of the CNN. The last one's output are the feature maps.
CNN_LAYERS = [(9, 32, 2, 1), (7, 48, 2, 1), (5, 64, 1, 2), (5, 64, 1, 4), (5, 64, 1, 8)]


def weights(key, *shape):
    """He's initialisation; the last axis is the output."""
    return jax.random.normal(key, shape) * np.sqrt(2 / np.prod(shape[:-1]))


def layer(key, *shape):
    return {"w": weights(key, *shape), "b": jnp.zeros(shape[-1])}


def dense(p, x):
    return x @ p["w"] + p["b"]


def conv(p, x, stride=1, dilation=1, same=True):
    """
    Convolution over time of x [window, step, channel]; "same" padding as TensorFlow does it. Written as one matrix
    product over shifted copies: that stays fast when many networks are trained at once.
    """
    kernel = p["w"].shape[0]
    reach = dilation * (kernel - 1)
    steps = x.shape[1]
    if same:
        total = max(0, (-(-steps // stride) - 1) * stride + reach + 1 - steps)
        x = jnp.pad(x, ((0, 0), (total // 2, total - total // 2), (0, 0)))
    out = (x.shape[1] - reach - 1) // stride + 1
    shifted = [x[:, k * dilation : k * dilation + (out - 1) * stride + 1 : stride] for k in range(kernel)]
    return jnp.concatenate(shifted, axis=-1) @ p["w"].reshape(-1, p["w"].shape[-1]) + p["b"]


def max_pool(x, size, stride):
    out = (x.shape[1] - size) // stride + 1
    return jnp.max(jnp.stack([x[:, k : k + (out - 1) * stride + 1 : stride] for k in range(size)]), axis=0)


def cnn_init(key, classes):
    keys = jax.random.split(key, len(CNN_LAYERS) + 1)
    params, channels = {}, 1
    for n, (kernel, filters, _, _) in enumerate(CNN_LAYERS):
        params[f"conv{n + 1}"] = layer(keys[n], kernel, channels, filters)
        channels = filters
    params["scores"] = layer(keys[-1], channels, classes)
    return params


def cnn_maps(params, x):
    """Feature maps of the last convolution [window, step, channel]."""
    maps = x[:, :, None]
    for n, (_, _, stride, dilation) in enumerate(CNN_LAYERS):
        maps = jax.nn.relu(conv(params[f"conv{n + 1}"], maps, stride, dilation))
    return maps


def cnn(params, x, drop):
    return dense(params["scores"], drop(cnn_maps(params, x).mean(axis=1)))


def lstm_init(key, classes):
    first, second, third = jax.random.split(key, 3)
    bias = jnp.zeros(4 * LSTM_UNITS).at[LSTM_UNITS : 2 * LSTM_UNITS].set(1.0)  # remember, to begin with
    recurrent = jnp.concatenate(
        [jnp.linalg.qr(jax.random.normal(k, (LSTM_UNITS, LSTM_UNITS)))[0] for k in jax.random.split(second, 4)], axis=1
    )
    return {
        "lstm": {"w": weights(first, FRAME, 4 * LSTM_UNITS) / np.sqrt(2), "u": recurrent, "b": bias},
        "scores": layer(third, LSTM_UNITS, classes),
    }


def lstm(params, x, drop):
    """Gates in Keras' order: input, forget, cell, output."""
    frames = x.reshape(len(x), -1, FRAME)
    p = params["lstm"]
    projected = jnp.swapaxes(frames @ p["w"] + p["b"], 0, 1)

    def step(state, z):
        h, c = state
        i, f, g, o = jnp.split(z + h @ p["u"], 4, axis=-1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        h = jax.nn.sigmoid(o) * jnp.tanh(c)
        return (h, c), None

    start = jnp.zeros((len(x), LSTM_UNITS))
    (h, _), _ = jax.lax.scan(step, (start, start), projected)
    return dense(params["scores"], drop(h))


def acharya_init(key, classes):
    """Acharya et al. 2017: three convolutions with pooling between, three dense layers; nine layers in all."""
    k = jax.random.split(key, 6)
    steps = SAMPLES
    for kernel in (3, 4, 4):
        steps = (steps - kernel + 1) // 2
    return {
        "conv1": layer(k[0], 3, 1, 5),
        "conv2": layer(k[1], 4, 5, 10),
        "conv3": layer(k[2], 4, 10, 20),
        "dense1": layer(k[3], steps * 20, 30),
        "dense2": layer(k[4], 30, 20),
        "scores": layer(k[5], 20, classes),
    }


def acharya(params, x, drop):
    values = x[:, :, None]
    for name in ("conv1", "conv2", "conv3"):
        values = max_pool(jax.nn.leaky_relu(conv(params[name], values, same=False)), 2, 2)
    values = values.reshape(len(x), -1)
    for name in ("dense1", "dense2"):
        values = jax.nn.leaky_relu(dense(params[name], values))
    return dense(params["scores"], values)


KACHUEE_BLOCKS = 5


def kachuee_init(key, classes):
    """Kachuee et al. 2018: five residual blocks of two convolutions, two dense layers."""
    k = iter(jax.random.split(key, 2 * KACHUEE_BLOCKS + 4))
    params = {"conv0": layer(next(k), 5, 1, 32)}
    steps = SAMPLES
    for block in range(KACHUEE_BLOCKS):
        params[f"block{block}"] = {"conv1": layer(next(k), 5, 32, 32), "conv2": layer(next(k), 5, 32, 32)}
        steps = (steps - 5) // 2 + 1
    params["dense1"] = layer(next(k), steps * 32, 32)
    params["dense2"] = layer(next(k), 32, 32)
    params["scores"] = layer(next(k), 32, classes)
    return params


def kachuee(params, x, drop):
    values = conv(params["conv0"], x[:, :, None])
    for block in range(KACHUEE_BLOCKS):
        p = params[f"block{block}"]
        inner = conv(p["conv2"], jax.nn.relu(conv(p["conv1"], values)))
        values = max_pool(jax.nn.relu(values + inner), 5, 2)
    values = values.reshape(len(x), -1)
    values = jax.nn.relu(dense(params["dense1"], values))
    values = jax.nn.relu(dense(params["dense2"], values))
    return dense(params["scores"], values)


NETWORKS = {
    "cnn": (cnn_init, cnn),
    "lstm": (lstm_init, lstm),
    "acharya": (acharya_init, acharya),
    "kachuee": (kachuee_init, kachuee),
}


def parameters(name: str, classes: int) -> int:
    init, _ = NETWORKS[name]
    return sum(int(np.prod(leaf.shape)) for leaf in jax.tree.leaves(jax.eval_shape(lambda k: init(k, classes), jax.random.key(0))))
