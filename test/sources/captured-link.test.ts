import { describe, expect, it } from 'vitest';
import {
  CharacteristicProperty,
  GattTable,
  notification,
  readRequest,
  readResponse,
} from '../../src/formats/att-build.ts';
import { fullUuid } from '../../src/formats/uuid.ts';
import { CapturedLink } from '../../src/sources/captured-link.ts';
import { GattMap } from '../../src/sources/gatt-map.ts';

const HEART_RATE = fullUuid(0x2a37);
const BATTERY = fullUuid(0x2a19);
const table = (characteristic: string) =>
  new GattTable([
    { uuid: fullUuid(0x180d), characteristics: { [characteristic]: CharacteristicProperty.NOTIFY } },
  ]);

function link(map = new GattMap()) {
  const losses: string[] = [];
  const followed = new CapturedLink(undefined, 0, map, (loss) => losses.push(loss));
  const pass = (pdu: Uint8Array, received: boolean) =>
    followed.push(
      { handle: 1, continues: false, payload: Uint8Array.of(pdu.length, 0, 4, 0, ...pdu) },
      received,
    );
  const discover = (characteristic: string) => {
    for (const [request, response] of table(characteristic).discovery(23)) {
      pass(request, false);
      pass(response, true);
    }
  };
  return { losses, map, pass, discover };
}

describe('CapturedLink', () => {
  it('learns handles from discovery, and names none before', () => {
    const { map, discover } = link();
    expect(map.at(3)).toBeUndefined();
    discover(HEART_RATE);
    expect(map.at(3)).toBe(HEART_RATE);
    expect(map.at(2)).toBeUndefined();
  });

  it('forgets an old discovery when a new one begins', () => {
    const { map, pass, discover } = link();
    discover(HEART_RATE);
    pass([...table(BATTERY).discovery(23)][0][0], false);
    expect(map.at(3)).toBeUndefined();
    discover(BATTERY);
    expect(map.at(3)).toBe(BATTERY);
  });

  it('gives a read its handle from the request, and no other answer', () => {
    const { pass } = link();
    expect(pass(readResponse(Uint8Array.of(1)), true)).toBeUndefined();
    pass(readRequest(9), false);
    expect(pass(readResponse(Uint8Array.of(1)), true)).toEqual({
      handle: 9,
      via: 'read',
      value: Uint8Array.of(1),
    });
    expect(pass(readResponse(Uint8Array.of(1)), true)).toBeUndefined();
    pass(readRequest(9), false);
    pass(Uint8Array.of(1, 0x0a, 9, 0, 2), true); // refused
    expect(pass(readResponse(Uint8Array.of(1)), true)).toBeUndefined();
  });

  it('takes notifications from the peer only, and reports what contradicts itself', () => {
    const { losses, pass } = link();
    expect(pass(notification(3, Uint8Array.of(5)), true)).toMatchObject({ handle: 3, via: 'notification' });
    expect(pass(notification(3, Uint8Array.of(5)), false)).toBeUndefined();
    pass(Uint8Array.of(0x1b, 3), true);
    expect(losses).toEqual(['an attribute packet that contradicts itself']);
  });
});
