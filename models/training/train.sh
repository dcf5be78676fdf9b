#!/bin/sh
# Trains the beat models: from folders of the MIT-BIH Arrhythmia Database and the MIT-BIH Supraventricular Arrhythmia
# Database to models, cards and golden vectors.
#   models/training/train.sh MITDB_FOLDER SVDB_FOLDER
set -eu
[ $# -eq 2 ] && [ -f "$1/101.hea" ] && [ -f "$2/800.hea" ] || {
  echo "usage: models/training/train.sh MITDB_FOLDER SVDB_FOLDER (with 101.hea and with 800.hea in them)" >&2
  exit 2
}
mitdb=$(cd "$1" && pwd)
svdb=$(cd "$2" && pwd)
cd "$(dirname "$0")/../.."
training=models/training
build=$training/build

npm run --silent build
[ -x $training/.venv/bin/python ] || python3 -m venv $training/.venv
$training/.venv/bin/pip install --quiet --require-hashes -r $training/requirements.txt
mkdir -p $build
for peaks in reference own; do
  node dist/export-beats.js $build/ds1-$peaks $peaks "$mitdb" ds1
  node dist/export-beats.js $build/svdb-$peaks $peaks "$svdb" all
done
node dist/export-beats.js $build/shipped own recordings/mitdb-208.btsnoop
$training/.venv/bin/python $training/train.py --build $build --out models
