"""What the beat network learns from, as the gateway exported it: model inputs, labels, records, and noise."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

# Of the classes that the gateway exports; paced, unclassifiable (Q) and unmatched beats (O) belong to none.
CLASSES = ["N", "S", "V", "F"]
# A label that rules out one class, and says no more.
NOT_S = len(CLASSES)
# The arrays with one entry a beat, in the order of the fields below.
OF_BEATS = ("waveform", "rhythm", "label", "record", "database", "place", "time")

# In atrial fibrillation no beat is premature; whether one is ventricular, the label of a recording does not say.
LABEL_OF_RHYTHM = {"N": CLASSES.index("N"), "A": NOT_S}
# Before this beat of a recording little is known of what is usual in it.
SETTLED = 4

GRID_RATE = 250


@dataclass
class Beats:
    waveform: np.ndarray  # [beat, step, channel]
    rhythm: np.ndarray  # [beat, feature]
    label: np.ndarray  # index into CLASSES, NOT_S, or -1
    record: np.ndarray
    database: np.ndarray
    place: np.ndarray  # number of the beat in its export
    time: np.ndarray  # seconds from the record's start
    rhythm_features: list[str]

    def __getitem__(self, chosen) -> "Beats":
        return Beats(
            *(getattr(self, name)[chosen] for name in OF_BEATS),
            self.rhythm_features,
        )

    def __len__(self) -> int:
        return len(self.label)

    def neighbours(self) -> np.ndarray:
        """Of each beat, whether the one before it here is the one before it in its record."""
        adjacent = (np.diff(self.place) == 1) & (self.record[1:] == self.record[:-1])
        return np.concatenate([[False], adjacent])

    def runs(self) -> list[np.ndarray]:
        """Numbers of the beats of each record, or of each time that it is here, in order; the longest first."""
        follows = (np.diff(self.place) > 0) & (self.record[1:] == self.record[:-1])
        runs = np.split(np.arange(len(self)), np.flatnonzero(~follows) + 1)
        return sorted(runs, key=len, reverse=True)

    def records(self) -> list[str]:
        """Names of the records, in the order in which they come."""
        return list(dict.fromkeys(self.record.tolist()))

    def databases(self) -> list[str]:
        return list(dict.fromkeys(self.database.tolist()))


def load(stem: Path, database: str) -> Beats:
    """Loads STEM.json, STEM.waveform.f32 and STEM.rhythm.f32; leaves out beats that the gateway calls unusable."""
    beats, usable = load_all(stem, database)
    return beats[usable]


def load_rhythms(stem: Path, labels: Path) -> Beats:
    """
    Recordings that are labelled as wholes, by a file with lines such as `A00002,N`: each beat that the network can
    learn something from.
    """
    beats, usable = load_all(stem, "rhythms")
    with open(labels, newline="") as lines:
        of_recording = dict(csv.reader(lines))
    beats.label = np.array([LABEL_OF_RHYTHM[of_recording[record]] for record in beats.record])
    # Recordings come in the order of their names.
    number = np.arange(len(beats)) - np.searchsorted(beats.record, beats.record)
    return beats[usable & (number >= SETTLED)]


def load_all(stem: Path, database: str) -> tuple[Beats, np.ndarray]:
    """Every beat of an export, and which of them the gateway calls usable."""
    about = json.loads(Path(f"{stem}.json").read_text())
    beats = about["beats"]
    shape = (len(beats), about["steps"], about["channels"])
    loaded = Beats(
        np.fromfile(f"{stem}.waveform.f32", "<f4").reshape(shape),
        np.fromfile(f"{stem}.rhythm.f32", "<f4").reshape(len(beats), -1),
        np.array([CLASSES.index(beat["class"]) if beat["class"] in CLASSES else -1 for beat in beats]),
        np.array([beat["record"] for beat in beats]),
        np.full(len(beats), database),
        np.arange(len(beats)),
        np.array([beat["time"] for beat in beats]),
        about["rhythmFeatures"],
    )
    return loaded, np.array([beat["usable"] for beat in beats])


def load_noise(path: Path) -> np.ndarray:
    """Noise at 250 Hz, with a root mean square of one in the middling seconds."""
    noise = np.fromfile(path, "<f4")
    of_seconds = np.sort(noise.reshape(-1, GRID_RATE).std(axis=1))
    trimmed = len(of_seconds) // 20
    return noise / of_seconds[trimmed:-trimmed].mean()


def joined(parts: list[Beats]) -> Beats:
    return Beats(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in OF_BEATS),
        parts[0].rhythm_features,
    )
