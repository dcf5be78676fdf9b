"""Beats as the gateway exported them: model inputs, AAMI classes, records."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

# The inter-patient split of de Chazal et al. 2004. Only DS1 is trained on, chosen on and calibrated on.
DS1 = "101 106 108 109 112 114 115 116 118 119 122 124 201 203 205 207 208 209 215 220 223 230".split()

CLASSES = ["N", "S", "V", "F"]
# The AAMI grouping of ANSI/AAMI EC57; paced, unclassifiable and unmatched beats belong to no class.
AAMI = {**dict.fromkeys("NLRejB", 0), **dict.fromkeys("AaJSn", 1), **dict.fromkeys("VE", 2), "F": 3}


@dataclass
class Beats:
    waveform: np.ndarray  # [beat, step, channel]
    rhythm: np.ndarray  # [beat, feature]
    label: np.ndarray  # index into CLASSES, or -1
    record: np.ndarray
    rhythm_features: list[str]

    def __getitem__(self, chosen) -> "Beats":
        return Beats(
            self.waveform[chosen], self.rhythm[chosen], self.label[chosen], self.record[chosen], self.rhythm_features
        )

    def __len__(self) -> int:
        return len(self.label)


def load(stem: Path) -> Beats:
    """Loads STEM.json, STEM.waveform.f32 and STEM.rhythm.f32; leaves out beats that the gateway calls unusable."""
    about = json.loads(Path(f"{stem}.json").read_text())
    beats = about["beats"]
    usable = np.array([beat["usable"] for beat in beats])
    shape = (len(beats), about["steps"], about["channels"])
    return Beats(
        np.fromfile(f"{stem}.waveform.f32", "<f4").reshape(shape)[usable],
        np.fromfile(f"{stem}.rhythm.f32", "<f4").reshape(len(beats), -1)[usable],
        np.array([AAMI.get(beat["symbol"], -1) for beat in beats])[usable],
        np.array([beat["record"] for beat in beats])[usable],
        about["rhythmFeatures"],
    )


def joined(parts: list[Beats]) -> Beats:
    return Beats(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in ("waveform", "rhythm", "label", "record")),
        parts[0].rhythm_features,
    )
