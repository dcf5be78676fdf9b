#!/usr/bin/env python3
"""Turns ../../vectors/*.json into lines for the codec program: what to ask into FOLDER/asked, what it has to
answer into FOLDER/expected. Standard library only.

usage: vector_lines.py FOLDER
"""

import json
import sys
from pathlib import Path

VECTORS = Path(__file__).resolve().parent.parent.parent / 'vectors'

FRAME_FLAGS = ['leadOffPositive', 'leadOffNegative', 'saturated', 'discontinuity', 'lowBattery', 'eventMarker']
STATUS_FLAGS = ['leadOffPositive', 'leadOffNegative', 'streaming', 'lowBattery', 'charging']
CAPABILITIES = ['backfill', 'timePing', 'leadOffPerElectrode', 'eventButton', 'temperature',
                'deltaPackedSamples', 'int24Samples']
FORMATS = {'int16': 1, 'delta-packed': 2}
OPCODES = {'get-info': 1, 'start': 2, 'stop': 3, 'get-status': 4, 'time-ping': 5, 'backfill': 16, 'abort': 17}
RESULTS = {'info': 1, 'started': 2, 'stopped': 3, 'status': 4, 'time': 5, 'backfilling': 16, 'aborted': 17}
STATUS_CODES = ['success', 'unknown-opcode', 'bad-length', 'bad-parameter', 'not-supported', 'already-streaming',
                'not-streaming', 'mtu-too-small', 'not-subscribed', 'busy', 'not-in-ring', 'battery-too-low',
                'hardware-fault']


def bits(flags, names):
    return sum(flags[name] << bit for bit, name in enumerate(names))


def commas(numbers):
    return ','.join(map(str, numbers))


def text(content):
    return content.encode().hex() or '-'


def frame(v):
    return [1 + (v['type'] == 'backfill'), bits(v['flags'], FRAME_FLAGS), FORMATS[v['format']], v['rateNumber'],
            v['session'], v['firstIndex'], v['ticks'], commas(v['samples'])]


def info(v):
    return [v['major'], v['minor'], bits(v['capabilities'], CAPABILITIES), v['nanovoltsPerUnit'],
            commas(v['ratesMillihertz']), v['ringDepth'], text(v['model']), text(v['serial'])]


def status(v):
    return [v['major'], v['minor'], v.get('batteryPercent', 255), bits(v['flags'], STATUS_FLAGS), v['session'],
            v.get('centidegrees', -32768), v['samplesDropped'], v['ringHighWater']]


def start(v):
    return [FORMATS[v['format']], v['rateNumber'], v['samplesPerFrame'], v.get('session', 0)]


def request(v):
    fields = {
        'start': lambda: start(v),
        'time-ping': lambda: [v['token'], 0],
        'backfill': lambda: [v['session'], v['firstIndex'], v['count']],
    }.get(v['opcode'], list)()
    return [OPCODES[v['opcode']], v['tag'], *fields]


def answer(v):
    result = v['result']
    if result == 'refused':
        mtu = [v['mtuNeeded']] if 'mtuNeeded' in v else []
        return [v['opcode'], v['tag'], STATUS_CODES.index(v['code']), *mtu]
    if result == 'backfill-ended':
        return [18, v['tag'], 0 if v['complete'] else STATUS_CODES.index('not-in-ring')]
    fields = {
        'info': lambda: info(v['info']),
        'started': lambda: start(v),
        'status': lambda: status(v['status']),
        'time': lambda: [v['token'], v['ticks']],
        'backfilling': lambda: [0, v['firstIndex'], v['count']],
    }.get(result, list)()
    return [RESULTS[result], v['tag'], 0, *fields]


def main(folder):
    asked, expected = [], []
    for file, kind, line_of in [('stream-frames', 'frame', frame), ('info', 'info', info), ('status', 'status', status),
                                ('control-requests', 'request', request), ('control-answers', 'answer', answer)]:
        vectors = json.loads((VECTORS / f'{file}.json').read_text())
        for vector in vectors['valid'] + vectors.get('validOneWay', []):
            message = ' '.join(map(str, [kind, *line_of(vector['value'])]))
            asked.append(f'decode {kind} {vector["hex"]}')
            expected.append(message)
            if vector in vectors['valid']:
                asked.append(f'encode {message}')
                expected.append(vector['hex'])
        for vector in vectors.get('encodeOnly', []):
            asked.append(' '.join(map(str, ['encode', kind, *line_of(vector['value'])])))
            expected.append(vector['hex'])
        for vector in vectors['invalid']:
            asked.append(f'decode {kind} {vector["hex"] or "-"}')
            expected.append(f'refused {vector["reason"]}')
    folder.mkdir(parents=True, exist_ok=True)
    (folder / 'asked').write_text('\n'.join(asked) + '\n')
    (folder / 'expected').write_text('\n'.join(expected) + '\n')


main(Path(sys.argv[1]))
