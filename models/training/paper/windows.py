"""Windows as the gateway exported them, their two labellings, and the two ways to divide them."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

EIGHT = ["N", "PVC", "PAC", "AF", "SVTA", "SBR", "LBBB", "RBBB"]
FOUR = ["N", "S", "V", "F"]
TASKS = {"eight": EIGHT, "four": FOUR}

# One person: never on both sides.
SAME_SUBJECT = {"202": "201"}
# Only record 232 has sinus bradycardia, so between patients nothing can be learned of it.
ONE_PATIENT = ["SBR"]
FOLDS = 5
SPLIT_SEED = 0


@dataclass
class Windows:
    x: np.ndarray  # [window, sample] float32
    rr: np.ndarray  # [window, before and after] seconds, NaN where unknown
    label: dict[str, np.ndarray]  # by task: index into TASKS[task], or -1
    record: np.ndarray
    time: np.ndarray

    def __len__(self) -> int:
        return len(self.record)

    @property
    def subject(self) -> np.ndarray:
        return np.array([SAME_SUBJECT.get(record, record) for record in self.record])


def load(stem: Path) -> Windows:
    """Loads STEM.json and STEM.windows.f32, or STEM.npz as `pack` writes it."""
    if Path(f"{stem}.npz").exists():
        packed = np.load(f"{stem}.npz")
        label = {task: packed[task].astype(int) for task in TASKS}
        return Windows(packed["x"].astype("f4") / PACKED_STEPS, packed["rr"], label, packed["record"], packed["time"])
    about = json.loads(Path(f"{stem}.json").read_text())
    windows = about["windows"]
    label = {
        "eight": np.array([EIGHT.index(w["class"]) if w.get("class") else -1 for w in windows]),
        "four": np.array([FOUR.index(w["aami"]) if w.get("aami") in FOUR else -1 for w in windows]),
    }
    return Windows(
        np.fromfile(f"{stem}.windows.f32", "<f4").reshape(len(windows), about["samples"]),
        np.array([[np.nan if rr is None else rr for rr in w["rr"]] for w in windows], "f4"),
        label,
        np.array([w["record"] for w in windows]),
        np.array([w["time"] for w in windows]),
    )


# Windows lie within ±2: a step is then 1/2048, far below the noise.
PACKED_STEPS = 2048


def pack(windows: Windows, path: Path) -> None:
    """Writes windows small, to train on another machine."""
    x = np.round(windows.x * PACKED_STEPS).astype("i2")
    np.savez_compressed(path, x=x, rr=windows.rr, record=windows.record, time=windows.time, **windows.label)


def random_split(label: np.ndarray) -> np.ndarray:
    """
    The paper's protocol: 80 % to train on, 10 % to choose by, 10 % to test on, drawn at random within each class.
    Patients are on all sides, and neighbouring windows, which share samples, too.
    @returns "train", "choose", "test" or "" for each window
    """
    rng = np.random.default_rng(SPLIT_SEED)
    part = np.full(len(label), "", "U6")
    for of_class in range(label.max() + 1):
        members = rng.permutation(np.flatnonzero(label == of_class))
        tenth = round(len(members) / 10)
        part[members] = "train"
        part[members[:tenth]] = "test"
        part[members[tenth : 2 * tenth]] = "choose"
    return part


def patient_folds(label: np.ndarray, subject: np.ndarray, classes: list[str]) -> np.ndarray:
    """
    Deals subjects into folds so that each class is spread over them: beginning with the class of fewest subjects, and
    in it with the subject that has most of it, each goes to the fold with the fewest windows of that class so far.
    @returns number of the fold for each window, or -1 where the window takes no part
    """
    takes_part = (label >= 0) & ~np.isin(label, [classes.index(name) for name in ONE_PATIENT if name in classes])
    names = np.unique(subject[takes_part])
    count = np.array([[np.sum(takes_part & (subject == s) & (label == c)) for c in range(len(classes))] for s in names])
    fold_of = np.full(len(names), -1)
    load = np.zeros((FOLDS, len(classes)))
    for of_class in sorted(range(len(classes)), key=lambda c: np.sum(count[:, c] > 0)):
        for s in np.argsort(-count[:, of_class], kind="stable"):
            if fold_of[s] >= 0 or count[s, of_class] == 0:
                continue
            fold_of[s] = min(range(FOLDS), key=lambda f: (load[f, of_class], load[f].sum()))
            load[fold_of[s]] += count[s]
    fold = np.full(len(label), -1)
    for name, number in zip(names, fold_of):
        fold[takes_part & (subject == name)] = number
    return fold
