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


def packed(samples):
    """Delta-packed: the first sample, then groups of eight differences. Whole groups as one large number each."""
    body = struct.pack('<h', samples[0])
    zigzags = []
    for before, sample in zip(samples, samples[1:]):
        difference = (sample - before + 0x8000) % 0x10000 - 0x8000
        zigzags.append(2 * difference if difference >= 0 else -2 * difference - 1)
    for at in range(0, len(zigzags), 8):
        group = zigzags[at:at + 8]
        width = max(group).bit_length()
        number = sum(zigzag << (width * place) for place, zigzag in enumerate(group))
        body += bytes([width]) + number.to_bytes((width * len(group) + 7) // 8, 'little')
    return body


assert packed([100, 101, 100, 100]) == bytes.fromhex('6400 02 06')


def frame_bytes(set_flags=(), session=1, first=0, ticks=0, samples=(0,), head=0x11, form=1, rate=0, count=None,
                extra_bits=0, body=None):
    count = len(samples) if count is None else count
    header = struct.pack('<BBHIIBB', head, bits(set_flags, FRAME_FLAGS) | extra_bits, session, first, ticks,
                         rate << 4 | form, count)
    if body is None:
        body = packed(samples) if form == 2 else struct.pack(f'<{len(samples)}h', *samples)
    return header + struct.pack('<H', crc16(header + body)) + body


def frame(name, set_flags=(), session=1, first=0, ticks=0, samples=(0,), **wire):
    assert wire.get('form') != 2 or len(packed(samples)) < 2 * len(samples)
    return {
        'name': name,
        'hex': frame_bytes(set_flags, session, first, ticks, samples, **wire).hex(),
        'value': {
            'type': 'backfill' if wire.get('head') == 0x12 else 'live',
            'format': 'delta-packed' if wire.get('form') == 2 else 'int16',
            'rateNumber': wire.get('rate', 0),
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
        frame('backfill', ('saturated',), 0x2A17, 500, 65536, (5, -5), head=0x12),
        frame('the last of eight rates', rate=7, samples=(1, 2)),
        frame('the packed example of PROTOCOL.md', samples=(100, 101, 100, 100, 103, 110), form=2),
        frame('packed: a straight line has no width', samples=(-7,) * 50, form=2),
        frame('packed: groups of every width', form=2, rate=1, samples=tuple(
            (1 << max(0, place // 8 - 1)) * (place % 2) - (place % 8 == 7) for place in range(105))),
        frame('packed: a difference of 16 bits wraps', form=2, samples=(32767, -32768, 32767) + (32767,) * 20),
        frame('packed: from end to end, sixteen bits wide', form=2, samples=(-20_000, 20_000) + (20_000,) * 40),
        frame('packed: as many samples as fit', samples=tuple(i * i // 7 for i in range(114)), form=2, head=0x12),
    ],
    # Bits that this version does not name are ignored; encoding does not give these bytes back.
    'validOneWay': [
        {**frame('reserved flags are set', ('saturated',)),
         'hex': frame_bytes(('saturated',), extra_bits=0xC0).hex()},
        {**frame('packed: wider than needed', samples=(0, 1, 0, 0, 0), form=2),
         'hex': frame_bytes(samples=(0, 1, 0, 0, 0), form=2, body=bytes.fromhex('0000 03 0a00')).hex()},
        {**frame('packed: bits set after the last difference', samples=(0, 1, 0, 0), form=2),
         'hex': frame_bytes(samples=(0, 1, 0, 0), form=2, body=bytes.fromhex('0000 02 c6')).hex()},
    ],
    # To be delta-packed, but not shorter by it, and so written as i16.
    'encodeOnly': [
        {**frame(f'not worth packing: {name}', samples=samples), 'value': {
            **frame(name, samples=samples)['value'], 'format': 'delta-packed'}}
        for name, samples in [
            ('one sample', (5,)),
            ('two samples far apart', (-300, 300)),
            ('as many bytes either way', (0, 300, 0)),
            ('noise', tuple(place * place * 40503 % 0x10000 - 0x8000 for place in range(114))),
        ]
    ],
    'invalid': [
        bad('empty', b'', 'too-short'),
        bad('fifteen bytes', good[:15], 'too-short'),
        bad('header only, no samples', frame_bytes(samples=()), 'bad-count'),
        bad('major version 2', frame_bytes(head=0x21), 'unknown-major'),
        bad('major version 0', frame_bytes(head=0x01), 'unknown-major'),
        bad('frame type 0', frame_bytes(head=0x10), 'unknown-frame-type'),
        bad('frame type 3', frame_bytes(head=0x13), 'unknown-frame-type'),
        bad('sample format 0', frame_bytes(form=0), 'unknown-sample-format'),
        bad('sample format 3, reserved', frame_bytes(form=3), 'unknown-sample-format'),
        bad('a ninth rate', frame_bytes(rate=8), 'unknown-rate'),
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
        bad('packed: header only', frame_bytes(form=2, body=b'', count=9), 'bad-length'),
        bad('packed: half of the first sample', frame_bytes(form=2, body=b'\0', count=9), 'bad-length'),
        bad('packed: one sample', frame_bytes(form=2), 'bad-length'),
        bad('packed: no shorter than as i16', frame_bytes(form=2, count=3, body=b'\0\0\x10\0\0\0'), 'bad-length'),
        bad('packed: a byte is flipped', flipped(frame_bytes(form=2, samples=(3,) * 9), 16), 'bad-check'),
        bad('packed: 17 bits wide', frame_bytes(form=2, count=9, body=b'\0\0\x11' + b'\0' * 13), 'bad-packing'),
        bad('packed: the groups are missing', frame_bytes(form=2, count=9, body=b'\0\0'), 'bad-packing'),
        bad('packed: a group is cut', frame_bytes(form=2, count=9, body=b'\0\0\x02\0'), 'bad-packing'),
        bad('packed: the second group is missing', frame_bytes(form=2, count=10, body=b'\0\0\x01\0'), 'bad-packing'),
        bad('packed: a byte too many', frame_bytes(form=2, count=9, body=b'\0\0\x01\0\0'), 'bad-packing'),
    ],
}


def info_bytes(major=1, minor=0, capabilities=(), scale=1000, rates=(250_000,), ring=0, model=b'M', serial=b'S',
               more=b'', lengths=None, further=None):
    model_length, serial_length = lengths or (len(model), len(serial))
    further = len(rates) - 1 if further is None else further
    return struct.pack('<BBBBHBBIII', major, minor, model_length, serial_length, bits(capabilities, CAPABILITIES),
                       further, 0, scale, rates[0], ring) + model + serial + struct.pack(
                           f'<{len(rates) - 1}I', *rates[1:]) + more


def info_value(major=1, minor=0, capabilities=(), scale=1000, rates=(250_000,), ring=0, model=b'M', serial=b'S'):
    return {
        'major': major,
        'minor': minor,
        'capabilities': flags(capabilities, CAPABILITIES),
        'nanovoltsPerUnit': scale,
        'ratesMillihertz': list(rates),
        'ringDepth': ring,
        'model': model.decode(),
        'serial': serial.decode(),
    }


def info(name, more=b'', **fields):
    return {'name': name, 'hex': info_bytes(**fields, more=more).hex(), 'value': info_value(**fields)}


PLAIN_INFO = dict(model=b'Patch', serial=b'0001')


infos = {
    'valid': [
        info('a plain patch', **PLAIN_INFO),
        info('a patch with everything', capabilities=CAPABILITIES, scale=381, rates=(130_045,), ring=75_000,
             model=b'Patch with a button, v2 ', serial=b'SN 2024-11/000000000042 '),
        info('three rates', rates=(250_000, 125_000, 500_000), **PLAIN_INFO),
        info('eight rates', rates=tuple(1000 * 2 ** power for power in range(7)) + (8_000_000,), model=b'', serial=b''),
        info('no texts', model=b'', serial=b''),
    ],
    'validOneWay': [
        info('minor version 3 with a field that 1.0 does not know', minor=3, rates=(250_000, 500_000), more=b'\x01\x02'),
        {**info('reserved byte and capabilities are set', **PLAIN_INFO),
         'hex': info_bytes(**PLAIN_INFO)[:5].hex() + '800003' + info_bytes(**PLAIN_INFO)[8:].hex()},
    ],
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
        bad('no rate', info_bytes(rates=(0,)), 'bad-rate'),
        bad('8,000.001 Hz', info_bytes(rates=(8_000_001,)), 'bad-rate'),
        bad('0.999 Hz as a further rate', info_bytes(rates=(250_000, 999)), 'bad-rate'),
        bad('nine rates', info_bytes(rates=(250_000,) * 9), 'bad-rate'),
        bad('the last rate is cut', info_bytes(rates=(250_000, 500_000))[:-1], 'too-short'),
        bad('a rate that is not counted', info_bytes(rates=(250_000, 500_000), further=0), 'bad-length'),
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


def start(tag, form=1, rate=0, samples=0):
    return {'opcode': 'start', 'tag': tag, 'format': 'delta-packed' if form == 2 else 'int16', 'rateNumber': rate,
            'samplesPerFrame': samples}


def request(name, wire, value):
    return {'name': name, 'hex': wire.replace(' ', ''), 'value': value}


requests = {
    'valid': [
        request('get-info', '01 09', {'opcode': 'get-info', 'tag': 9}),
        request('start, the patch chooses', '02 07 01 00', start(7)),
        request('start, 50 samples a frame', '02 ff 01 32', start(255, samples=50)),
        request('start, delta-packed, second further rate, 114 samples a frame', '02 01 22 72', start(1, 2, 2, 114)),
        request('stop', '03 08', {'opcode': 'stop', 'tag': 8}),
        request('get-status', '04 00', {'opcode': 'get-status', 'tag': 0}),
        request('time-ping', '05 0b efbeadde', {'opcode': 'time-ping', 'tag': 11, 'token': 0xDEADBEEF}),
        request('backfill', '10 0c 172a e8030000 fa000000',
                {'opcode': 'backfill', 'tag': 12, 'session': 0x2A17, 'firstIndex': 1000, 'count': 250}),
        request('backfill of all that there can be', '10 0c ffff ffffffff ffffffff',
                {'opcode': 'backfill', 'tag': 12, 'session': 0xFFFF, 'firstIndex': 0xFFFFFFFF, 'count': 0xFFFFFFFF}),
        request('abort', '11 0d', {'opcode': 'abort', 'tag': 13}),
    ],
    'invalid': [
        bad('empty', b'', 'too-short'),
        bad('no tag', b'\x03', 'too-short'),
        bad('opcode 0', b'\x00\x01', 'unknown-opcode'),
        bad('backfill-ended, which only a patch sends', b'\x12\x01', 'unknown-opcode'),
        bad('an answer', b'\x83\x01\x00', 'unknown-opcode'),
        bad('get-info with a parameter', b'\x01\x01\x00', 'bad-length'),
        bad('start without parameters', b'\x02\x01', 'bad-length'),
        bad('stop with a parameter', b'\x03\x01\x00', 'bad-length'),
        bad('time-ping without a token', b'\x05\x01', 'bad-length'),
        bad('backfill cut short', b'\x10\x01' + b'\x01' * 9, 'bad-length'),
        bad('backfill with a byte too many', b'\x10\x01' + b'\x01' * 11, 'bad-length'),
        bad('abort with a parameter', b'\x11\x01\x00', 'bad-length'),
        bad('start with 115 samples a frame', b'\x02\x01\x01\x73', 'bad-parameter'),
        bad('start with sample format 3', b'\x02\x01\x03\x32', 'bad-parameter'),
        bad('start with a ninth rate', b'\x02\x01\x81\x32', 'bad-parameter'),
        bad('backfill of nothing', b'\x10\x01' + b'\x01' * 6 + b'\0' * 4, 'bad-parameter'),
    ],
}


def refusal(name, wire, opcode, code, **more):
    return request(name, wire, {'result': 'refused', 'tag': 7, 'opcode': opcode, 'code': code, **more})


STATUS_CODES = ['unknown-opcode', 'bad-length', 'bad-parameter', 'not-supported', 'already-streaming', 'not-streaming',
                'mtu-too-small', 'not-subscribed', 'busy', 'not-in-ring', 'battery-too-low', 'hardware-fault']

answers = {
    'valid': [
        request('info', '81 09 00' + info_bytes(**PLAIN_INFO).hex(),
                {'result': 'info', 'tag': 9, 'info': info_value(**PLAIN_INFO)}),
        request('started', '82 07 00 01 32 172a',
                {'result': 'started', 'tag': 7, 'format': 'int16', 'rateNumber': 0, 'samplesPerFrame': 50, 'session': 0x2A17}),
        request('started, delta-packed at the first further rate', '82 08 00 12 64 0100',
                {'result': 'started', 'tag': 8, 'format': 'delta-packed', 'rateNumber': 1, 'samplesPerFrame': 100,
                 'session': 1}),
        request('stopped', '83 08 00', {'result': 'stopped', 'tag': 8}),
        request('status', '84 09 00' + status_bytes(**FULL_STATUS).hex(),
                {'result': 'status', 'tag': 9, 'status': status_value(**FULL_STATUS)}),
        request('time', '85 0b 00 efbeadde 00000300',
                {'result': 'time', 'tag': 11, 'token': 0xDEADBEEF, 'ticks': 196608}),
        request('backfilling what the ring still holds', '90 0c 00 4c040000 96000000',
                {'result': 'backfilling', 'tag': 12, 'firstIndex': 1100, 'count': 150}),
        request('aborted', '91 0d 00', {'result': 'aborted', 'tag': 13}),
        request('backfill ended', '92 0c 00', {'result': 'backfill-ended', 'tag': 12, 'complete': True}),
        request('backfill ended, overtaken by the ring', '92 0c 0a',
                {'result': 'backfill-ended', 'tag': 12, 'complete': False}),
        *[refusal(f'start refused: {code}', f'82 07 {number:02x}', 2, code)
          for number, code in enumerate(STATUS_CODES, 1) if code != 'mtu-too-small'],
        refusal('start of 50 samples a frame refused: it needs an MTU of 119', '82 07 07 7700', 2, 'mtu-too-small',
                mtuNeeded=119),
        refusal('backfill refused: the ring holds none of it', '90 07 0a', 16, 'not-in-ring'),
        refusal('opcode 18, which is no request, refused', '92 07 01', 0x12, 'unknown-opcode'),
        refusal('an unknown opcode refused', 'ff 07 01', 0x7F, 'unknown-opcode'),
    ],
    'invalid': [
        bad('empty', b'', 'too-short'),
        bad('no status code', b'\x83\x01', 'too-short'),
        bad('a request', b'\x03\x01\x00', 'not-an-answer'),
        bad('status code 200', b'\x83\x01\xc8', 'unknown-status-code'),
        bad('success of an unknown opcode', b'\x8f\x01\x00', 'unknown-opcode'),
        bad('started without parameters', b'\x82\x01\x00', 'bad-length'),
        bad('stopped with a parameter', b'\x83\x01\x00\x00', 'bad-length'),
        bad('refused with a parameter', b'\x82\x01\x04\x00', 'bad-length'),
        bad('mtu-too-small without the MTU needed', b'\x82\x01\x07', 'bad-length'),
        bad('time cut short', b'\x85\x01\x00' + b'\0' * 7, 'bad-length'),
        bad('backfilling cut short', b'\x90\x01\x00' + b'\x01' * 7, 'bad-length'),
        bad('aborted with a parameter', b'\x91\x01\x00\x00', 'bad-length'),
        bad('backfill ended with a parameter', b'\x92\x01\x00\x00', 'bad-length'),
        bad('backfilling nothing', b'\x90\x01\x00' + b'\x01' * 4 + b'\0' * 4, 'bad-parameter'),
        bad('started with no samples a frame', b'\x82\x01\x00\x01\x00\x01\x00', 'bad-parameter'),
        bad('started with sample format 3', b'\x82\x01\x00\x03\x01\x01\x00', 'bad-parameter'),
        bad('a status that is cut', b'\x84\x01\x00' + status_bytes()[:15], 'bad-status'),
        bad('an info that is cut', b'\x81\x01\x00' + info_bytes()[:-1], 'bad-info'),
    ],
}

for name, vectors in [('stream-frames', frames), ('info', infos), ('status', statuses),
                      ('control-requests', requests), ('control-answers', answers)]:
    (HERE / f'{name}.json').write_text(json.dumps(vectors, indent=1) + '\n')
