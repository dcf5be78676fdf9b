import { AttError, AttOpcode } from './att.ts';
import { fullUuid, uuidToBytes } from './uuid.ts';

/** Assigned types of the attributes that describe others. */
export const GattType = {
  PRIMARY_SERVICE: 0x2800,
  CHARACTERISTIC: 0x2803,
  CLIENT_CONFIGURATION: 0x2902,
} as const;

export const CharacteristicProperty = { READ: 0x02, WRITE: 0x08, NOTIFY: 0x10, INDICATE: 0x20 } as const;

export const mtuRequest = (mtu: number) => pdu(AttOpcode.MTU_REQUEST, u16(mtu));
export const mtuResponse = (mtu: number) => pdu(AttOpcode.MTU_RESPONSE, u16(mtu));
export const readRequest = (handle: number) => pdu(AttOpcode.READ_REQUEST, u16(handle));
export const readResponse = (value: Uint8Array) => pdu(AttOpcode.READ_RESPONSE, value);
export const writeRequest = (handle: number, value: Uint8Array) =>
  pdu(AttOpcode.WRITE_REQUEST, u16(handle), value);
export const writeResponse = () => pdu(AttOpcode.WRITE_RESPONSE);
export const notification = (handle: number, value: Uint8Array) =>
  pdu(AttOpcode.NOTIFICATION, u16(handle), value);
export const indication = (handle: number, value: Uint8Array) =>
  pdu(AttOpcode.INDICATION, u16(handle), value);
export const confirmation = () => pdu(AttOpcode.CONFIRMATION);

/** One service of a sensor, before handles are given out. */
export interface ServiceSpec {
  readonly uuid: string;
  /** A sum of `CharacteristicProperty` for each UUID. */
  readonly characteristics: Readonly<Record<string, number>>;
}

interface Characteristic {
  readonly uuid: string;
  readonly properties: number;
  readonly declaration: number;
  readonly value: number;
  /** Handle of the descriptor that subscribes; undefined where there is nothing to subscribe to. */
  readonly configuration: number | undefined;
  readonly end: number;
}

interface Service {
  readonly uuid: string;
  readonly start: number;
  readonly end: number;
  readonly characteristics: readonly Characteristic[];
}

/** The attributes of a sensor, with handles as a server gives them out: in order, from 1. */
export class GattTable {
  readonly services: readonly Service[];

  constructor(specs: readonly ServiceSpec[]) {
    let next = 1;
    this.services = specs.map(({ uuid, characteristics }) => {
      const start = next++;
      const placed = Object.entries(characteristics).map(([characteristic, properties]) => {
        const declaration = next++;
        const value = next++;
        const subscribable =
          (properties & (CharacteristicProperty.NOTIFY | CharacteristicProperty.INDICATE)) !== 0;
        const configuration = subscribable ? next++ : undefined;
        return { uuid: characteristic, properties, declaration, value, configuration, end: next - 1 };
      });
      return { uuid, start, end: next - 1, characteristics: placed };
    });
  }

  /** @throws RangeError for a characteristic that the table does not hold */
  find(uuid: string): Characteristic {
    const found = this.services
      .flatMap((service) => service.characteristics)
      .find((one) => one.uuid === uuid);
    if (found === undefined) throw new RangeError(`the table holds no characteristic ${uuid}`);
    return found;
  }

  /** Requests and responses of a full discovery: services, then their characteristics, then descriptors. */
  *discovery(mtu: number): Generator<readonly [request: Uint8Array, response: Uint8Array]> {
    yield* listing({
      opcode: AttOpcode.READ_BY_GROUP_REQUEST,
      type: GattType.PRIMARY_SERVICE,
      start: 1,
      end: 0xffff,
      mtu,
      entries: this.services.map(({ uuid, start, end }) => ({
        handle: start,
        last: end,
        bytes: [...u16(start), ...u16(end), ...uuidToBytes(uuid)],
      })),
    });
    for (const { start, end, characteristics } of this.services) {
      yield* listing({
        opcode: AttOpcode.READ_BY_TYPE_REQUEST,
        type: GattType.CHARACTERISTIC,
        start,
        end,
        mtu,
        entries: characteristics.map(({ uuid, properties, declaration, value }) => ({
          handle: declaration,
          last: declaration,
          bytes: [...u16(declaration), properties, ...u16(value), ...uuidToBytes(uuid)],
        })),
      });
      for (const { configuration } of characteristics) {
        if (configuration === undefined) continue;
        yield [
          pdu(AttOpcode.FIND_INFORMATION_REQUEST, u16(configuration), u16(configuration)),
          // The 1 says that 16-bit UUIDs follow.
          pdu(
            AttOpcode.FIND_INFORMATION_RESPONSE,
            [1],
            u16(configuration),
            u16(GattType.CLIENT_CONFIGURATION),
          ),
        ];
      }
    }
  }
}

interface Listing {
  readonly opcode: typeof AttOpcode.READ_BY_GROUP_REQUEST | typeof AttOpcode.READ_BY_TYPE_REQUEST;
  readonly type: number;
  readonly start: number;
  readonly end: number;
  readonly mtu: number;
  readonly entries: readonly {
    readonly handle: number;
    readonly last: number;
    readonly bytes: readonly number[];
  }[];
}

/** Asks for a list from where the last answer ended, until the server has no more; as every client does. */
function* listing({
  opcode,
  type,
  start,
  end,
  mtu,
  entries,
}: Listing): Generator<readonly [Uint8Array, Uint8Array]> {
  let from = start;
  while (from <= end) {
    const request = pdu(opcode, u16(from), u16(end), uuidToBytes(fullUuid(type)));
    const left = entries.filter(({ handle }) => handle >= from);
    if (left.length === 0) {
      yield [request, pdu(AttOpcode.ERROR, [opcode], u16(from), [AttError.ATTRIBUTE_NOT_FOUND])];
      return;
    }
    // One answer holds entries of one length only, and no more than the MTU has room for.
    const { length } = left[0].bytes;
    const different = left.findIndex(({ bytes }) => bytes.length !== length);
    const answered = left.slice(
      0,
      Math.min(different < 0 ? left.length : different, Math.floor((mtu - 2) / length)),
    );
    yield [
      request,
      pdu(
        opcode + 1,
        [length],
        answered.flatMap(({ bytes }) => bytes),
      ),
    ];
    from = answered[answered.length - 1].last + 1;
  }
}

function pdu(opcode: number, ...parts: ArrayLike<number>[]): Uint8Array {
  return Uint8Array.from([opcode, ...parts.flatMap((part) => Array.from(part))]);
}

function u16(value: number): readonly number[] {
  return [value & 0xff, value >> 8];
}
