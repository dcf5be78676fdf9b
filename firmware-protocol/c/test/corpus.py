#!/usr/bin/env python3
"""Writes the vectors as inputs for the fuzz target, each once for every target. Standard library only.

usage: corpus.py ASKED FOLDER
"""

import sys
from pathlib import Path

TARGETS = 7

asked, folder = map(Path, sys.argv[1:])
folder.mkdir(parents=True, exist_ok=True)
messages = {line.split()[2] for line in asked.read_text().splitlines() if line.startswith('decode')} - {'-'}
for number, message in enumerate(sorted(messages)):
    for target in range(TARGETS):
        (folder / f'{number}-{target}').write_bytes(bytes([target]) + bytes.fromhex(message))
