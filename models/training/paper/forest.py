"""The baseline without deep learning: RR intervals and the shape of the beat, judged by a random forest."""

import numpy as np
from sklearn.ensemble import RandomForestClassifier

R = 125  # sample of the R peak
TREES = 200


def features(x: np.ndarray, rr: np.ndarray) -> np.ndarray:
    """
    Of each window [window, sample]: the RR intervals on either side, as far as the window shows them (1 s), and their
    ratio; the beat itself, a value every 24 ms from 240 ms before the R peak to 480 ms after; its steepest slopes, its width
    and area at half its height, and the spread of the signal before, in and after it.
    """
    seen = np.where(np.isnan(rr), 1.0, np.minimum(rr, 1.0))
    shape = x[:, R - 30 : R + 61 : 3]
    beat = x[:, R - 15 : R + 16]
    slope = np.diff(beat, axis=1)
    high = np.abs(beat) > np.abs(x[:, R : R + 1]) / 2
    parts = [x[:, :85], x[:, 85:112], beat, x[:, 138:190], x[:, 190:]]
    return np.column_stack(
        [
            seen,
            np.log(seen[:, 0] / seen[:, 1]),
            shape,
            slope.max(axis=1),
            slope.min(axis=1),
            high.sum(axis=1),
            np.abs(beat).sum(axis=1),
            *[part.std(axis=1) for part in parts],
            *[np.ptp(part, axis=1) for part in parts],
        ]
    ).astype("f4")


def fit(x: np.ndarray, label: np.ndarray, seed: int) -> RandomForestClassifier:
    return RandomForestClassifier(TREES, min_samples_leaf=2, n_jobs=-1, random_state=seed).fit(x, label)


def probabilities(model: RandomForestClassifier, x: np.ndarray, classes: int) -> np.ndarray:
    found = np.zeros((len(x), classes))
    found[:, model.classes_] = model.predict_proba(x)
    return found
