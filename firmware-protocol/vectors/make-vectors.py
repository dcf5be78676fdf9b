#!/usr/bin/env python3
"""Writes the golden vectors beside this file. Standard library only.

This is a second, independent writing of PROTOCOL.md: it shares nothing with the codecs that the vectors test.
Run it only when the protocol gains something, and look at every line that changes: what is there stays.
"""

import json
import struct
from pathlib import Path

HERE = Path(__file__).parent

FRAME_FLAGS = ['leadOffPositive', 'leadOffNegative', 'saturated', 'discontinuity', 'lowBattery', 'eventMarker']
STATUS_FLAGS = ['leadOffPositive', 'leadOffNegative', 'streaming', 'lowBattery', 'charging']
CAPABILITIES = ['backfill', 'timePing', 'leadOffPerElectrode', 'eventButton', 'temperature',
                'deltaPackedSamples', 'int24Samples']


def crc16(data: bytes) -> int:
    """CRC-16/IBM-3740, bit by bit."""
    crc = 0xFFFF
    for byte in data:
        for bit in range(7, -1, -1):
            carry = (crc >> 15) ^ ((byte >> bit) & 1)
            crc = (crc << 1) & 0xFFFF
            if carry:
                crc ^= 0x1021
    return crc


assert crc16(b'123456789') == 0x29B1


def bits(names, table):
    return sum(1 << table.index(name) for name in names)


def flags(names, table):
    return {name: name in names for name in table}


def frame_bytes(set_flags=(), session=1, first=0, ticks=0, samples=(0,), head=0x11, form=1, count=None, extra_bits=0):
    count = len(samples) if count is None else count
    header = struct.pack('<BBHIIBB', head, bits(set_flags, FRAME_FLAGS) | extra_bits, session, first, ticks, form, count)
    body = struct.pack(f'<{len(samples)}h', *samples)
    return header + struct.pack('<H', crc16(header + body)) + body


def frame(name, set_flags=(), session=1, first=0, ticks=0, samples=(0,), **wire):
    return {
        'name': name,
        'hex': frame_bytes(set_flags, session, first, ticks, samples, **wire).hex(),
        'value': {
            'flags': flags(set_flags, FRAME_FLAGS),
            'session': session,
            'firstIndex': first,
            'ticks': ticks,
            'samples': list(samples),
        },
    }


def bad(name, data, reason):
    return {'name': name, 'hex': data.hex(), 'reason': reason}


def flipped(data, byte, mask=0x01):
    changed = bytearray(data)
    changed[byte] ^= mask
    return bytes(changed)


EXAMPLE = ('the example of PROTOCOL.md', ('eventMarker',), 0x2A17, 1500, 196608, (-12, 7, 345, 1023, 310, -88))
good = frame_bytes(samples=(1, -2, 3))

frames = {
    'valid': [
        frame(*EXAMPLE),
        frame('one sample, all zero', session=0, samples=(0,)),
        frame('every field at its upper end', FRAME_FLAGS, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, (32767, -32768)),
        frame('fifty samples, as a patch sends at 250 Hz', ('lowBattery',), 513, 100_000, 13_107_200,
              tuple((37 * i) % 401 - 200 for i in range(50))),
        frame('as many samples as fit', ('discontinuity',), 2, 7, 9, tuple(range(-57, 57))),
        *[frame(f'flag {name}', (name,)) for name in FRAME_FLAGS],
    ],
    # Bits that this version does not name are ignored; encoding does not give these bytes back.
    'validOneWay': [
        {**frame('reserved flags are set', ('saturated',)),
         'hex': frame_bytes(('saturated',), extra_bits=0xC0).hex()},
    ],
    'invalid': [
        bad('empty', b'', 'too-short'),
        bad('fifteen bytes', good[:15], 'too-short'),
        bad('header only, no samples', frame_bytes(samples=()), 'bad-count'),
        bad('major version 2', frame_bytes(head=0x21), 'unknown-major'),
        bad('major version 0', frame_bytes(head=0x01), 'unknown-major'),
        bad('frame type 2 (backfill), which this version reserves', frame_bytes(head=0x12), 'unknown-frame-type'),
        bad('sample format 2 (delta-packed), reserved', frame_bytes(form=2), 'unknown-sample-format'),
        bad('115 samples', frame_bytes(samples=(0,) * 115), 'bad-count'),
        bad('one sample fewer than it counts', frame_bytes(samples=(1, 2), count=3), 'bad-length'),
        bad('one sample more than it counts', frame_bytes(samples=(1, 2), count=1), 'bad-length'),
        bad('the last byte is missing', good[:-1], 'bad-length'),
        bad('one byte too many', good + b'\0', 'bad-length'),
        bad('a flag is flipped', flipped(good, 1), 'bad-check'),
        bad('the session is flipped', flipped(good, 2), 'bad-check'),
        bad('the first index is flipped', flipped(good, 7, 0x80), 'bad-check'),
        bad('the ticks are flipped', flipped(good, 8), 'bad-check'),
        bad('the check is flipped', flipped(good, 14), 'bad-check'),
        bad('a sample is flipped', flipped(good, 21, 0x80), 'bad-check'),
    ],
}


def info_bytes(major=1, minor=0, capabilities=(), scale=1000, rate=250_000, ring=0, model=b'M', serial=b'S',
               more=b'', lengths=None):
    model_length, serial_length = lengths or (len(model), len(serial))
    return struct.pack('<BBBBIIII', major, minor, model_length, serial_length, bits(capabilities, CAPABILITIES),
                       scale, rate, ring) + model + serial + more


def info(name, major=1, minor=0, capabilities=(), scale=1000, rate=250_000, ring=0, model=b'M', serial=b'S', more=b''):
    return {
        'name': name,
        'hex': info_bytes(major, minor, capabilities, scale, rate, ring, model, serial, more).hex(),
        'value': {
            'major': major,
            'minor': minor,
            'capabilities': flags(capabilities, CAPABILITIES),
            'nanovoltsPerUnit': scale,
            'rateMillihertz': rate,
            'ringDepth': ring,
            'model': model.decode(),
            'serial': serial.decode(),
        },
    }


infos = {
    'valid': [
        info('a plain patch', model=b'Patch', serial=b'0001'),
        info('a patch with everything', capabilities=CAPABILITIES, scale=381, rate=130_045, ring=75_000,
             model=b'Patch with a button, v2 ', serial=b'SN 2024-11/000000000042 '),
        info('no texts', model=b'', serial=b''),
    ],
    'validOneWay': [info('minor version 3 with a field that 1.0 does not know', minor=3, more=b'\x01\x02')],
    'invalid': [
        bad('empty', b'', 'too-short'),
        bad('nineteen bytes', info_bytes()[:19], 'too-short'),
        bad('the serial number is cut', info_bytes()[:-1], 'too-short'),
        bad('texts longer than the value', info_bytes(lengths=(200, 200)), 'too-short'),
        bad('major version 2', info_bytes(major=2), 'unknown-major'),
        bad('1.0 with a byte too many', info_bytes(more=b'\0'), 'bad-length'),
        bad('a model of 25 characters', info_bytes(model=b'x' * 25), 'bad-text'),
        bad('an escape character in the model', info_bytes(model=b'\x1b[2J'), 'bad-text'),
        bad('a serial number beyond ASCII', info_bytes(serial=b'\xc3\xa9'), 'bad-text'),
        bad('0 nV a unit', info_bytes(scale=0), 'bad-scale'),
        bad('1,000,001 nV a unit', info_bytes(scale=1_000_001), 'bad-scale'),
        bad('no rate', info_bytes(rate=0), 'bad-rate'),
        bad('8,000.001 Hz', info_bytes(rate=8_000_001), 'bad-rate'),
    ],
}


def status_bytes(major=1, minor=0, battery=0xFF, set_flags=(), session=0, temperature=-32768, dropped=0, high=0, more=b''):
    return struct.pack('<BBBBHhII', major, minor, battery, bits(set_flags, STATUS_FLAGS), session, temperature,
                       dropped, high) + more


def status_value(major=1, minor=0, battery=None, set_flags=(), session=0, temperature=None, dropped=0, high=0):
    value = {'major': major, 'minor': minor, 'flags': flags(set_flags, STATUS_FLAGS), 'session': session,
             'samplesDropped': dropped, 'ringHighWater': high}
    if battery is not None:
        value['batteryPercent'] = battery
    if temperature is not None:
        value['centidegrees'] = temperature
    return value


def status(name, more=b'', **fields):
    return {'name': name, 'hex': status_bytes(**fields, more=more).hex(), 'value': status_value(**fields)}


FULL_STATUS = dict(battery=87, set_flags=('leadOffNegative', 'streaming'), session=0x2A17, temperature=3127,
                   dropped=150, high=400)

statuses = {
    'valid': [
        status('streaming, one electrode off', **FULL_STATUS),
        status('nothing known'),
        status('every field at its upper end', battery=100, set_flags=STATUS_FLAGS, session=0xFFFF,
               temperature=32767, dropped=0xFFFFFFFF, high=0xFFFFFFFF),
        status('empty battery in the cold', battery=0, set_flags=('lowBattery',), temperature=-1234),
    ],
    'validOneWay': [status('minor version 1 with a field that 1.0 does not know', minor=1, battery=50, more=b'\x07')],
    'invalid': [
        bad('empty', b'', 'too-short'),
        bad('fifteen bytes', status_bytes()[:15], 'too-short'),
        bad('1.0 with a byte too many', status_bytes(more=b'\0'), 'bad-length'),
        bad('major version 2', status_bytes(major=2), 'unknown-major'),
        bad('battery at 101 percent', status_bytes(battery=101), 'bad-battery'),
    ],
}

requests = {
    'valid': [
        {'name': 'start, the patch chooses', 'hex': '02070100', 'value': {'opcode': 'start', 'tag': 7, 'samplesPerFrame': 0}},
        {'name': 'start, 50 samples a frame', 'hex': '02ff0132', 'value': {'opcode': 'start', 'tag': 255, 'samplesPerFrame': 50}},
        {'name': 'stop', 'hex': '0308', 'value': {'opcode': 'stop', 'tag': 8}},
        {'name': 'get-status', 'hex': '0400', 'value': {'opcode': 'get-status', 'tag': 0}},
    ],
    'invalid': [
        bad('empty', b'', 'too-short'),
        bad('no tag', b'\x03', 'too-short'),
        bad('opcode 0', b'\x00\x01', 'unknown-opcode'),
        bad('backfill, which 1.0 reserves', b'\x10\x01', 'unknown-opcode'),
        bad('start without parameters', b'\x02\x01', 'bad-length'),
        bad('stop with a parameter', b'\x03\x01\x00', 'bad-length'),
        bad('start with 115 samples a frame', b'\x02\x01\x01\x73', 'bad-parameter'),
        bad('start with sample format 2', b'\x02\x01\x02\x32', 'bad-parameter'),
    ],
}

answers = {
    'valid': [
        {'name': 'started', 'hex': '820700' + '0132' + '172a',
         'value': {'result': 'started', 'tag': 7, 'samplesPerFrame': 50, 'session': 0x2A17}},
        {'name': 'stopped', 'hex': '830800', 'value': {'result': 'stopped', 'tag': 8}},
        {'name': 'status', 'hex': '840900' + status_bytes(**FULL_STATUS).hex(),
         'value': {'result': 'status', 'tag': 9, 'status': status_value(**FULL_STATUS)}},
        {'name': 'start refused: the MTU is too small', 'hex': '820707',
         'value': {'result': 'refused', 'tag': 7, 'opcode': 2, 'code': 'mtu-too-small'}},
        {'name': 'an unknown opcode refused', 'hex': 'ff0101',
         'value': {'result': 'refused', 'tag': 1, 'opcode': 0x7F, 'code': 'unknown-opcode'}},
    ],
    'invalid': [
        bad('empty', b'', 'too-short'),
        bad('no status code', b'\x83\x01', 'too-short'),
        bad('a request', b'\x03\x01\x00', 'not-an-answer'),
        bad('status code 200', b'\x83\x01\xc8', 'unknown-status-code'),
        bad('success of an unknown opcode', b'\x8f\x01\x00', 'unknown-opcode'),
        bad('started without parameters', b'\x82\x01\x00', 'bad-length'),
        bad('stopped with a parameter', b'\x83\x01\x00\x00', 'bad-length'),
        bad('refused with a parameter', b'\x82\x01\x07\x00', 'bad-length'),
        bad('started with no samples a frame', b'\x82\x01\x00\x01\x00\x01\x00', 'bad-parameter'),
        bad('a status that is cut', b'\x84\x01\x00' + status_bytes()[:15], 'bad-status'),
    ],
}

for name, vectors in [('stream-frames', frames), ('info', infos), ('status', statuses),
                      ('control-requests', requests), ('control-answers', answers)]:
    (HERE / f'{name}.json').write_text(json.dumps(vectors, indent=1) + '\n')
