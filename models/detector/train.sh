#!/bin/sh
# Trains the network that confirms R peaks, from a folder that holds mitdb/, svdb/ and nstdb/:
#   models/detector/train.sh DATA [SEED]
# Needs Node >= 20 and a Python 3 with NumPy (PYTHON, else python3). Writes src/beats/qrs-confirmer.json.
set -eu
cd "$(dirname "$0")/../.."
data=$1
seed=${2:-1}
build=models/detector/build
python=${PYTHON:-python3}
mkdir -p "$build"
npm run --silent build

# What the network decides changes what it is asked: at first the reference decides, then what was learned so far.
policy=reference
humps=
for round in 0 1 2 3; do
  node dist/export-humps.js "$build/humps-$round" "$data" "$policy"
  humps="$humps $build/humps-$round"
  policy=$build/weights-$round.json
  # shellcheck disable=SC2086
  "$python" models/detector/train.py "$policy" "$seed" $humps
done
cp "$policy" src/beats/qrs-confirmer.json
npx biome format --write src/beats/qrs-confirmer.json
