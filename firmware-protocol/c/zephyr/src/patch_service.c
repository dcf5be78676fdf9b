/* SPDX-License-Identifier: Apache-2.0 */
#include "patch_service.h"

#include <errno.h>

#include <zephyr/bluetooth/att.h>
#include <zephyr/bluetooth/bluetooth.h>
#include <zephyr/bluetooth/conn.h>
#include <zephyr/bluetooth/gatt.h>
#include <zephyr/bluetooth/uuid.h>
#include <zephyr/kernel.h>
#include <zephyr/sys/atomic.h>

#define PATCH_UUID(alias) BT_UUID_128_ENCODE(0x694b0000 + (alias), 0x1533, 0x4fba, 0x92de, 0x87c916dd8c9d)

static const struct bt_uuid_128 service_uuid = BT_UUID_INIT_128(PATCH_UUID(1));
static const struct bt_uuid_128 stream_uuid = BT_UUID_INIT_128(PATCH_UUID(2));
static const struct bt_uuid_128 info_uuid = BT_UUID_INIT_128(PATCH_UUID(3));
static const struct bt_uuid_128 status_uuid = BT_UUID_INIT_128(PATCH_UUID(4));
static const struct bt_uuid_128 control_uuid = BT_UUID_INIT_128(PATCH_UUID(5));

static const struct bt_data advertising[] = {
	BT_DATA_BYTES(BT_DATA_FLAGS, BT_LE_AD_GENERAL | BT_LE_AD_NO_BREDR),
	BT_DATA_BYTES(BT_DATA_UUID128_ALL, PATCH_UUID(1)),
};
static const struct bt_data scan_response[] = {
	BT_DATA(BT_DATA_NAME_COMPLETE, CONFIG_BT_DEVICE_NAME, sizeof(CONFIG_BT_DEVICE_NAME) - 1),
};

static const struct patch_service_cb *app;
static struct bt_conn *connection;

/** An indication: its bytes and parameters have to stay until it was confirmed. */
struct indication {
	struct bt_gatt_indicate_params params;
	uint8_t bytes[BL_MAX_ANSWER_LENGTH];
	atomic_t under_way;
};
static struct indication answer_indication;
static struct indication ended_indication;

static void send_answer(struct k_work *work);
static K_WORK_DEFINE(answer_work, send_answer);

static void advertise(struct k_work *work)
{
	ARG_UNUSED(work);
	bt_le_adv_start(BT_LE_ADV_CONN_FAST_1, advertising, ARRAY_SIZE(advertising), scan_response,
			ARRAY_SIZE(scan_response));
}
static K_WORK_DEFINE(advertise_work, advertise);

static ssize_t read_info(struct bt_conn *conn, const struct bt_gatt_attr *attr, void *buf, uint16_t len,
			 uint16_t offset)
{
	bl_info info;
	uint8_t bytes[BL_MAX_INFO_LENGTH];

	app->info(&info);
	return bt_gatt_attr_read(conn, attr, buf, len, offset, bytes, bl_encode_info(&info, bytes, sizeof(bytes)));
}

static ssize_t read_status(struct bt_conn *conn, const struct bt_gatt_attr *attr, void *buf, uint16_t len,
			   uint16_t offset)
{
	bl_status status;
	uint8_t bytes[BL_STATUS_LENGTH];

	app->status(&status);
	return bt_gatt_attr_read(conn, attr, buf, len, offset, bytes,
				 bl_encode_status(&status, bytes, sizeof(bytes)));
}

static ssize_t write_control(struct bt_conn *conn, const struct bt_gatt_attr *attr, const void *buf, uint16_t len,
			     uint16_t offset, uint8_t flags)
{
	ARG_UNUSED(flags);
	if (offset != 0) {
		return BT_GATT_ERR(BT_ATT_ERR_INVALID_OFFSET);
	}
	if (len < 2 || len > 20) {
		return BT_GATT_ERR(BT_ATT_ERR_INVALID_ATTRIBUTE_LEN);
	}
	if (!bt_gatt_is_subscribed(conn, attr, BT_GATT_CCC_INDICATE)) {
		return BT_GATT_ERR(BT_ATT_ERR_CCC_IMPROPER_CONF);
	}
	if (!atomic_cas(&answer_indication.under_way, 0, 1)) {
		return BT_GATT_ERR(BT_ATT_ERR_PROCEDURE_IN_PROGRESS);
	}

	bl_request request;
	bl_reason reason = bl_decode_request(buf, len, &request);
	bl_answer answer = {.opcode = request.opcode & 0x7F, .tag = request.tag, .code = BL_SUCCESS};
	if (reason == BL_OK) {
		app->requested(&request, &answer);
	} else {
		answer.code = bl_refusal_of(reason);
	}

	uint8_t *bytes = answer_indication.bytes;
	size_t length = bl_encode_answer(&answer, bytes, sizeof(answer_indication.bytes));
	if (length + BL_ATT_HEADER_LENGTH > patch_service_mtu()) {
		answer.code = BL_MTU_TOO_SMALL;
		answer.as.mtu_needed = (uint16_t)(length + BL_ATT_HEADER_LENGTH);
		length = bl_encode_answer(&answer, bytes, sizeof(answer_indication.bytes));
	}
	answer_indication.params.len = (uint16_t)length;
	/* From the work queue, so that the response to this write leaves first. */
	k_work_submit(&answer_work);
	return len;
}

static void stream_ccc_changed(const struct bt_gatt_attr *attr, uint16_t value)
{
	ARG_UNUSED(attr);
	app->stream_changed(value == BT_GATT_CCC_NOTIFY);
}

/* Every access demands an encrypted link: see "Security" in PROTOCOL.md. */
BT_GATT_SERVICE_DEFINE(patch_service,
	BT_GATT_PRIMARY_SERVICE((void *)&service_uuid),
	BT_GATT_CHARACTERISTIC(&stream_uuid.uuid, BT_GATT_CHRC_NOTIFY, BT_GATT_PERM_NONE, NULL, NULL, NULL),
	BT_GATT_CCC(stream_ccc_changed, BT_GATT_PERM_READ_ENCRYPT | BT_GATT_PERM_WRITE_ENCRYPT),
	BT_GATT_CHARACTERISTIC(&info_uuid.uuid, BT_GATT_CHRC_READ, BT_GATT_PERM_READ_ENCRYPT, read_info, NULL, NULL),
	BT_GATT_CHARACTERISTIC(&status_uuid.uuid, BT_GATT_CHRC_READ | BT_GATT_CHRC_NOTIFY,
			       BT_GATT_PERM_READ_ENCRYPT, read_status, NULL, NULL),
	BT_GATT_CCC(NULL, BT_GATT_PERM_READ_ENCRYPT | BT_GATT_PERM_WRITE_ENCRYPT),
	BT_GATT_CHARACTERISTIC(&control_uuid.uuid, BT_GATT_CHRC_WRITE | BT_GATT_CHRC_INDICATE,
			       BT_GATT_PERM_WRITE_ENCRYPT, NULL, write_control, NULL),
	BT_GATT_CCC(NULL, BT_GATT_PERM_READ_ENCRYPT | BT_GATT_PERM_WRITE_ENCRYPT),
);

/* Places in the table above. A characteristic takes two: its declaration and its value. */
enum { STREAM_VALUE = 2, STATUS_VALUE = 7, CONTROL_VALUE = 10 };

static int indicate(struct indication *indication)
{
	struct bt_conn *conn = connection;
	int err = -ENOTCONN;

	if (conn != NULL) {
		err = bt_gatt_indicate(conn, &indication->params);
	}
	if (err != 0) {
		atomic_set(&indication->under_way, 0);
	}
	return err;
}

static void send_answer(struct k_work *work)
{
	ARG_UNUSED(work);
	indicate(&answer_indication);
}

/** Called once an indication was confirmed, and when it cannot be any more. */
static void indicated(struct bt_gatt_indicate_params *params)
{
	atomic_set(&CONTAINER_OF(params, struct indication, params)->under_way, 0);
}

static int notify(int place, const uint8_t *bytes, size_t length)
{
	struct bt_conn *conn = connection;
	const struct bt_gatt_attr *attr = &patch_service.attrs[place];

	if (conn == NULL) {
		return -ENOTCONN;
	}
	if (!bt_gatt_is_subscribed(conn, attr, BT_GATT_CCC_NOTIFY)) {
		return -EACCES;
	}
	if (length + BL_ATT_HEADER_LENGTH > bt_gatt_get_mtu(conn)) {
		return -EMSGSIZE;
	}
	return bt_gatt_notify(conn, attr, bytes, (uint16_t)length);
}

int patch_service_send_frame(const bl_frame *frame)
{
	uint8_t bytes[BL_MAX_FRAME_LENGTH];

	return notify(STREAM_VALUE, bytes, bl_encode_frame(frame, bytes, sizeof(bytes)));
}

int patch_service_send_status(const bl_status *status)
{
	uint8_t bytes[BL_STATUS_LENGTH];

	return notify(STATUS_VALUE, bytes, bl_encode_status(status, bytes, sizeof(bytes)));
}

int patch_service_send_backfill_ended(const bl_answer *ended)
{
	struct bt_conn *conn = connection;

	if (conn == NULL) {
		return -ENOTCONN;
	}
	if (!bt_gatt_is_subscribed(conn, &patch_service.attrs[CONTROL_VALUE], BT_GATT_CCC_INDICATE)) {
		return -EACCES;
	}
	if (!atomic_cas(&ended_indication.under_way, 0, 1)) {
		return -EBUSY;
	}
	ended_indication.params.len =
		(uint16_t)bl_encode_answer(ended, ended_indication.bytes, sizeof(ended_indication.bytes));
	return indicate(&ended_indication);
}

uint16_t patch_service_mtu(void)
{
	return connection == NULL ? 0 : bt_gatt_get_mtu(connection);
}

static void connected(struct bt_conn *conn, uint8_t err)
{
	if (err == 0) {
		connection = bt_conn_ref(conn);
	}
}

static void disconnected(struct bt_conn *conn, uint8_t reason)
{
	ARG_UNUSED(reason);
	if (connection == conn) {
		connection = NULL;
		bt_conn_unref(conn);
		app->stream_changed(false);
	}
}

/** The connection's memory is free again: only now can there be another one. */
static void recycled(void)
{
	k_work_submit(&advertise_work);
}

BT_CONN_CB_DEFINE(connection_callbacks) = {
	.connected = connected,
	.disconnected = disconnected,
	.recycled = recycled,
};

int patch_service_init(const struct patch_service_cb *callbacks)
{
	if (callbacks == NULL || callbacks->info == NULL || callbacks->status == NULL ||
	    callbacks->requested == NULL || callbacks->stream_changed == NULL) {
		return -EINVAL;
	}
	app = callbacks;
	struct indication *const indications[] = {&answer_indication, &ended_indication};
	for (size_t i = 0; i < ARRAY_SIZE(indications); i++) {
		indications[i]->params.attr = &patch_service.attrs[CONTROL_VALUE];
		indications[i]->params.data = indications[i]->bytes;
		indications[i]->params.destroy = indicated;
	}
	k_work_submit(&advertise_work);
	return 0;
}
