"""
Trained parameters become what the gateway runs: int8 TFLite, card, float weights, golden vectors.

The model that ships is the first seed's of the paper's protocol. The float model, to compare with, goes to the build folder,
and so do, each into its own folder, the float weights of the other seeds, to see whether their explanations are alike, and
of the folds between patients, for explanations of patients that the network never saw.
"""

import argparse
import hashlib
import json
import os
import tempfile
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["TF_USE_LEGACY_KERAS"] = "1"

import numpy as np
import tensorflow as tf
import tf_keras
from tensorflow.lite.python import schema_py_generated as schema
from tensorflow.lite.tools import flatbuffer_utils

from networks import CNN_LAYERS, FRAME, LSTM_UNITS, SAMPLES
from train import EXPLAINED, parameters_of
from windows import EIGHT, FOLDS, load, random_split

RATE = 125
BEFORE = 1.0  # seconds from the first sample to the R peak
REPRESENTATIVE = 2000
GOLDEN = 10

# The runtime keeps an LSTM's state from run to run and has no way to clear it. So the network that is deployed reads
# these frames before the window: a flag that no window has shuts its gates, and the state has decayed to nothing
# whatever it was (to 0.02^12).
RESET_FRAMES = 12
RESET_FLAG = 2.0
SHUT = -4.0  # what the flag makes of a gate's bias


def keras_cnn(params) -> tf_keras.Model:
    """The CNN in Keras, with its feature maps as second output. Two-dimensional, because TFLite has no other dilation."""
    x = tf_keras.Input((SAMPLES, 1), batch_size=1, name="window")
    maps = tf_keras.layers.Reshape((1, SAMPLES, 1))(x)
    for n, (kernel, filters, stride, dilation) in enumerate(CNN_LAYERS):
        maps = tf_keras.layers.Conv2D(
            filters, (1, kernel), (1, stride), "same", dilation_rate=(1, dilation), activation="relu", name=f"conv{n + 1}"
        )(maps)
    maps = tf_keras.layers.Reshape(maps.shape[2:], name="feature_maps")(maps)
    scores = tf_keras.layers.Dense(len(EIGHT), name="scores")(tf_keras.layers.GlobalAveragePooling1D()(maps))
    model = tf_keras.Model(x, {"scores": scores, "feature_maps": maps})
    for n in range(len(CNN_LAYERS)):
        p = params[f"conv{n + 1}"]
        model.get_layer(f"conv{n + 1}").set_weights([p["w"][None], p["b"]])
    model.get_layer("scores").set_weights([params["scores"]["w"], params["scores"]["b"]])
    return model


def keras_lstm(params) -> tf_keras.Model:
    """The LSTM in Keras, behind its reset frames."""
    p = params["lstm"]
    x = tf_keras.Input((SAMPLES, 1), batch_size=1, name="window")
    frames = tf_keras.layers.Reshape((SAMPLES // FRAME, FRAME))(x)
    flagged = tf_keras.layers.Lambda(lambda frames: tf.pad(frames, [[0, 0], [0, 0], [0, 1]]))(frames)
    reset = np.zeros((1, RESET_FRAMES, FRAME + 1), "f4")
    reset[..., FRAME] = RESET_FLAG
    flagged = tf_keras.layers.Lambda(lambda flagged: tf.concat([tf.constant(reset), flagged], axis=1))(flagged)
    last = tf_keras.layers.LSTM(LSTM_UNITS, name="lstm")(flagged)
    scores = tf_keras.layers.Dense(len(EIGHT), name="scores")(last)
    model = tf_keras.Model(x, {"scores": scores})
    # The flag brings the input, forget and output gates to SHUT, and the new cell value to 0.
    level = np.repeat([SHUT, SHUT, 0.0, SHUT], LSTM_UNITS)
    flag = (level - p["b"]) / RESET_FLAG
    model.get_layer("lstm").set_weights([np.concatenate([p["w"], flag[None]]), p["u"], p["b"]])
    model.get_layer("scores").set_weights([params["scores"]["w"], params["scores"]["b"]])
    return model


KERAS = {"cnn": keras_cnn, "lstm": keras_lstm}


def convert(model: tf_keras.Model, representative: np.ndarray | None) -> bytes:
    """Converts to full int8 when given representative windows, else to float."""
    serve = tf.function(model).get_concrete_function(tf.TensorSpec((1, SAMPLES, 1), tf.float32, name="window"))
    with tempfile.TemporaryDirectory() as folder:
        # By way of a file: only then does the converter see an LSTM as one operator.
        model.save(folder, save_format="tf", signatures=serve)
        converter = tf.lite.TFLiteConverter.from_saved_model(folder)
        if representative is None:
            return converter.convert()
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = tf.int8
        # The gateway's runtime is of 2023 and does not know per-channel dense layers.
        converter._experimental_disable_per_channel_quantization_for_dense_layers = True
        # The newer quantiser of TensorFlow 2.21 spoils an LSTM: its int8 hidden state does not follow the float one.
        converter.experimental_new_quantizer = False
        converter.representative_dataset = lambda: ([window[None, :, None]] for window in representative)
        return symmetric_hidden_state(converter.convert())


def symmetric_hidden_state(content: bytes) -> bytes:
    """
    Moves the zero point of an LSTM's hidden state to 0: the gateway's runtime takes it with the wrong sign, which later
    runtimes have mended. What was quantised with the old scale (the next layer's bias) is quantised again.
    """
    model = flatbuffer_utils.convert_bytearray_to_object(bytearray(content))
    graph = model.subgraphs[0]
    codes = [max(code.builtinCode, code.deprecatedBuiltinCode) for code in model.operatorCodes]
    for operator in graph.operators:
        if codes[operator.opcodeIndex] != schema.BuiltinOperator.UNIDIRECTIONAL_SEQUENCE_LSTM:
            continue
        old = graph.tensors[operator.outputs[0]].quantization
        scale, zero = float(old.scale[0]), int(old.zeroPoint[0])
        largest = float(np.float32(max(127 - zero, 128 + zero) / 127 * scale))
        same = [t for t in graph.tensors if is_quantised(t, scale, zero)]
        for reader in graph.operators:
            if codes[reader.opcodeIndex] != schema.BuiltinOperator.FULLY_CONNECTED:
                continue
            if graph.tensors[reader.inputs[0]] not in same:
                continue
            bias = graph.tensors[reader.inputs[2]]
            buffer = model.buffers[bias.buffer]
            steps = np.frombuffer(bytes(buffer.data), "<i4") * (scale / largest)
            buffer.data = np.frombuffer(np.round(steps).astype("<i4").tobytes(), np.uint8)
            bias.quantization.scale = np.float32(largest) * np.array(graph.tensors[reader.inputs[1]].quantization.scale, "f4")
        for tensor in same:
            tensor.quantization.scale, tensor.quantization.zeroPoint = np.array([largest], "f4"), np.array([0])
    return bytes(flatbuffer_utils.convert_object_to_bytearray(model))


def is_quantised(tensor, scale: float, zero: int) -> bool:
    q = tensor.quantization
    return q is not None and q.scale is not None and len(q.scale) == 1 and float(q.scale[0]) == scale and int(q.zeroPoint[0]) == zero


class Interpreter:
    """Runs a converted model on real values, quantising as the gateway does."""

    def __init__(self, content: bytes):
        self._tflite = tf.lite.Interpreter(model_content=content)
        self._tflite.allocate_tensors()
        tensors = self._tflite.get_input_details() + self._tflite.get_output_details()
        self.tensors = {role(tuple(tensor["shape"])): tensor for tensor in tensors}

    def quantised(self, window: np.ndarray) -> np.ndarray:
        scale, zero = self.tensors["window"]["quantization"]
        return np.clip(np.floor(window / scale + 0.5) + zero, -128, 127).astype(np.int8)

    def run(self, window: np.ndarray) -> dict[str, np.ndarray]:
        """int8 outputs by role, from real values."""
        self._tflite.set_tensor(self.tensors["window"]["index"], self.quantised(window)[None, :, None])
        self._tflite.invoke()
        return {name: self._tflite.get_tensor(t["index"])[0] for name, t in self.tensors.items() if name != "window"}


def role(shape: tuple[int, ...]) -> str:
    """Which tensor is which is told by its shape, as the gateway does: converters rename and reorder."""
    if shape == (1, SAMPLES, 1):
        return "window"
    return "scores" if shape == (1, len(EIGHT)) else "featureMaps"


def layers(network: str, params) -> list[dict]:
    """The network in words, layer by layer, each with the shapes of its weights in the order in which they are stored."""
    if network == "cnn":
        found = [
            {
                "kind": "conv1d",
                "stride": stride,
                "dilation": dilation,
                "padding": "same",
                "activation": "relu",
                "weights": [[kernel, *np.shape(params[f"conv{n + 1}"]["w"])[1:]], [filters]],
            }
            for n, (kernel, filters, stride, dilation) in enumerate(CNN_LAYERS)
        ]
        found[-1]["name"] = "featureMaps"
        found.append({"kind": "global-average-pool"})
    else:
        p = params["lstm"]
        found = [
            {"kind": "reshape", "shape": [SAMPLES // FRAME, FRAME]},
            {
                "kind": "lstm",
                "units": LSTM_UNITS,
                "gates": ["input", "forget", "cell", "output"],
                "output": "last",
                "weights": [list(np.shape(p[name])) for name in ("w", "u", "b")],
            },
        ]
    scores = params["scores"]
    return [*found, {"kind": "dense", "activation": "linear", "weights": [list(np.shape(scores["w"])), list(np.shape(scores["b"]))]}]


def stored(network: str, params) -> np.ndarray:
    """All weights, in the order of `layers`."""
    names = [f"conv{n + 1}" for n in range(len(CNN_LAYERS))] if network == "cnn" else ["lstm"]
    parts = [params[name][key] for name in [*names, "scores"] for key in ("w", "u", "b") if key in params[name]]
    return np.concatenate([np.ravel(part) for part in parts]).astype("<f4")


def write_weights(folder: Path, network: str, params) -> None:
    """rhythm-NETWORK.weights.json and .bin: the float network, for gradients."""
    content = stored(network, params).tobytes()
    stem = f"rhythm-{network}.weights"
    (folder / f"{stem}.bin").write_bytes(content)
    about = {
        "input": [SAMPLES, 1],
        "classes": EIGHT,
        "layers": layers(network, params),
        "file": f"{stem}.bin",
        "format": "float32, little-endian, C order, tensor after tensor as listed",
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    (folder / f"{stem}.json").write_text(json.dumps(about, indent=1) + "\n")


def first_centre(steps: int) -> float:
    """Place of the first feature-map step's centre, in samples: strided convolutions with "same" padding begin between samples."""
    centre, length, width = 0.0, SAMPLES, 1
    for kernel, _, stride, dilation in CNN_LAYERS:
        out = -(-length // stride)
        reach = dilation * (kernel - 1)
        padding = max(0, (out - 1) * stride + reach + 1 - length)
        centre += width * (reach / 2 - padding // 2)
        width *= stride
        length = out
    assert length == steps
    return centre


def write_model(folder: Path, stem: str, network: str, params, content: bytes) -> None:
    """STEM.tflite and its card."""
    tensors = Interpreter(content).tensors
    card = {
        "name": stem,
        "file": f"{stem}.tflite",
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
        "parameters": int(stored(network, params).size),
        "classes": EIGHT,
        "window": {"samples": SAMPLES, "rate": RATE},
        "quantisation": {
            name: {"scale": float(t["quantization"][0]), "zeroPoint": int(t["quantization"][1])} for name, t in tensors.items()
        },
    }
    if "featureMaps" in tensors:
        _, steps, channels = (int(n) for n in tensors["featureMaps"]["shape"])
        stride = int(np.prod([stride for _, _, stride, _ in CNN_LAYERS]))
        card["featureMaps"] = {
            "steps": steps,
            "channels": channels,
            "start": round(first_centre(steps) / RATE - BEFORE, 6),
            "step": stride / RATE,
        }
    card["license"] = "Apache-2.0"
    card["training"] = {
        "command": "models/training/paper/train.sh MITDB_FOLDER",
        "seed": 0,
        "data": "MIT-BIH Arrhythmia Database 1.0.0 (ODC-BY 1.0), lead MLII or the first, 80 % of the windows of 44 records, drawn at random",
    }
    (folder / f"{stem}.tflite").write_bytes(content)
    (folder / f"{stem}.json").write_text(json.dumps(card, indent=1) + "\n")


def golden(model: tf_keras.Model, content: bytes, windows: np.ndarray) -> dict:
    """
    Windows of the recording that ships, as the TFLite interpreter and TensorFlow's own gradients see them: for the
    TypeScript side to reproduce. `gradient` is d score / d input of the class that the float network chooses.
    """
    interpreter = Interpreter(content)
    found = []
    for index in np.linspace(1, len(windows) - 2, GOLDEN).astype(int):
        window = tf.constant(windows[index][None, :, None])
        with tf.GradientTape() as tape:
            tape.watch(window)
            scores = model(window)["scores"][0]
            target = int(tf.argmax(scores))
            score = scores[target]
        outputs = interpreter.run(windows[index])
        found.append(
            {
                "window": int(index),
                "input": rounded(windows[index]),
                "int8": {name: values.ravel().tolist() for name, values in outputs.items()},
                "float": {"scores": rounded(scores.numpy())},
                "gradient": {"class": EIGHT[target], "values": rounded(tape.gradient(score, window).numpy().ravel())},
            }
        )
    return {"classes": EIGHT, "windows": found}


def rounded(values: np.ndarray) -> list:
    """float32 to the digits that tell one from another."""
    return [float(f"{value:.9g}") for value in np.asarray(values, "f8").ravel()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--windows", type=Path, required=True, help="exported windows of the database, without extension")
    parser.add_argument("--shipped", type=Path, required=True, help="exported windows of the recording that ships")
    parser.add_argument("--runs", type=Path, required=True, help="folder that train.py wrote")
    parser.add_argument("--build", type=Path, required=True, help="folder for float models and folds")
    parser.add_argument("--out", type=Path, required=True, help="folder for the models that ship")
    options = parser.parse_args()
    windows = load(options.windows)
    training = np.flatnonzero(random_split(windows.label["eight"]) == "train")
    representative = windows.x[np.random.default_rng(0).choice(training, REPRESENTATIVE, replace=False)]
    shipped = load(options.shipped)
    for network in EXPLAINED:
        run = options.runs / f"{network}-eight-random.npz"
        params = parameters_of(run, 0)
        model = KERAS[network](params)
        int8 = convert(model, representative)
        write_model(options.out, f"rhythm-{network}", network, params, int8)
        write_weights(options.out, network, params)
        vectors = json.dumps(golden(model, int8, shipped.x), separators=(",", ":"))
        (options.out / f"rhythm-{network}.vectors.json").write_text(vectors + "\n")
        write_model(options.build, f"rhythm-{network}-float", network, params, convert(model, None))
        print(f"{network}: {len(int8)} bytes, {stored(network, params).size} parameters", flush=True)
        with np.load(run) as content:
            seeds = len(content["scores"])
        for seed in range(1, seeds):
            write_weights(made(options.build / f"seed-{seed}"), network, parameters_of(run, seed))
        between = options.runs / f"{network}-eight-patients.npz"
        for fold in range(FOLDS) if between.exists() else []:
            write_weights(made(options.build / f"fold-{fold}"), network, parameters_of(between, fold))


def made(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    return folder


if __name__ == "__main__":
    main()
