"""Prints how the `wfdb` package compares annotation files: one JSON object a record.

python compare_annotations.py FOLDER ANNOTATIONS RECORD…
"""

import json
import os
import sys

import wfdb
from wfdb.io.annotation import is_qrs
from wfdb.processing import compare_annotations

BEATS = {label.symbol for label in wfdb.io.annotation.ann_labels if is_qrs[label.label_store]}

folder, annotations, *records = sys.argv[1:]
for record in records:
    path = os.path.join(folder, record)
    reference = wfdb.rdann(path, "atr")
    beats = reference.sample[[symbol in BEATS for symbol in reference.symbol]]
    detected = wfdb.rdann(os.path.join(annotations, record), "bl").sample
    window = int(0.15 * wfdb.rdheader(path).fs)
    found = compare_annotations(beats, detected, window)
    print(json.dumps({"record": record, "tp": int(found.tp), "fn": int(found.fn), "fp": int(found.fp)}))
