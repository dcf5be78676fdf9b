"""
Trains the networks and the baselines, in the paper's protocol and between patients, and writes what they say of windows
that they did not see.

OUT/NAME-TASK-PROTOCOL.npz holds `scores` [seed, window, class] of the windows that are tested (logits, or of the forest
the logarithms of its probabilities), and of the networks that are explained the parameters: in the random protocol those of each
seed, between patients those of the first seed's folds. What is there already is not trained again.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np

import forest
from windows import FOLDS, TASKS, Windows, load, patient_folds, random_split

PROTOCOLS = ["random", "patients"]
EXPLAINED = ["cnn", "lstm"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--windows", type=Path, required=True, help="exported windows, without extension")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--names", nargs="+", default=["cnn", "lstm", "acharya", "kachuee", "forest"])
    parser.add_argument("--tasks", nargs="+", default=list(TASKS))
    parser.add_argument("--protocols", nargs="+", default=PROTOCOLS)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--epochs", type=int, help="fewer, to try it out")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    windows = load(options.windows)
    write_division(windows, Path(f"{options.windows}.division.json"))
    for name in options.names:
        for task in options.tasks:
            for protocol in options.protocols:
                path = options.out / f"{name}-{task}-{protocol}.npz"
                if path.exists():
                    continue
                print(f"{name}, {task}, {protocol}: {options.seeds} seeds", file=sys.stderr, flush=True)
                run = forest_runs if name == "forest" else network_runs
                np.savez_compressed(path, **run(name, windows, task, protocol, options))


def write_division(windows: Windows, path: Path) -> None:
    """For programs that are not Python: on which side of the random split each window is, and in which fold of patients."""
    label = windows.label["eight"]
    fold = patient_folds(label, windows.subject, TASKS["eight"])
    path.write_text(json.dumps({"part": random_split(label).tolist(), "fold": fold.tolist()}))


def divisions(windows: Windows, task: str, protocol: str) -> list[tuple[np.ndarray, np.ndarray]]:
    """Windows to train on and windows to test on: one pair, or one a fold."""
    label = windows.label[task]
    if protocol == "random":
        part = random_split(label)
        return [(np.flatnonzero(part == "train"), np.flatnonzero(part == "test"))]
    fold = patient_folds(label, windows.subject, TASKS[task])
    return [(np.flatnonzero((fold >= 0) & (fold != k)), np.flatnonzero(fold == k)) for k in range(FOLDS)]


def tested(windows: Windows, task: str, protocol: str) -> np.ndarray:
    """Windows whose scores are kept, in order."""
    return np.sort(np.concatenate([test for _, test in divisions(windows, task, protocol)]))


def network_runs(name: str, windows: Windows, task: str, protocol: str, options) -> dict:
    import jax

    from fit import EPOCHS, fit, scores

    label = np.maximum(windows.label[task], 0)
    pairs = divisions(windows, task, protocol)
    jobs = [(seed, train, test) for seed in range(options.seeds) for train, test in pairs]
    # An accelerator has room for all at once; a processor is not faster by it.
    at_once = len(jobs) if jax.default_backend() != "cpu" else 1
    of_window = np.full((options.seeds, len(windows), len(TASKS[task])), np.nan, "f2")
    kept = []
    for first in range(0, len(jobs), at_once):
        group = jobs[first : first + at_once]
        seeds, trains, _ = zip(*group)
        params = fit(name, windows.x, label, list(trains), list(seeds), options.epochs or EPOCHS)
        for n, (seed, _, test) in enumerate(group):
            one = jax.tree.map(lambda leaf: leaf[n], params)
            of_window[seed, test] = scores(name, one, windows.x[test])
            if name in EXPLAINED and (protocol == "random" or seed == 0):
                kept.append(one)
    found = {"scores": of_window[:, tested(windows, task, protocol)]}
    for layer in kept[0] if kept else []:
        for key in kept[0][layer]:
            found[f"{layer}/{key}"] = np.stack([one[layer][key] for one in kept])
    return found


def forest_runs(_name: str, windows: Windows, task: str, protocol: str, options) -> dict:
    label, classes = windows.label[task], len(TASKS[task])
    x = forest.features(windows.x, windows.rr)
    of_window = np.full((options.seeds, len(windows), classes), np.nan, "f2")
    for seed in range(options.seeds):
        for train, test in divisions(windows, task, protocol):
            model = forest.fit(x[train], label[train], seed)
            of_window[seed, test] = np.log(forest.probabilities(model, x[test], classes) + 1e-4)
        print(f"forest: seed {seed + 1} of {options.seeds}", file=sys.stderr, flush=True)
    return {"scores": of_window[:, tested(windows, task, protocol)]}


def parameters_of(path: Path, which: int) -> dict:
    """Parameters of one seed (random) or fold (patients), as the networks take them."""
    found: dict = {}
    with np.load(path) as content:
        for name in content.files:
            if "/" in name:
                layer, key = name.split("/")
                found.setdefault(layer, {})[key] = content[name][which]
    return found


if __name__ == "__main__":
    main()
