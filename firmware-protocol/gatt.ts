/**
 * The patch's GATT table. The base UUID was drawn at random for this protocol; the service and its
 * characteristics differ from it in the third and fourth byte only.
 */
function fromBase(alias: number): string {
  return `694b${alias.toString(16).padStart(4, '0')}-1533-4fba-92de-87c916dd8c9d`;
}

export const PATCH_SERVICE = fromBase(0x0001);

/** Notify: one stream frame a notification. */
export const STREAM_CHARACTERISTIC = fromBase(0x0002);
/** Read: what the patch is. */
export const INFO_CHARACTERISTIC = fromBase(0x0003);
/** Read, notify: how the patch is, once a second or on change. */
export const STATUS_CHARACTERISTIC = fromBase(0x0004);
/** Write, indicate: requests and their answers. */
export const CONTROL_CHARACTERISTIC = fromBase(0x0005);

/** 16-bit UUIDs that the Bluetooth SIG assigned to GATT declarations and descriptors. */
export const PRIMARY_SERVICE_DECLARATION = 0x2800;
export const CHARACTERISTIC_DECLARATION = 0x2803;
export const CLIENT_CHARACTERISTIC_CONFIGURATION = 0x2902;

/** Bytes that ATT puts before the value of a notification or an indication: opcode and handle. */
export const ATT_HEADER_LENGTH = 3;
