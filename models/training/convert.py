"""Keras to TFLite, int8 or float, and what the gateway must know of the result."""

import hashlib
import os

import keras
import numpy as np
import tensorflow as tf
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

from beats import CLASSES, Beats
from network import CHANNELS, KERNELS, STEPS, STRIDE, head_of

# The gateway's waveform input (src/beats/waveform.ts): steps a second, and seconds from its start to the R peak.
RATE = 125
WAVEFORM_BEFORE = 72 / 250


def convert(network: keras.Model, representative: Beats | None) -> bytes:
    """Converts a deployed network; to full int8 when given beats whose ranges are representative."""

    @tf.function(input_signature=[tf.TensorSpec(t.shape, tf.float32, name=t.name) for t in network.inputs])
    def serve(waveform, rhythm):
        class_scores, maps = network([waveform, rhythm])
        return {"scores": class_scores, "feature_maps": maps}

    # The converter cannot run a network with variables to see its ranges: make constants of them first.
    frozen = convert_variables_to_constants_v2(serve.get_concrete_function())
    converter = tf.lite.TFLiteConverter.from_concrete_functions([frozen])
    if representative is not None:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = tf.int8
        # The gateway's runtime is of 2023 and does not know per-channel dense layers.
        converter._experimental_disable_per_channel_quantization_for_dense_layers = True
        converter.representative_dataset = lambda: (
            [waveform[None], rhythm[None]]
            for waveform, rhythm in zip(representative.waveform, representative.rhythm)
        )
    return converter.convert()


class Interpreter:
    """Runs a converted model on real values, quantising as the gateway does."""

    def __init__(self, content: bytes):
        self._tflite = tf.lite.Interpreter(model_content=content)
        self._tflite.allocate_tensors()
        tensors = self._tflite.get_input_details() + self._tflite.get_output_details()
        self.tensors = {role(tuple(tensor["shape"])): tensor for tensor in tensors}

    def quantised(self, name: str, values: np.ndarray) -> np.ndarray:
        scale, zero = self.tensors[name]["quantization"]
        return np.clip(np.floor(values / scale + 0.5) + zero, -128, 127).astype(np.int8)

    def real(self, name: str, values: np.ndarray) -> np.ndarray:
        scale, zero = self.tensors[name]["quantization"]
        return (np.float32(scale) * (values.astype(np.float32) - zero)).astype(np.float32)

    def run(self, waveform: np.ndarray, rhythm: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """int8 scores and feature maps of one beat, from int8 inputs."""
        self._tflite.set_tensor(self.tensors["waveform"]["index"], waveform[None])
        self._tflite.set_tensor(self.tensors["rhythm"]["index"], rhythm[None])
        self._tflite.invoke()
        return tuple(self._tflite.get_tensor(self.tensors[name]["index"])[0] for name in ("scores", "featureMaps"))


def first_centre(steps: int) -> int:
    """The input step in the middle of the first output of a strided convolution with "same" padding."""
    padding = max(0, (steps - 1) * STRIDE + KERNELS[0] - STEPS)
    return (KERNELS[0] - 1) // 2 - padding // 2


def role(shape: tuple[int, ...]) -> str:
    """Which tensor is which is told by its shape, as the gateway does: converters rename and reorder."""
    if shape == (1, STEPS, CHANNELS):
        return "waveform"
    if len(shape) == 3:
        return "featureMaps"
    return "scores" if shape == (1, len(CLASSES)) else "rhythm"


def card(name: str, file: str, content: bytes, members: list[keras.Model], rhythm_features: list[str]) -> dict:
    """The part of the model card that the gateway reads, but for temperature and thresholds."""
    tensors = Interpreter(content).tensors
    _, steps, channels = tensors["featureMaps"]["shape"]
    quantisation = {
        key: {"scale": float(tensor["quantization"][0]), "zeroPoint": int(tensor["quantization"][1])}
        for key, tensor in tensors.items()
    }
    return {
        "name": name,
        "file": os.path.basename(file),
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
        "classes": CLASSES,
        "rhythmFeatures": rhythm_features,
        "quantisation": quantisation,
        "featureMaps": {
            "steps": int(steps),
            "channels": int(channels),
            "start": round((first_centre(int(steps)) + 0.5) / RATE - WAVEFORM_BEFORE, 6),
            "step": STRIDE / RATE,
        },
        "heads": [
            {
                "layers": [{"weights": rounded(weights.T), "bias": rounded(bias)} for weights, bias in head.layers],
                "biasOfS": rounded(head.bias_of_s),
            }
            for head in map(head_of, members)
        ],
    }


def rounded(values: np.ndarray) -> list:
    """float32 to the digits that tell one from another."""
    return np.vectorize(lambda value: float(f"{value:.9g}"))(values.astype(np.float64)).tolist()
