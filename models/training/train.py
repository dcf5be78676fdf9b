"""Trains the beat models on DS1 and svdb and writes models, cards and golden vectors. See README.md in this folder."""

import argparse
import datetime
import json
import os
import re
import sys
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

import keras
import numpy as np
import tensorflow as tf

from beats import CLASSES, Beats, joined, load, load_noise, load_rhythms
from calls import MOST_IRREGULAR, MOST_SHIFT, OF_BEATS, THRESHOLD_OF_F, THRESHOLDS, USUAL_SHARE, by_morphology, calls
from convert import Interpreter, card, convert, rounded
from network import DEFAULT, TINY, Lessons, Size, deployed, scores, train

SIZES = {"beat": DEFAULT, "beat-tiny": TINY}
# By what a database is called here: the stem of its exports, and its name in words.
ANNOTATED = {
    "mitdb": ("ds1", "MIT-BIH Arrhythmia Database 1.0.0, DS1 only"),
    "svdb": ("svdb", "MIT-BIH Supraventricular Arrhythmia Database 1.0.0"),
}
# Electrode motion twice: nothing else looks so much like a beat.
NOISE = ["em", "em", "ma", "bw"]
FOLDS = 6
GOLDEN_BEATS = 24
GOLDEN_NOISE = 3.0
# What is bearable where the rhythm is normal: alerts an hour.
MOST_FALSE_ALERTS = 5
# Choices whose F1 of S and V together lie no further from the best are as good: the folds' luck is more.
AS_GOOD = 0.005
# Normal rhythm: this far from any ectopic beat, seconds, of patients of mitdb, but for those with atrial fibrillation
# (201, 203) or ventricular flutter (207). Not of svdb, where many a beat that is early is labelled as normal.
QUIET = 30
FIBRILLATING = ["201", "203", "207"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, required=True, help="folder with the exported beats")
    parser.add_argument("--labels", type=Path, required=True, help="labels of the recordings of cinc2017: REFERENCE.csv")
    parser.add_argument("--out", type=Path, required=True, help="folder for the models of the first seed, their cards and vectors")
    parser.add_argument("--rest", type=Path, required=True, help="folder for float models and those of the other seeds")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--models", nargs="+", choices=SIZES, default=list(SIZES))
    parser.add_argument(
        "--databases", nargs="+", choices=ANNOTATED, default=list(ANNOTATED), help="annotated databases to learn from (mitdb: its DS1)"
    )
    options = parser.parse_args()
    tf.config.experimental.enable_op_determinism()

    lessons = lessons_from(options.build, options.labels, options.databases)
    shipped = load(options.build / "shipped", "shipped")
    beats = lessons.annotated
    for database in beats.databases():
        say(f"{database}: {counted(beats[beats.database == database])}")

    for stem in options.models:
        size = SIZES[stem]
        say(f"{stem}: {size}")
        calibration = calibrate(lessons, size)
        for seed in range(options.seeds):
            members = train(lessons, seed, size)
            network = deployed(members)
            write_models(stem, seed, members, network, lessons, calibration, options)
            if seed == 0 and stem == "beat":
                vectors = golden(network, (options.out / "beat.tflite").read_bytes(), shipped)
                vectors["calls"] = golden_calls(scores(members, shipped), shipped, calibration)
                (options.out / "beat.vectors.json").write_text(json.dumps(vectors, separators=(",", ":")) + "\n")


def lessons_from(build: Path, labels: Path, databases: list[str]) -> Lessons:
    def annotated(lead: str) -> Beats:
        exports = [(ANNOTATED[database][0], database) for database in databases]
        beats = joined([load(build / f"{name}{lead}-{peaks}", of) for name, of in exports for peaks in ("reference", "own")])
        return beats[beats.label >= 0]

    noise = [load_noise(build / f"{name}.f32") for name in NOISE]
    return Lessons(annotated(""), annotated("-other"), load_rhythms(build / "cinc2017", labels), noise)


def write_models(
    stem: str, seed: int, members: list[keras.Model], network: keras.Model, lessons: Lessons, calibration: dict, options
) -> None:
    """The int8 model and, to compare it with, the float model of one seed. The first seed's int8 model ships."""
    beats = lessons.annotated
    rng = np.random.default_rng(seed)
    int8 = convert(network, beats[rng.choice(len(beats), 2000, replace=False)])
    agreement = agree(network, int8, beats[rng.choice(len(beats), 4000, replace=False)])
    say(f"seed {seed}: int8 and float choose the same class for {agreement:.2%} of 4,000 beats")
    about = {
        "license": "Apache-2.0",
        "created": datetime.date.today().isoformat(),
        "parameters": sum(member.count_params() for member in members),
        "training": {
            "command": command(options.databases),
            "seed": seed,
            "data": "; ".join(ANNOTATED[database][1] for database in beats.databases()) + "; both leads of each; CinC Challenge 2017 "
            "1.0.0, some recordings labelled N or A; noise of the MIT-BIH Noise Stress Test Database 1.0.0 (all ODC-BY 1.0)",
            "records": beats.records(),
            "beats": {database: counted(beats[beats.database == database]) for database in beats.databases()},
            "recordings": len(lessons.rhythms.records()),
            "folds": calibration["folds"],
        },
        "temperature": calibration["temperature"],
        "thresholds": calibration["thresholds"],
        "supraventricular": calibration["supraventricular"],
    }
    name = f"{stem}-{seed}"
    of_seed = options.rest / f"seed-{seed}"
    write(options.out if seed == 0 else of_seed, stem, name, members, int8, beats.rhythm_features, about)
    write(of_seed, f"{stem}-float", f"{name}-float", members, convert(network, None), beats.rhythm_features, about)


def command(databases: list[str]) -> str:
    options = "" if databases == list(ANNOTATED) else f" --databases {' '.join(databases)}"
    return f"models/training/train.sh MITDB_FOLDER SVDB_FOLDER CINC2017_FOLDER NSTDB_FOLDER{options}"


def counted(beats: Beats) -> dict[str, int]:
    return dict(zip(CLASSES, np.bincount(beats.label, minlength=len(CLASSES)).tolist()))


def calibrate(lessons: Lessons, size: Size) -> dict:
    """Temperature and thresholds from beats of patients whom the networks did not see, both databases counting the same."""
    beats = lessons.annotated
    unseen = np.zeros((len(beats), len(CLASSES)), "f4")
    for number in range(FOLDS):
        # By record: no patient is on both sides.
        fold = [name for of in beats.databases() for name in beats[beats.database == of].records()[number::FOLDS]]
        held_out = np.isin(beats.record, fold)
        other_lead = lessons.other_lead[~np.isin(lessons.other_lead.record, fold)]
        others = replace(lessons, annotated=beats[~held_out], other_lead=other_lead)
        unseen[held_out] = scores(train(others, seed=number, size=size), beats[held_out])
        say(f"fold {number}: unseen {' '.join(fold)}")

    databases = [beats.database == name for name in beats.databases()]

    def loss(temperature: float) -> float:
        log_probabilities = tf.nn.log_softmax(unseen / temperature).numpy()
        of_truth = -log_probabilities[np.arange(len(beats)), beats.label]
        return float(np.mean([of_truth[chosen].mean() for chosen in databases]))

    temperature = round(float(min(np.arange(0.5, 5.01, 0.05), key=loss)), 2)
    probabilities = tf.nn.softmax(by_morphology(beats, unseen / temperature)).numpy()
    quiet = quiet_beats(beats)
    hours = hours_of(beats, quiet)
    truth = {name: beats.label == CLASSES.index(name) for name in "SV"}

    def judged(name: str, called: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """F1 [database, choice …] and false alerts an hour of normal rhythm [choice …]."""
        f1 = np.array([f1_of(truth[name][chosen], called[chosen]) for chosen in databases])
        return f1, called[quiet].sum(axis=0) / hours

    def about(f1: np.ndarray, false_alerts: float) -> dict[str, float]:
        of_databases = {f"f1 {of}": round(100 * float(value), 1) for of, value in zip(beats.databases(), f1)}
        return {**of_databases, "false alerts an hour": round(float(false_alerts), 1)}

    # Of all choices that keep normal rhythm quiet, those with the best F1, and of these the one that keeps it quietest.
    tried = [[judged(*named) for named in zip("SV", calls(beats, probabilities, threshold))] for threshold in THRESHOLDS]
    f1 = np.array([(of_s + of_v).mean(axis=0) for (of_s, _), (of_v, _) in tried])
    false_alerts = np.array([of_s + of_v for (_, of_s), (_, of_v) in tried])
    bearable = false_alerts <= MOST_FALSE_ALERTS
    as_good = bearable & (f1 >= f1[bearable].max() - AS_GOOD)
    at_v, at_s, at_bound = np.unravel_index(np.where(as_good, false_alerts, np.inf).argmin(), f1.shape)
    thresholds = {"S": THRESHOLDS[at_s], "V": THRESHOLDS[at_v], "F": THRESHOLD_OF_F}

    calibration = {
        "temperature": temperature,
        "thresholds": {name: round(float(value), 2) for name, value in thresholds.items()},
        "supraventricular": {
            "mostIrregular": round(float(MOST_IRREGULAR[at_bound]), 2),
            "usualShare": USUAL_SHARE,
            "ofBeats": OF_BEATS,
            "mostShift": MOST_SHIFT,
        },
        "folds": {name: about(of[:, at_s, at_bound], false[at_s, at_bound]) for name, (of, false) in zip("SV", tried[at_v])},
    }
    say(f"unseen patients: {calibration}")
    return calibration


def quiet_beats(beats: Beats) -> np.ndarray:
    """Which beats are normal ones of normal rhythm."""
    quiet = np.zeros(len(beats), bool)
    for chosen in beats.runs():
        ectopic = beats.time[chosen[beats.label[chosen] != CLASSES.index("N")]]
        away = np.abs(beats.time[chosen, None] - ectopic).min(axis=1, initial=np.inf)
        quiet[chosen] = away > QUIET
    return quiet & (beats.database == "mitdb") & ~np.isin(beats.record, FIBRILLATING)


def hours_of(beats: Beats, chosen: np.ndarray) -> float:
    """How long the intervals before these beats last."""
    return float(np.diff(beats.time, prepend=0)[chosen & beats.neighbours()].sum() / 3600)


def f1_of(truth: np.ndarray, called: np.ndarray) -> np.ndarray:
    """Of each choice: [beat] and [beat, choice …] to [choice …]."""
    return 2 * called[truth].sum(axis=0) / np.maximum(1, truth.sum() + called.sum(axis=0))


def agree(network: keras.Model, int8: bytes, beats: Beats) -> float:
    interpreter = Interpreter(int8)
    compiled = tf.function(lambda waveform, rhythm: network([waveform, rhythm])[0])
    same = 0
    for waveform, rhythm in zip(beats.waveform, beats.rhythm):
        called, _ = interpreter.run(interpreter.quantised("waveform", waveform), interpreter.quantised("rhythm", rhythm))
        same += int(called.argmax() == compiled(waveform[None], rhythm[None]).numpy().argmax())
    return same / len(beats)


def write(folder: Path, stem: str, name: str, members, content: bytes, rhythm_features: list[str], about: dict) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{stem}.tflite").write_bytes(content)
    of_model = {**card(name, f"{stem}.tflite", content, members, rhythm_features), **about}
    (folder / f"{stem}.json").write_text(readable(of_model) + "\n")


def readable(value: dict) -> str:
    """JSON with a row of numbers a line."""
    return re.sub(r"\[[-+.\de,\s]+\]", lambda row: "[" + " ".join(row[0][1:-1].split()) + "]", json.dumps(value, indent=1))


def golden(network: keras.Model, int8: bytes, shipped: Beats) -> dict:
    """
    Beats of the recording that ships, as the TFLite interpreter and TensorFlow's own gradients see them: for the
    TypeScript side to reproduce. `alpha` is the mean over time of d score / d feature map, as in Grad-CAM.
    """
    interpreter = Interpreter(int8)
    class_scores_of, maps_of = network.outputs
    head = keras.Model([maps_of, network.inputs[1]], class_scores_of)
    chosen = np.linspace(1, len(shipped) - 2, GOLDEN_BEATS).astype(int)
    vectors = []
    for index in chosen:
        waveform, rhythm = shipped.waveform[index], shipped.rhythm[index]
        inputs = interpreter.quantised("waveform", waveform), interpreter.quantised("rhythm", rhythm)
        class_scores, maps = interpreter.run(*inputs)
        real_maps = interpreter.real("featureMaps", maps)
        vectors.append(
            {
                "beat": int(index),
                "waveform": rounded(waveform.ravel()),
                "rhythm": rounded(rhythm),
                "int8": {
                    "waveform": inputs[0].ravel().tolist(),
                    "rhythm": inputs[1].tolist(),
                    "scores": class_scores.tolist(),
                    "featureMaps": maps.ravel().tolist(),
                },
                "float": {"scores": rounded(network([waveform[None], rhythm[None]])[0].numpy()[0])},
                "gradients": [gradients(head, real_maps, rhythm, target) for target in range(len(CLASSES))],
            }
        )
    return {"classes": CLASSES, "beats": vectors}


def golden_calls(class_scores: np.ndarray, shipped: Beats, calibration: dict) -> dict:
    """
    What every beat of the recording that ships is called by its float scores, for the gateway to call the same: with
    noise added to them, so that all classes and rules take part.
    """
    class_scores = class_scores + GOLDEN_NOISE * np.random.default_rng(0).standard_normal(class_scores.shape)
    class_scores = np.round(class_scores - class_scores[:, :1], 3)
    moved = by_morphology(shipped, class_scores / calibration["temperature"])
    s, v = calls(shipped, tf.nn.softmax(moved).numpy(), calibration["thresholds"]["V"])
    at_s = np.abs(THRESHOLDS - calibration["thresholds"]["S"]).argmin()
    at_bound = np.abs(MOST_IRREGULAR - calibration["supraventricular"]["mostIrregular"]).argmin()
    called = np.where(s[:, at_s, at_bound], "S", np.where(v[:, at_s, at_bound], "V", "-"))
    return {"scores": class_scores.tolist(), "called": "".join(called)}


def gradients(head: keras.Model, maps: np.ndarray, rhythm: np.ndarray, target: int) -> dict:
    maps, rhythm = tf.constant(maps[None]), tf.constant(rhythm[None])
    with tf.GradientTape() as tape:
        tape.watch([maps, rhythm])
        score = head([maps, rhythm])[0, target]
    of_maps, of_rhythm = tape.gradient(score, [maps, rhythm])
    return {
        "score": rounded(score.numpy().reshape(1))[0],
        "alpha": rounded(of_maps.numpy()[0].mean(axis=0)),
        "rhythm": rounded(of_rhythm.numpy()[0]),
    }


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
