"""Trains the beat model on DS1 and writes model, card and golden vectors. See README.md in this folder."""

import argparse
import datetime
import json
import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

import keras
import numpy as np
import tensorflow as tf

from beats import CLASSES, Beats, joined, load
from convert import Interpreter, card, convert, rounded
from network import deployed, scores, train

FOLDS = 4
GOLDEN_BEATS = 48


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, required=True, help="folder with the exported beats; other seeds' models go here")
    parser.add_argument("--out", type=Path, required=True, help="folder for the model of the first seed, its card and vectors")
    parser.add_argument("--seeds", type=int, default=5)
    options = parser.parse_args()
    tf.config.experimental.enable_op_determinism()

    beats = joined([load(options.build / "ds1-reference"), load(options.build / "ds1-own")])
    beats = beats[beats.label >= 0]
    shipped = load(options.build / "shipped")
    say(f"{len(beats)} beats of DS1, by class {np.bincount(beats.label).tolist()} ({', '.join(CLASSES)})")

    temperature, thresholds, folds = calibrate(beats)
    for seed in range(options.seeds):
        model = train(beats, seed)
        network = deployed(model)
        rng = np.random.default_rng(seed)
        int8 = convert(network, beats[rng.choice(len(beats), 2000, replace=False)])
        agreement = agree(network, int8, beats[rng.choice(len(beats), 4000, replace=False)])
        say(f"seed {seed}: int8 and float choose the same class for {agreement:.2%} of 4,000 beats of DS1")
        folder = options.out if seed == 0 else options.build / f"seed-{seed}"
        about = {
            "license": "Apache-2.0",
            "created": datetime.date.today().isoformat(),
            "training": {
                "command": "models/training/train.sh MITDB_FOLDER",
                "seed": seed,
                "data": "MIT-BIH Arrhythmia Database 1.0.0 (ODC-BY 1.0), lead MLII or the first, DS1 only",
                "records": beats.records(),
                "beats": dict(zip(CLASSES, np.bincount(beats.label).tolist())),
                "folds": folds,
            },
            "temperature": temperature,
            "thresholds": thresholds,
        }
        name = f"beat-{seed}"
        write(folder, "beat", name, network, int8, beats.rhythm_features, about)
        write(options.build / f"seed-{seed}", "beat-float", f"{name}-float", network, convert(network, None), beats.rhythm_features, about)
        if seed == 0:
            vectors = golden(network, int8, shipped)
            (folder / "beat.vectors.json").write_text(json.dumps(vectors, separators=(",", ":")) + "\n")


def calibrate(beats: Beats) -> tuple[float, dict[str, float], dict]:
    """Temperature and thresholds from beats that the model did not see: folds of records of DS1."""
    unseen = np.zeros((len(beats), len(CLASSES)), "f4")
    for number in range(FOLDS):
        fold = beats.records()[number::FOLDS]  # by record: no patient is on both sides
        held_out = np.isin(beats.record, fold)
        unseen[held_out] = scores(train(beats[~held_out], seed=number), beats[held_out])
        say(f"fold {number}: trained without {' '.join(fold)}")

    def loss(temperature: float) -> float:
        log_probabilities = tf.nn.log_softmax(unseen / temperature).numpy()
        return -log_probabilities[np.arange(len(beats)), beats.label].mean()

    temperature = round(float(min(np.arange(0.5, 5.01, 0.05), key=loss)), 2)
    probabilities = tf.nn.softmax(unseen / temperature).numpy()
    # Nine in ten fusion beats of DS1 are one patient's: no fold can say anything of their threshold.
    thresholds, folds = {"F": 0.5}, {"temperature": temperature}
    for name in ("S", "V"):
        index = CLASSES.index(name)
        candidates = np.arange(0.2, 0.81, 0.05)
        f1 = [f1_of(beats.label == index, probabilities[:, index] >= threshold) for threshold in candidates]
        thresholds[name] = round(float(candidates[int(np.argmax(f1))]), 2)
        folds[name] = {"f1": round(100 * float(max(f1)), 1), "threshold": thresholds[name]}
    say(f"unseen patients of DS1: {folds}")
    return temperature, thresholds, folds


def f1_of(truth: np.ndarray, called: np.ndarray) -> float:
    return 2 * (truth & called).sum() / max(1, truth.sum() + called.sum())


def agree(network: keras.Model, int8: bytes, beats: Beats) -> float:
    interpreter = Interpreter(int8)
    same = 0
    for waveform, rhythm in zip(beats.waveform, beats.rhythm):
        called, _ = interpreter.run(interpreter.quantised("waveform", waveform), interpreter.quantised("rhythm", rhythm))
        same += int(called.argmax() == network([waveform[None], rhythm[None]])[0].numpy().argmax())
    return same / len(beats)


def write(folder: Path, stem: str, name: str, network, content: bytes, rhythm_features: list[str], about: dict) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{stem}.tflite").write_bytes(content)
    (folder / f"{stem}.json").write_text(
        json.dumps({**card(name, f"{stem}.tflite", content, network, rhythm_features), **about}, indent=1) + "\n"
    )


def golden(network: keras.Model, int8: bytes, shipped: Beats) -> dict:
    """
    Beats of the recording that ships, as the TFLite interpreter and TensorFlow's own gradients see them: for the
    TypeScript side to reproduce. `alpha` is the mean over time of d score / d feature map, as in Grad-CAM.
    """
    interpreter = Interpreter(int8)
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
                "gradients": [gradients(network, real_maps, rhythm, target) for target in range(len(CLASSES))],
            }
        )
    return {"classes": CLASSES, "beats": vectors}


def gradients(network: keras.Model, maps: np.ndarray, rhythm: np.ndarray, target: int) -> dict:
    maps, rhythm = tf.constant(maps[None]), tf.constant(rhythm[None])
    with tf.GradientTape() as tape:
        tape.watch([maps, rhythm])
        hidden = network.get_layer("hidden_waveform")(tf.reduce_max(maps, axis=1)) + network.get_layer("hidden_rhythm")(rhythm)
        score = network.get_layer("scores")(tf.nn.relu(hidden))[0, target]
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
