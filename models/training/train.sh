#!/bin/sh
# Trains the beat model: from a folder of the MIT-BIH Arrhythmia Database to model, card and golden vectors.
#   models/training/train.sh MITDB_FOLDER
set -eu
[ $# -eq 1 ] && [ -f "$1/101.hea" ] || { echo "usage: models/training/train.sh MITDB_FOLDER (the folder with 101.hea in it)" >&2; exit 2; }
mitdb=$(cd "$1" && pwd)
cd "$(dirname "$0")/../.."
training=models/training
build=$training/build

npm run --silent build
[ -x $training/.venv/bin/python ] || python3 -m venv $training/.venv
$training/.venv/bin/pip install --quiet --require-hashes -r $training/requirements.txt
mkdir -p $build
for peaks in reference own; do
  node dist/export-beats.js $build/ds1-$peaks $peaks "$mitdb" ds1
done
node dist/export-beats.js $build/shipped own recordings/mitdb-208.btsnoop
$training/.venv/bin/python $training/train.py --build $build --out models
