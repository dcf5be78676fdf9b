"""Trains the network that confirms R peaks: python train.py OUT.json SEED HUMPS...

HUMPS are exports of export-humps.ts, without extension. One hidden layer (ReLU), binary cross-entropy, Adam with a
cosine decay; the scaling of the inputs is folded into the weights. NumPy is all that it needs.
"""
import json
import sys

import numpy as np

UNITS = 28
EPOCHS = 30
BATCH = 1024
RATE = 6e-3
DECAY = 1e-5
# A clean hump of DS1 counts most: there the detector must not get worse than without noise.
WEIGHTS = {"clean": 3.0, "noisy": 0.6, "svdb": 1.0, "low-qrs": 0.5}

out, seed, *exports = sys.argv[1:]
random = np.random.default_rng(int(seed))

inputs, labels, weights = [], [], []
for path in exports:
    with open(f"{path}.json") as file:
        card = json.load(file)
    rows = np.fromfile(f"{path}.f32", "<f4").reshape(-1, card["inputs"] + 1)
    labels.append(rows[:, 0])
    inputs.append(rows[:, 1:])
    weights += [np.full(record["rows"], WEIGHTS[record["kind"]], np.float32) for record in card["records"]]
x, y, w = np.concatenate(inputs), np.concatenate(labels), np.concatenate(weights)
if not np.isfinite(x).all():
    sys.exit("An input is not a number: export the humps again.")
mean, scale = x.mean(0), x.std(0) + 1e-6
x = (x - mean) / scale
w /= w.mean()

sizes = [(x.shape[1], UNITS), (UNITS,), (UNITS,), (1,)]
hidden = random.normal(0, np.sqrt(2 / x.shape[1]), sizes[0])
output = random.normal(0, np.sqrt(2 / UNITS), sizes[2])
parameters = [p.astype(np.float32) for p in (hidden, np.zeros(UNITS), output, np.zeros(1))]
first = [np.zeros_like(p) for p in parameters]
second = [np.zeros_like(p) for p in parameters]

steps = EPOCHS * (len(x) // BATCH)
step = 0
for epoch in range(EPOCHS):
    order = random.permutation(len(x))
    loss = 0.0
    for batch in np.split(order[: len(x) // BATCH * BATCH], len(x) // BATCH):
        step += 1
        a, b, c, d = parameters
        xb = x[batch]
        z = np.maximum(xb @ a + b, 0)
        logit = z @ c + d
        loss += float(np.sum(w[batch] * (np.logaddexp(0, logit) - y[batch] * logit)))
        error = w[batch] * (1 / (1 + np.exp(-logit)) - y[batch]) / BATCH
        back = np.outer(error, c) * (z > 0)
        gradients = [xb.T @ back + DECAY * a, back.sum(0), z.T @ error, error.sum(keepdims=True)]
        rate = RATE / 2 * (1 + np.cos(np.pi * step / steps))
        for p, g, m, v in zip(parameters, gradients, first, second):
            m += 0.1 * (g - m)
            v += 0.001 * (g * g - v)
            p -= rate * (m / (1 - 0.9**step)) / (np.sqrt(v / (1 - 0.999**step)) + 1e-8)
    print(f"epoch {epoch + 1} of {EPOCHS}: loss {loss / len(x):.5f}", file=sys.stderr)

a, b, c, d = parameters
hidden = a / scale[:, None]
card = {"hidden": hidden.ravel(), "biases": b - mean @ hidden, "output": c}
card = {name: [float(f"{value:.5g}") for value in values] for name, values in card.items()}
with open(out, "w") as file:
    json.dump({**card, "bias": float(f"{d[0]:.5g}")}, file)
    file.write("\n")
