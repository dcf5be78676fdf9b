"""Fits the noise index or the doubt: python fit.py ROWS, an export of export-textures.ts or curve.ts without extension.

Logistic regression by Newton's method. Handheld recordings weigh a third of the beats, since their labels are of
half a minute, not of a moment. Prints the weights. NumPy is all that it needs.
"""
import json
import sys

import numpy as np

HANDHELD_SHARE = 0.3

with open(f"{sys.argv[1]}.json") as file:
    measures = json.load(file)["measures"]
rows = np.fromfile(f"{sys.argv[1]}.f32", "<f4").reshape(-1, 2 + len(measures)).astype(float)
handheld, spoilt = rows[:, 0] == 1, rows[:, 1]
x = np.column_stack([rows[:, 2:], np.ones(len(rows))])
weight = np.where(handheld, HANDHELD_SHARE * np.sum(~handheld) / max(1, np.sum(handheld)), 1.0)

theta = np.zeros(x.shape[1])
for _ in range(30):
    p = 1 / (1 + np.exp(-np.clip(x @ theta, -30, 30)))
    gradient = x.T @ (weight * (spoilt - p))
    hessian = (x * (weight * p * (1 - p))[:, None]).T @ x + 1e-6 * np.eye(len(theta))
    theta += np.linalg.solve(hessian, gradient)


def auc(score, truth):
    """Chance that a spoilt one scores above a sound one."""
    order = np.argsort(np.argsort(score))
    ones = truth.sum()
    return (order[truth].sum() - ones * (ones - 1) / 2) / (ones * (len(truth) - ones))


odds = x @ theta
for name, part in (("beats", ~handheld), ("handheld stretches", handheld)):
    if not part.any():
        continue
    print(f"{name}: {part.sum()}, AUC {auc(odds[part], spoilt[part] == 1):.4f}", file=sys.stderr)
for share in (1, 0.5, 0.2, 0.1):
    sound = odds[~handheld & (spoilt == 0)]
    threshold = np.percentile(sound, 100 - share)
    caught = np.mean(odds[~handheld & (spoilt == 1)] > threshold)
    print(f"{share} % of sound beats refused from {threshold:.2f} on: {100 * caught:.1f} % of spoilt ones", file=sys.stderr)
print(", ".join(f"{n}: {v:.2f}" for n, v in zip((*measures, "constant"), theta)))
