"""Beats as the gateway exported them: model inputs, AAMI classes, records."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

# Of the classes that the gateway exports; paced, unclassifiable (Q) and unmatched beats (O) belong to none.
CLASSES = ["N", "S", "V", "F"]
# The arrays with one entry a beat, in the order of the fields below.
OF_BEATS = ("waveform", "rhythm", "label", "record", "database")


@dataclass
class Beats:
    waveform: np.ndarray  # [beat, step, channel]
    rhythm: np.ndarray  # [beat, feature]
    label: np.ndarray  # index into CLASSES, or -1
    record: np.ndarray
    database: np.ndarray
    rhythm_features: list[str]

    def __getitem__(self, chosen) -> "Beats":
        return Beats(
            *(getattr(self, name)[chosen] for name in OF_BEATS),
            self.rhythm_features,
        )

    def __len__(self) -> int:
        return len(self.label)

    def records(self) -> list[str]:
        """Names of the records, in the order in which they come."""
        return list(dict.fromkeys(self.record.tolist()))

    def databases(self) -> list[str]:
        return list(dict.fromkeys(self.database.tolist()))


def load(stem: Path, database: str) -> Beats:
    """Loads STEM.json, STEM.waveform.f32 and STEM.rhythm.f32; leaves out beats that the gateway calls unusable."""
    about = json.loads(Path(f"{stem}.json").read_text())
    beats = about["beats"]
    usable = np.array([beat["usable"] for beat in beats])
    shape = (len(beats), about["steps"], about["channels"])
    return Beats(
        np.fromfile(f"{stem}.waveform.f32", "<f4").reshape(shape)[usable],
        np.fromfile(f"{stem}.rhythm.f32", "<f4").reshape(len(beats), -1)[usable],
        np.array([CLASSES.index(beat["class"]) if beat["class"] in CLASSES else -1 for beat in beats])[usable],
        np.array([beat["record"] for beat in beats])[usable],
        np.full(usable.sum(), database),
        about["rhythmFeatures"],
    )


def joined(parts: list[Beats]) -> Beats:
    return Beats(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in OF_BEATS),
        parts[0].rhythm_features,
    )
