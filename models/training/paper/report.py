"""
Prints the tables of docs/paper.md from what train.py wrote, as Markdown.

Accuracy and F1 are means over the seeds, with the lowest and highest seed. Intervals are of the first seed, 95 %, by
bootstrap: over windows in the random split, over patients between patients (Efron's percentile, 2,000 draws).
"""

import argparse
import contextlib
import functools
import io
import sys
from pathlib import Path

import numpy as np

from networks import NETWORKS, parameters
from train import PROTOCOLS, tested
from windows import TASKS, Windows, load

DRAWS = 2000
# Between these the page's tables stand.
BEGIN, END = "<!-- tables: report.py -->", "<!-- end of tables -->"
NAMES = {
    "cnn": "CNN",
    "lstm": "LSTM",
    "both": "CNN and LSTM together",
    "kachuee": "Kachuee et al. 2018",
    "acharya": "Acharya et al. 2017",
    "forest": "random forest, no deep learning",
}
TITLES = {"random": "The paper's protocol: windows divided at random, patients shared", "patients": "Between patients"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--windows", type=Path, required=True, help="exported windows, without extension")
    parser.add_argument("--runs", type=Path, required=True, help="folder that train.py wrote")
    parser.add_argument("--into", type=Path, help="page whose tables are to be replaced, instead of printing them")
    options = parser.parse_args()
    windows = load(options.windows)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed if options.into else sys.stdout):
        for protocol in PROTOCOLS:
            for task, classes in TASKS.items():
                print(f"\n### {TITLES[protocol]}, {task} classes\n")
                part(windows, options.runs, task, protocol, classes)
    if options.into:
        before, rest = options.into.read_text().split(BEGIN)
        _, after = rest.split(END)
        options.into.write_text(f"{before}{BEGIN}\n{printed.getvalue()}\n{END}{after}")


def part(windows: Windows, runs: Path, task: str, protocol: str, classes: list[str]) -> None:
    chosen = tested(windows, task, protocol)
    truth = windows.label[task][chosen]
    subject = windows.subject[chosen]
    group = np.arange(len(chosen)) if protocol == "random" else np.unique(subject, return_inverse=True)[1]
    shown = [c for c in range(len(classes)) if np.any(truth == c)]
    found = all_probabilities(runs, task, protocol)
    if not found:
        print("not trained yet")
        return
    patients = " | ".join(str(len(np.unique(subject[truth == c]))) for c in shown)
    print(f"{len(chosen):,} windows tested, of {len(np.unique(subject))} patients.\n")
    print(f"| F1, % | parameters | seeds | accuracy, % | interval | {' | '.join(classes[c] for c in shown)} |")
    print(f"| --- | --- | --- | --- | --- |{' --- |' * len(shown)}")
    print(f"| windows tested | | | | | {' | '.join(f'{np.sum(truth == c):,}' for c in shown)} |")
    if protocol == "patients":
        print(f"| patients | | | | | {patients} |")
    for name, probabilities in found.items():
        called = probabilities.argmax(axis=-1)
        accuracy = [100 * np.mean(seed == truth) for seed in called]
        low, high = interval(called[0] == truth, group)
        per_class = [np.mean([f1(seed == c, truth == c) for seed in called]) for c in shown]
        cells = [
            NAMES[name],
            size(name, len(classes)),
            str(len(called)),
            f"{np.mean(accuracy):.2f} ({min(accuracy):.2f} to {max(accuracy):.2f})",
            f"{low:.2f} to {high:.2f}",
            *[f"{value:.1f}" for value in per_class],
        ]
        print(f"| {' | '.join(cells)} |")
    if protocol == "random":
        print()
        for name in ("cnn", "lstm", "kachuee", "acharya"):
            if name in found:
                wrong = found[name].argmax(axis=-1) != truth
                each = f"{wrong.sum(axis=1).min()} to {wrong.sum(axis=1).max()}"
                print(f"- {NAMES[name]}: {each} windows wrong with one seed, {wrong.all(axis=0).sum()} of them with every seed.")
    missing = [NAMES[name] for name in NAMES if name not in found]
    if missing:
        print(f"\nNot trained here yet: {', '.join(missing)}.")
    for name in ("cnn", "lstm"):
        if name in found:
            print(f"\n{NAMES[name]}, first seed: rows are the reference, columns the verdict.\n")
            print_confusion(found[name][0].argmax(axis=-1), truth, classes, shown)


def all_probabilities(runs: Path, task: str, protocol: str) -> dict[str, np.ndarray]:
    """[seed, window, class] by name; the two together are the mean of their probabilities."""
    found = {}
    for name in NAMES:
        path = runs / f"{name}-{task}-{protocol}.npz"
        if path.exists():
            found[name] = softmax(np.load(path)["scores"].astype("f4"))
        elif name == "both" and "cnn" in found and "lstm" in found:
            seeds = min(len(found["cnn"]), len(found["lstm"]))
            found[name] = (found["cnn"][:seeds] + found["lstm"][:seeds]) / 2
    return found


def softmax(scores: np.ndarray) -> np.ndarray:
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)


@functools.cache
def size(name: str, classes: int) -> str:
    parts = ["cnn", "lstm"] if name == "both" else [name]
    return f"{sum(parameters(part, classes) for part in parts):,}" if parts[0] in NETWORKS else "–"


def f1(called: np.ndarray, truth: np.ndarray) -> float:
    return 200 * np.sum(called & truth) / max(1, called.sum() + truth.sum())


def interval(right: np.ndarray, group: np.ndarray) -> tuple[float, float]:
    """Of the share that is right, when groups (windows or patients) are drawn with replacement."""
    of_group = np.bincount(group, right), np.bincount(group)
    rng = np.random.default_rng(0)
    shares = []
    for _ in range(DRAWS):
        drawn = rng.integers(0, len(of_group[1]), len(of_group[1]))
        shares.append(100 * of_group[0][drawn].sum() / of_group[1][drawn].sum())
    return tuple(np.percentile(shares, [2.5, 97.5]))


def print_confusion(called: np.ndarray, truth: np.ndarray, classes: list[str], shown: list[int]) -> None:
    print(f"| | {' | '.join(classes)} |")
    print(f"| --- |{' --- |' * len(classes)}")
    for c in shown:
        print(f"| {classes[c]} | {' | '.join(str(np.sum((truth == c) & (called == k))) for k in range(len(classes)))} |")


if __name__ == "__main__":
    main()
