#!/bin/sh
# Trains the beat models: from folders of the MIT-BIH Arrhythmia Database, the MIT-BIH Supraventricular Arrhythmia
# Database, the recordings of the CinC Challenge 2017 and the MIT-BIH Noise Stress Test Database to models, cards and
# golden vectors.
#   models/training/train.sh MITDB_FOLDER SVDB_FOLDER CINC2017_FOLDER NSTDB_FOLDER [option of train.py …], such as: --seeds 1
set -eu
[ $# -ge 4 ] && [ -f "$1/101.hea" ] && [ -f "$2/800.hea" ] && [ -f "$3/A00002.hea" ] && [ -f "$4/em.hea" ] || {
  echo "usage: models/training/train.sh MITDB_FOLDER SVDB_FOLDER CINC2017_FOLDER NSTDB_FOLDER [option of train.py …]" >&2
  echo "(with 101.hea, with 800.hea, with A00002.hea and with em.hea in them)" >&2
  exit 2
}
mitdb=$(cd "$1" && pwd)
svdb=$(cd "$2" && pwd)
cinc2017=$(cd "$3" && pwd)
nstdb=$(cd "$4" && pwd)
shift 4
cd "$(dirname "$0")/../.."
training=models/training
build=$training/build

npm run --silent build
[ -x $training/.venv/bin/python ] || python3 -m venv $training/.venv
$training/.venv/bin/pip install --quiet --require-hashes -r $training/requirements.txt
mkdir -p $build
for peaks in reference own; do
  node dist/export-beats.js $build/ds1-$peaks $peaks "$mitdb" ds1
  node dist/export-beats.js $build/ds1-other-$peaks $peaks "$mitdb" ds1 other
  node dist/export-beats.js $build/svdb-$peaks $peaks "$svdb" all
  node dist/export-beats.js $build/svdb-other-$peaks $peaks "$svdb" all other
done
node dist/export-beats.js $build/cinc2017 own "$cinc2017" $training/cinc2017.txt
for noise in em ma bw; do
  node dist/export-noise.js $build/$noise.f32 "$nstdb/$noise"
done
node dist/export-beats.js $build/shipped own recordings/mitdb-208.btsnoop
$training/.venv/bin/python $training/train.py --build $build --labels "$cinc2017/REFERENCE.csv" --out models --rest $build "$@"
