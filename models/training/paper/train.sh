#!/bin/sh
# The paper again: from a folder of the MIT-BIH Arrhythmia Database to the rhythm models that ship and the tables of docs/paper.md.
#   models/training/paper/train.sh MITDB_FOLDER [option of train.py …], such as: --names cnn lstm --protocols random --seeds 1
set -eu
[ $# -ge 1 ] && [ -f "$1/101.hea" ] || { echo "usage: models/training/paper/train.sh MITDB_FOLDER [option of train.py …] (the folder with 101.hea in it)" >&2; exit 2; }
mitdb=$(cd "$1" && pwd)
shift
cd "$(dirname "$0")/../../.."
paper=models/training/paper
build=models/training/build/paper
python=$build/venv/bin/python

npm run --silent build
mkdir -p $build
[ -x $python ] || python3 -m venv $build/venv
# No dependencies: the list is complete, but for the second copy of TensorFlow that tf-keras asks for.
$python -m pip install --quiet --no-deps --require-hashes -r $paper/requirements.txt
node dist/export-windows.js $build/mitdb "$mitdb" all > $build/counts.txt
node dist/export-windows.js $build/shipped recordings/mitdb-208.btsnoop
$python $paper/train.py --windows $build/mitdb --out $build/runs "$@"
$python $paper/deploy.py --windows $build/mitdb --shipped $build/shipped --runs $build/runs --build $build --out models
$python $paper/report.py --windows $build/mitdb --runs $build/runs --into docs/paper.md
for network in cnn lstm; do
  node dist/measure-windows.js $build/mitdb $build/rhythm-$network-float.json models/rhythm-$network.json
done
